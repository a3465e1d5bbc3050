"""The shapes that an audit tool is written in, before it is stored.

A tool has domains, a domain has questions, and a question may be a grade on a scale. Everything
is frozen: a published tool never changes, it is only succeeded (R20).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

AnswerType = Literal["text", "grade", "yes_no_partly", "choice", "number", "date"]
Part = Literal["prompt", "grade", "evidence", "strengths", "development"]
Tone = Literal["best", "good", "weak", "worst"]

YES_NO_PARTLY: tuple[tuple[str, str], ...] = (("yes", "Yes"), ("partly", "Partly"), ("no", "No"))


@dataclass(frozen=True)
class Grade:
    """One point of a scale, with what it looks like in a file in any domain.

    The tone carries the evidence rules: the best grade asks for what was good, and the weak and
    worst ones for what should change (R16).
    """

    code: str
    name: str
    descriptor: str
    tone: Tone


@dataclass(frozen=True)
class NotGraded:
    """An answer to a grade question that is not a grade, and never counts as a poor one (R17)."""

    code: str
    name: str
    guidance: str


@dataclass(frozen=True)
class Scale:
    """The grades an audit may use, best first, and the answers that are not grades."""

    code: str
    name: str
    grades: tuple[Grade, ...]
    not_graded: tuple[NotGraded, ...]

    def grade(self, code: str) -> Grade:
        """The grade with this code."""
        return next(grade for grade in self.grades if grade.code == code)


@dataclass(frozen=True)
class Descriptor:
    """What one grade of one scale looks like in one domain, to stand beside the choice (R16)."""

    scale: str
    grade: str
    text: str


@dataclass(frozen=True)
class Question:
    """One thing an auditor is asked.

    `agencies` holds the codes of the agencies that see it, empty for all. `when` shows it only
    where the case or an earlier answer says so: `status=CP` or `KEY=answer`. `part` says what it
    is in its domain: a prompt, the grade, or one of the texts that go with it, whose keys end in
    `_evidence`, `_strengths` and `_development`.
    """

    key: str
    type: AnswerType
    text: str
    guidance: str = ""
    required: bool = False
    part: Part = "prompt"
    choices: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    when: str = ""


@dataclass(frozen=True)
class Domain:
    """A part of the tool that is read, evidenced and graded as one."""

    code: str
    title: str
    guidance: str
    questions: tuple[Question, ...]
    descriptors: tuple[Descriptor, ...]

    def part(self, part: Part) -> tuple[Question, ...]:
        """The questions of this domain that play one part, in order."""
        return tuple(question for question in self.questions if question.part == part)

    def descriptor(self, scale: str, grade: str) -> str:
        """What a grade looks like here, in words."""
        found = (d.text for d in self.descriptors if (d.scale, d.grade) == (scale, grade))
        return next(found)


@dataclass(frozen=True)
class Tool:
    """An audit tool as it is written: the domains, then the agency's overall judgement."""

    reference: str
    name: str
    description: str
    minutes: int
    scale: str
    domains: tuple[Domain, ...]
    overall: Domain

    @property
    def sections(self) -> tuple[Domain, ...]:
        """Every part in the order of the form."""
        return (*self.domains, self.overall)

    def questions(self) -> Iterator[Question]:
        """Every question in the order of the form."""
        for section in self.sections:
            yield from section.questions
