"""Domain 5: voice and lived experience."""

from macfa.tools.bank.grading import grading
from macfa.tools.bank.scales import ofsted
from macfa.tools.bank.shapes import Domain, Question

VOICE = Domain(
    code="D5",
    title="Voice and lived experience",
    guidance="Does the file show who this child is, what life is like for them, and that what they "
    "said or showed made a difference?",
    questions=(
        Question(
            key="d5_heard",
            type="choice",
            choices=(
                "Seen and spoken to alone",
                "Spoken to with others there",
                "Watched and noted (a baby, or a child who does not use words)",
                "Through someone the child trusts",
                "Not seen or heard, and should have been",
                "Not our part to see the child",
            ),
            text="How did your agency come to know the child’s view?",
            guidance="Choose the best that happened in the period. For an unborn baby choose "
            "‘Not our part’ unless your agency cared for the mother.",
        ),
        Question(
            key="d5_day",
            type="yes_no_partly",
            text="Could a stranger picture a day in this child’s life from your record?",
            guidance="Waking, food, the way to school, who is at home, bedtime, what the child "
            "likes and fears. For a baby: handling, sleep, feeding, how the baby responds.",
        ),
        Question(
            key="d5_words",
            type="yes_no_partly",
            text="Is the child’s view recorded as the child gave it?",
            guidance="Their own words, drawings, signs or behaviour, rather than an adult’s "
            "summary. Check that a child who does not speak, or speaks another language, had a way "
            "to be heard.",
        ),
        Question(
            key="d5_changed",
            type="text",
            text="What changed because of what the child said or showed?",
            guidance="A decision, a plan, a visit, a place to be. ‘Nothing that I can find’ is an "
            "honest and useful answer.",
        ),
        *grading("d5"),
    ),
    descriptors=ofsted(
        outstanding="The child is vivid on every page: their words, habits, fears and wishes. "
        "People found the right way to hear this child, came back to it over time, and decisions "
        "plainly turned on what they learned.",
        good="The child was seen, alone where that was right, and their view or behaviour is "
        "recorded as they gave it. A reader understands what life was like for them. It had an "
        "effect on what was done.",
        requires_improvement="The child was seen but the record is mostly about the adults, or "
        "the child’s view is in the file and was not used. A baby’s or a disabled child’s "
        "experience was assumed more than observed.",
        inadequate="The child is missing from the file, or was not seen when they should have "
        "been. What the child said or showed about harm was not heard, not believed or not acted "
        "on.",
    ),
)
