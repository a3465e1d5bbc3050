"""The last part of the form: what the audit rests on, and the agency's overall judgement."""

from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

BASIS = (
    Question(
        key="involvement",
        type="text",
        required=True,
        text="Your agency’s involvement in short",
        guidance="Who worked with the child or the adults, from when to when, why, and where it "
        "stands now. Five to ten lines are enough. Write roles, not names.",
    ),
    Question(
        key="records_read",
        type="text",
        text="Records you read",
        guidance="Name the systems and files, and any that you could not get to see.",
    ),
    Question(
        key="staff_spoken_to",
        type="text",
        text="Staff you spoke to",
        guidance="Roles only, for example ‘the health visitor and her team leader’. Say so if you "
        "spoke to nobody.",
    ),
    Question(
        key="dates_from",
        type="date",
        text="First date your audit covers",
        guidance="The start of the look-back period, unless your agency came in later.",
    ),
    Question(
        key="dates_to",
        type="date",
        text="Last date your audit covers",
        guidance="The end of the look-back period, unless your agency’s work ended before.",
    ),
)

JUDGEMENT = (
    Question(
        key="overall_grade",
        type="grade",
        part="grade",
        required=True,
        text="Overall, how good was your agency’s practice with this child?",
        guidance="Your own judgement of the whole, not an average of the domains. The panel will "
        "read it, and keeps it beside its own grade whatever it decides.",
    ),
    Question(
        key="overall_evidence",
        type="text",
        part="evidence",
        required=True,
        text="Reason for the overall grade",
        guidance="The two or three things that weighed most, and why they outweighed the rest.",
    ),
    Question(
        key="overall_strengths",
        type="text",
        part="strengths",
        text="Good practice to share",
        guidance="Something others could copy, with what it did for the child. Needed for "
        "Outstanding.",
    ),
    Question(
        key="overall_development",
        type="text",
        part="development",
        text="What your agency should change",
        guidance="The most important one to three changes. Needed for Requires improvement and "
        "Inadequate.",
    ),
    Question(
        key="actions_taken",
        type="text",
        text="What your agency has already done about it",
        guidance="Steps taken since you began this audit, for this child or for practice, with "
        "dates.",
    ),
    Question(
        key="recommendations",
        type="text",
        text="What you recommend to the partnership",
        guidance="Things no single agency can change alone. The panel reads these across all "
        "returns.",
    ),
)

OVERALL = Domain(
    code="overall",
    title="Overall",
    guidance="What did your agency do for this child, what does your audit rest on, and how good "
    "was the work as a whole?",
    questions=(*BASIS, *JUDGEMENT),
    descriptors=ofsted(
        outstanding="Across the file your agency did what this child needed, early and with skill, "
        "and the child is better off for it. Weaknesses, if any, made no difference. You would "
        "show this file to a new colleague.",
        good="Your agency served this child well in most respects and in all those that matter "
        "most. Weaknesses were put right in time or made little difference to the child.",
        requires_improvement="Your agency did part of what this child needed. Weaknesses in "
        "things that matter, or many small ones, meant that help was slower or weaker than it "
        "should have been, though the child was not left in danger by them.",
        inadequate="Your agency failed this child in something that matters, and the child was "
        "harmed or left at risk. Strengths elsewhere do not make up for it. If the child may be "
        "at risk today, call children’s social care or 999 now.",
    ),
)
