"""The four questions that end every domain: the grade and the words that carry it (R16)."""

from macfa.tools.bank.shapes import Question


def grading(prefix: str) -> tuple[Question, ...]:
    """A domain's grade with its evidence, what was good and what should change."""
    return (
        Question(
            key=f"{prefix}_grade",
            type="grade",
            part="grade",
            required=True,
            text="How good was your agency’s own practice here?",
            guidance="Grade what your agency did, not the family and not other agencies. Choose "
            "the description that fits best, even if not every word does.",
        ),
        Question(
            key=f"{prefix}_evidence",
            type="text",
            part="evidence",
            required=True,
            text="Evidence",
            guidance="Say what in the file led you to this answer, with the date of each record. "
            "Write roles, not names: ‘mother’, ‘class teacher’. If your answer is not a grade, "
            "say why in a sentence.",
        ),
        Question(
            key=f"{prefix}_strengths",
            type="text",
            part="strengths",
            text="What was good",
            guidance="Practice you would want to see again, and what it did for the child. Needed "
            "for Outstanding.",
        ),
        Question(
            key=f"{prefix}_development",
            type="text",
            part="development",
            text="What should change",
            guidance="What your agency should do differently, and who could see to it. Needed for "
            "Requires improvement and Inadequate.",
        ),
    )
