"""How grades lie to one another. They are compared and counted, and never averaged (R30, R33)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from macfa.tools.models import Grade

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Grades this far apart on the scale are talked about (R33).
APART = 2


def far_apart(grades: Iterable[Grade | None]) -> bool:
    """Whether two of these grades lie two or more apart on the scale (R33)."""
    positions = [grade.position for grade in grades if grade is not None]
    return bool(positions) and max(positions) - min(positions) >= APART


def spread(grades: Iterable[Grade | None]) -> str:
    """How often each grade was given, best first: "4 Good, 2 Requires improvement"."""
    counts = Counter(grade for grade in grades if grade is not None)
    ordered = sorted(counts.items(), key=lambda pair: pair[0].position)
    return ", ".join(f"{count} {grade.name}" for grade, count in ordered)


def went_well(grade: Grade) -> bool:
    """Whether a grade says the work was good or better."""
    return grade.tone in {Grade.Tone.BEST, Grade.Tone.GOOD}
