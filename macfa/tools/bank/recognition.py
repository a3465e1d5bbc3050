"""Domain 1: recognition, threshold and referral."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

RECOGNITION = Domain(
    code="D1",
    title="Recognition, threshold and referral",
    guidance="Did your agency see the signs that this child needed help or protection, judge how "
    "serious they were, and pass the worry on in time to those who could act?",
    questions=(
        Question(
            key="d1_signs",
            type="yes_no_partly",
            text="Were signs that the child might need help noticed and written down at the time?",
            guidance="Signs can be small: lateness, missed appointments, hunger, a change in "
            "behaviour, a mark, a remark by a relative. Answer ‘Partly’ if some were missed.",
        ),
        Question(
            key="d1_level",
            type="choice",
            choices=("The right level", "Too low", "Too high", "Cannot tell from the record"),
            text="Did the response fit the level of need?",
            guidance="Your partnership’s threshold guidance says when early help is enough, when a "
            "child is in need, and when a child may be suffering significant harm.",
        ),
        Question(
            key="d1_consent",
            type="yes_no_partly",
            text="Is it clear that the family agreed to information being shared, or why it was "
            "shared without asking?",
            guidance="Information may be shared without agreement to protect a child. The reason "
            "should be on file, and so should the reason for not telling the family.",
        ),
        Question(
            key="d1_referred",
            type="choice",
            choices=("Yes", "No, and none was needed", "No, but one was needed"),
            text="Did your agency refer the child, or act on a referral, in this period?",
            guidance="Count a request for early help and a contact with children’s social care. "
            "If you work for either of these, count what you received.",
        ),
        Question(
            key="d1_referral",
            type="text",
            when="d1_referred=Yes",
            text="What did the referral say well or leave out, and was the referrer told what "
            "happened next?",
            guidance="A good referral says what was seen and heard, what the worry is, and what "
            "the family knows. If you heard nothing back, say what you did about it.",
        ),
        *grading("d1"),
    ),
    descriptors=ofsted(
        outstanding="Early and faint signs were picked up, put together and acted on before things "
        "got worse. Referrals were so clear that others could act on them the same day, and your "
        "agency stayed involved until it knew the child was safe.",
        good="Signs were seen and recorded, the level of need was judged correctly, and referrals "
        "were made in time with the facts others needed. Consent, or the reason for going ahead "
        "without it, is on file. Outcomes were known or asked for.",
        requires_improvement="Some signs were missed, explained away or only noted, or the "
        "response was at the wrong level for a while. Referrals were late or thin, or nobody "
        "followed up when no answer came.",
        inadequate="Clear signs of harm were not recognised or not acted on, or a referral that "
        "was plainly needed was not made. The child went without protection because of it.",
    ),
)
