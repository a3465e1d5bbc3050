"""Domain 4: planning, intervention and review."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

PLANNING = Domain(
    code="D4",
    title="Planning, intervention and review",
    guidance="Was there a plan that everyone knew, was it carried out and reviewed in time, and "
    "did your agency do its part?",
    questions=(
        Question(
            key="d4_plan",
            type="yes_no_partly",
            text="Is there a plan that says who does what, by when, and how you would know that "
            "it worked?",
            guidance="It may be another agency’s plan with your part in it. Answer ‘Partly’ if you "
            "had to guess at your part.",
        ),
        Question(
            key="d4_core_groups",
            type="yes_no_partly",
            when="status=CP",
            text="Were core groups held when they were due, with the right people there?",
            guidance="A core group is the small group that carries out a child protection plan. "
            "Answer for what your agency can see.",
        ),
        Question(
            key="d4_contingency",
            type="yes_no_partly",
            text="Does the plan say what will happen if things do not improve?",
            guidance="Look for a clear next step and a date, such as a conference or legal advice, "
            "and for whether the family knew of it.",
        ),
        Question(
            key="d4_last_review",
            type="date",
            text="When was the plan last reviewed with your agency taking part?",
            guidance="The last review inside the look-back period. Leave blank if there was none.",
        ),
        Question(
            key="d4_drift",
            type="text",
            text="Where did the work move the child forward, and where did it drift or stop too "
            "soon?",
            guidance="Drift is time passing without change. Say also whether any step down to a "
            "lower level of help was safe and who agreed to it.",
        ),
        *grading("d4"),
    ),
    descriptors=ofsted(
        outstanding="The plan was shaped with the family, everyone knew their part, and it was "
        "changed quickly when it was not working. Your agency did what it had promised and held "
        "others to their parts. Any step down was careful and checked afterwards.",
        good="There was a clear plan with dates and people, your agency did its part in time, and "
        "reviews looked at whether the child was better off. The next step was known if things "
        "did not improve.",
        requires_improvement="The plan was vague, long or not known to those in it, or reviews "
        "slipped and actions were carried over. Work drifted for a time, or was stepped down "
        "before change was certain.",
        inadequate="There was no real plan, or it was not carried out, and nobody put that right. "
        "The child lived with harm for months while the work stood still, or was closed or "
        "stepped down while still unsafe.",
    ),
)
