"""Domain 7: impact."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

IMPACT = Domain(
    code="D7",
    title="Impact",
    guidance="What is different for this child because of your agency’s work, and is the child "
    "safer than at the start of the look-back period?",
    questions=(
        Question(
            key="d7_better",
            type="yes_no_partly",
            text="Is life better for the child, and did your agency’s work help to make it so?",
            guidance="Judge by the child’s life and not by the effort made. Much good work with no "
            "change for the child is ‘Partly’ or ‘No’.",
        ),
        Question(
            key="d7_risk",
            type="choice",
            choices=("Lower", "The same", "Higher", "Cannot tell from the record"),
            text="Compared with the start of the period, is the risk to the child lower or higher?",
            guidance="Use what your own agency can see at the end of the look-back period.",
        ),
        Question(
            key="d7_response",
            type="yes_no_partly",
            text="When things did not improve, was something different tried?",
            guidance="Look for a change of plan, a step up, or advice from someone else. Leave "
            "blank if things did improve.",
        ),
        Question(
            key="d7_difference",
            type="text",
            text="What is different for the child, and how do you know?",
            guidance="For example: at school on time, teeth treated, sleeping in a bed of their "
            "own, says they feel safe. A course attended or a form filled in is not a difference "
            "for the child.",
        ),
        *grading("d7"),
    ),
    descriptors=ofsted(
        outstanding="The child’s life is clearly and lastingly better, the record proves it from "
        "more than one side, and your agency’s work was a main reason. The child or the family "
        "would say so too.",
        good="The child is safer or doing better in ways the record can show, and your agency "
        "helped. Where progress was slow that was noticed and the work was changed.",
        requires_improvement="Some things improved, but slowly, in part or not for long, or the "
        "record shows what was done and not what it achieved. Risk is still much as it was.",
        inadequate="The child is no better off or worse off, and your agency’s work, or the lack "
        "of it, is part of the reason. Nobody asked whether what was being done was helping.",
    ),
)
