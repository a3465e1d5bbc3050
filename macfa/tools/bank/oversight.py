"""Domain 6: management oversight, supervision and challenge."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

OVERSIGHT = Domain(
    code="D6",
    title="Management oversight, supervision and challenge",
    guidance="Did someone senior know about this child, give direction with reasons, and speak up "
    "when the work, your own or another agency’s, was not good enough?",
    questions=(
        Question(
            key="d6_discussions",
            type="number",
            text="How many times was this child discussed in supervision or with a manager or "
            "safeguarding lead?",
            guidance="Count what is on file for the look-back period. In a school or GP practice, "
            "count talks with the designated or named safeguarding lead. 0 is an answer.",
        ),
        Question(
            key="d6_reasons",
            type="yes_no_partly",
            text="Are decisions recorded with the reason, the name of the role and the date?",
            guidance="Look at the important ones: to refer or not, to close, to step up or down, "
            "to wait.",
        ),
        Question(
            key="d6_disagreed",
            type="choice",
            choices=("No", "Yes, and we took it up", "Yes, but we did not take it up"),
            text="Did your agency think that another agency’s decision was wrong, or that the "
            "case was drifting?",
            guidance="Taking it up means a talk between managers or using your partnership’s "
            "escalation policy, whatever it is called where you are.",
        ),
        Question(
            key="d6_challenge",
            type="text",
            when="d6_disagreed=Yes, and we took it up",
            text="What happened when your agency took it up?",
            guidance="Who spoke to whom, on what date, how long it took to settle and whether it "
            "changed anything for the child.",
        ),
        *grading("d6"),
    ),
    descriptors=ofsted(
        outstanding="Managers or safeguarding leads thought about this child with the worker, "
        "often enough and in depth, and it changed the work. Disagreement was raised early, "
        "politely and until it was settled.",
        good="The child was discussed with someone senior at the points that mattered, and "
        "decisions are on file with reasons. Where your agency was not content with another’s "
        "decision it said so and used the escalation policy if it had to.",
        requires_improvement="Supervision happened but was seldom, or listed tasks without asking "
        "what they did for the child. Some decisions have no reason. Doubts about another "
        "agency’s work were noted and not taken up.",
        inadequate="Nobody senior knew the case well enough to see that the child was at risk, or "
        "they knew and gave no direction. Serious drift or disagreement went without challenge.",
    ),
)
