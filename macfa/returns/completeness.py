"""What a return still lacks: required answers, and what each grade asks for beside it (R16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.returns.paper import sections
from macfa.tools.models import Grade, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from macfa.returns.paper import Asked, Section

Part = Question.Part
Tone = Grade.Tone

#: What a grade asks for beside its evidence, by its tone.
ASKS_FOR = {
    Tone.BEST: Part.STRENGTHS,
    Tone.WEAK: Part.DEVELOPMENT,
    Tone.WORST: Part.DEVELOPMENT,
}


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: where, and in words."""

    domain_code: str
    control: str
    sentence: str


def lacks(asked: Iterable[Asked]) -> list[Lack]:
    """Everything that has to be there before the return can be handed in, in order."""
    return [lack for section in sections(asked) for lack in lacks_of(section)]


def lacks_of(section: Section) -> Iterator[Lack]:
    """What one domain still lacks."""
    needed = _asked_by_grade(section)
    for each in section.asked:
        if not each.given.is_empty:
            continue
        if each.part in needed:
            yield _lack(section, each, needed[each.part])
        elif each.required and not _excused(section, each):
            yield _lack(section, each, "")


def _asked_by_grade(section: Section) -> dict[str, str]:
    """The parts that the domain's grade asks for, each with why."""
    grade = section.grade
    if grade is None or not grade.given.grade:
        return {}
    needed = {Part.EVIDENCE.value: ""}
    if part := ASKS_FOR.get(Tone(grade.given.tone)):
        needed[part.value] = f" (needed for {grade.given.grade_name})"
    return needed


def _excused(section: Section, asked: Asked) -> bool:
    """An answer that is not a grade needs no evidence (R17); the overall one always a reason."""
    grade = section.grade
    not_graded = grade is not None and bool(grade.given.no_grade)
    return asked.part == Part.EVIDENCE and not_graded and section.graded


def _lack(section: Section, asked: Asked, why: str) -> Lack:
    what = "choose a grade, or say why there is none" if asked.part == Part.GRADE else asked.text
    return Lack(section.code, asked.control, f"{section.name}: {what}{why}")
