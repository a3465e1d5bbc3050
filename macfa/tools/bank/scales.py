"""The grading scale that ships: four points, each described for a case file (R16, R17)."""

from macfa.tools.bank.shapes import Descriptor, Grade, NotGraded, Scale

NOT_GRADED = (
    NotGraded(
        "not_applicable",
        "Not applicable",
        "This could not arise in your agency’s work with the child, so there is nothing to "
        "judge. It is not a way to pass over work that was not done.",
    ),
    NotGraded(
        "not_told",
        "We were not told",
        "Your agency did not know, because nobody told it. This is learning for the "
        "partnership and does not count against your agency.",
    ),
    NotGraded(
        "no_evidence",
        "No evidence on file",
        "Your agency knew and should have acted, and it may have done, but the records you "
        "read do not show it either way.",
    ),
)

OFSTED = Scale(
    code="ofsted4",
    name="Ofsted four-point",
    grades=(
        Grade(
            "O",
            "Outstanding",
            "Strong practice all through the file that clearly made a difference to the child. "
            "Your agency acted early, thought about the whole family, worked closely with "
            "others and left a record that shows it. Other agencies could learn from it.",
            tone="best",
        ),
        Grade(
            "G",
            "Good",
            "The child was well served. What should have been done was done, in time and with "
            "the right people, and the record explains why. Any gaps were small and left the "
            "child at no greater risk.",
            tone="good",
        ),
        Grade(
            "RI",
            "Requires improvement",
            "Some of what should have been done was missing, late or not thought through, so "
            "the child’s needs were only partly met. Your agency’s work did not leave the child "
            "in danger, but the same practice with another child might.",
            tone="weak",
        ),
        Grade(
            "I",
            "Inadequate",
            "Important things were not done, or so late or so poorly that the child was harmed "
            "or left at risk of harm. Practice must change at once. If the child may be at risk "
            "today, call children’s social care or 999 before you go on.",
            tone="worst",
        ),
    ),
    not_graded=NOT_GRADED,
)


def ofsted(
    *, outstanding: str, good: str, requires_improvement: str, inadequate: str
) -> tuple[Descriptor, ...]:
    """What each of the four grades looks like in one domain, best first."""
    texts = (outstanding, good, requires_improvement, inadequate)
    return tuple(
        Descriptor(OFSTED.code, grade.code, text)
        for grade, text in zip(OFSTED.grades, texts, strict=True)
    )
