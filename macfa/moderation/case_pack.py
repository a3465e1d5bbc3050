"""The case pack: everything the panel needs on one case, side by side, on one page (R32).

It is read in a fixed number of statements, however many agencies took part. Agencies' words and
grades come from the return as it was last submitted, never from a draft (R14, R18).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from macfa.moderation.answers import Answered, answered
from macfa.moderation.comparison import far_apart, spread, went_well
from macfa.moderation.models import CaseGrade, Decision, DomainGrade, PanelGrade
from macfa.moderation.rules import answer_of, answerer
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import Submission
from macfa.returns.progress import COLOURS as RETURN_COLOURS
from macfa.tools.models import Domain, Grade, Question, ToolVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from macfa.returns.models import Addendum, AgencyReturn, PanelQuestion
    from macfa.sampling.models import Case

D = TypeVar("D", bound=Decision)


@dataclass(frozen=True)
class Decided(Generic[D]):
    """The panel's decision that holds now, and those it replaced, newest first."""

    current: D | None
    earlier: tuple[D, ...]


@dataclass(frozen=True)
class Column:
    """One agency's submitted return: its own grade, the panel's grade, its answers by domain."""

    agency_return: AgencyReturn
    own: Grade | None
    panel: Decided[PanelGrade]
    answers: Mapping[int, Answered]

    @property
    def name(self) -> str:
        """Who answers: the agency, or one of its settings."""
        return answerer(self.agency_return)

    @property
    def addenda(self) -> list[Addendum]:
        """What the agency added once the panel had the case."""
        return list(self.agency_return.addenda.all())

    @property
    def question(self) -> PanelQuestion | None:
        """What the panel has asked the agency and not been told yet."""
        asked = self.agency_return.questions.all()
        return next((question for question in asked if question.closed_at is None), None)

    @property
    def changed(self) -> bool:
        """Whether the panel's grade is another than the agency's own."""
        grade = self.panel.current
        return grade is not None and grade.grade_id != (self.own.pk if self.own else None)


@dataclass(frozen=True)
class Row:
    """One domain: what each agency answered, and the panel's grade for all of them together."""

    domain: Domain
    cells: tuple[tuple[Column, Answered], ...]
    panel: Decided[DomainGrade]

    @property
    def apart(self) -> bool:
        """Whether agencies see this domain two or more grades apart."""
        return far_apart(answered.grade for _column, answered in self.cells)


@dataclass(frozen=True)
class Absent:
    """An agency with nothing to read for this case: a nil return, none, or one still owed."""

    agency_return: AgencyReturn

    @property
    def name(self) -> str:
        """Who answers: the agency, or one of its settings."""
        return answerer(self.agency_return)

    @property
    def tag(self) -> str:
        """What there is instead of a return, in words."""
        state = ReturnState(self.agency_return.state)
        return "Nil return" if self.is_nil else str(state.label)

    @property
    def colour(self) -> str:
        """The colour of that tag."""
        return RETURN_COLOURS[ReturnState(self.agency_return.state)]

    @property
    def is_nil(self) -> bool:
        """Whether it looked, and has nothing to audit."""
        return bool(self.agency_return.state == ReturnState.NIL)

    @property
    def why(self) -> str:
        """Why there is nothing to read."""
        if self.is_nil:
            return f"{self.agency_return.get_nil_kind_display()}."
        if self.agency_return.state == ReturnState.NOT_RETURNED:
            return self.agency_return.not_returned_because
        return "It will be stored as late when it comes."


class CasePack:
    """All returns of a case by domain, what the panel decided, and what it should talk about."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def returns(self) -> list[AgencyReturn]:
        """Every return of the case that counts, also nil and missing ones."""
        related = ("agency", "setting", "grade")
        said = ("addenda__by", "addenda__question", "questions__asked_by")
        found = self.case.returns.counted().select_related(*related)
        return list(found.prefetch_related(*said))

    @cached_property
    def columns(self) -> list[Column]:
        """The submitted returns, each with its answers by domain."""
        submitted = [row for row in self.returns if row.state == ReturnState.SUBMITTED]
        return [self._column(return_) for return_ in submitted]

    @cached_property
    def others(self) -> list[Absent]:
        """The agencies with nothing to read: nil, not returned, or still owed."""
        return [Absent(row) for row in self.returns if row.state != ReturnState.SUBMITTED]

    @cached_property
    def rows(self) -> list[Row]:
        """The domains in order, the overall judgement last."""
        decided = _by(self.case.domain_grades.all(), "domain_id")
        return [self._row(domain, decided[domain.pk]) for domain in self.domains]

    @property
    def overall(self) -> Domain | None:
        """The part of the tool in which an agency judges its work as a whole."""
        return next((domain for domain in self.domains if not domain.graded), None)

    @property
    def overall_first(self) -> list[Domain]:
        """The domains as one agency's return is read: its judgement as a whole, then the rest."""
        return sorted(self.domains, key=lambda domain: domain.graded)

    def row(self, code: str) -> Row | None:
        """The domain with this code that the panel grades."""
        found = (row for row in self.rows if row.domain.graded and row.domain.code == code)
        return next(found, None)

    @cached_property
    def case_grade(self) -> Decided[CaseGrade]:
        """The multi-agency grade of the case, and those it replaced."""
        return _decided(list(_with_people(self.case.case_grades.all())))

    @cached_property
    def grades(self) -> list[Grade]:
        """The scale of the audit, best first."""
        return list(Grade.objects.filter(scale__in=self._version.values("scale")))

    @cached_property
    def domains(self) -> list[Domain]:
        """The domains of the audit's tool, with their questions."""
        found = Domain.objects.filter(version__in=self._version.values("pk"))
        return list(found.prefetch_related("questions"))

    def descriptors(self, domain: Domain | None = None) -> dict[str, str]:
        """What each grade looks like in a domain or, without one, on the whole, by code (R16)."""
        questions = domain.questions.all() if domain else ()
        worded: dict[str, str] = next(
            (q.descriptors for q in questions if q.part == Question.Part.GRADE), {}
        )
        return {grade.code: worded.get(grade.code, grade.descriptor) for grade in self.grades}

    @property
    def own_spread(self) -> str:
        """How the agencies graded themselves."""
        return spread(column.own for column in self.columns)

    @property
    def next_agency(self) -> Column | None:
        """The first agency without a panel grade."""
        return next((column for column in self.columns if not column.panel.current), None)

    @property
    def missing(self) -> list[str]:
        """What the panel waits for or has not graded yet, before it can grade the case."""
        return [*self.awaited, *self.ungraded]

    @cached_property
    def awaited(self) -> list[str]:
        """The answers of agencies that the panel has asked something."""
        return [answer_of(column.agency_return) for column in self.columns if column.question]

    @cached_property
    def ungraded(self) -> list[str]:
        """The agencies and domains without a grade."""
        agencies = [f"the panel grade for {c.name}" for c in self.columns if not c.panel.current]
        graded = [row for row in self.rows if row.domain.graded]
        domains = [f"the grade for {row.domain}" for row in graded if not row.panel.current]
        return [*agencies, *domains]

    @cached_property
    def flags(self) -> list[str]:
        """What the panel should talk about (R33)."""
        return [*self._apart(), *self._well_beside_worst()]

    def _apart(self) -> Iterable[str]:
        if far_apart(column.own for column in self.columns):
            yield f"The agencies’ own grades are two or more apart: {self.own_spread}."
        if domains := [row.domain.code for row in self.rows if row.domain.graded and row.apart]:
            yield f"Agencies see these domains two or more grades apart: {', '.join(domains)}."

    def _well_beside_worst(self) -> Iterable[str]:
        grade = self.case_grade.current
        if grade is None or grade.grade.tone != Grade.Tone.WORST:
            return
        for column in self.columns:
            if column.own and went_well(column.own):
                yield (
                    f"{column.name} graded its own work {column.own.name}, "
                    f"and the case grade is {grade.grade.name}."
                )

    @property
    def _version(self) -> QuerySet[ToolVersion]:
        """The version of the tool that the audit is pinned to."""
        return ToolVersion.objects.filter(audit=self.case.audit_id)

    @cached_property
    def _submissions(self) -> dict[int, Submission]:
        """The last submission of each return that went to the coordinator."""
        sent = Submission.objects.sent().filter(agency_return__case=self.case).order_by("number")
        return {row.agency_return_id: row for row in sent}

    @cached_property
    def _panel_grades(self) -> Mapping[int, list[PanelGrade]]:
        rows = PanelGrade.objects.filter(agency_return__case=self.case)
        return _by(rows, "agency_return_id")

    def _column(self, return_: AgencyReturn) -> Column:
        submission = self._submissions.get(return_.pk)
        answers = submission.answers if submission else {}
        return Column(
            agency_return=return_,
            own=return_.grade,
            panel=_decided(self._panel_grades[return_.pk]),
            answers={domain.pk: answered(domain, answers, self.grades) for domain in self.domains},
        )

    def _row(self, domain: Domain, decisions: Sequence[DomainGrade]) -> Row:
        cells = tuple((column, column.answers[domain.pk]) for column in self.columns)
        return Row(domain, cells, _decided(decisions))


def _with_people(rows: Iterable[D]) -> Iterable[D]:
    """Decisions newest first, with their grade and who typed them."""
    return rows.select_related("grade", "typed_by").order_by("-pk")  # type: ignore[attr-defined,no-any-return]


def _by(rows: Iterable[D], key: str) -> Mapping[int, list[D]]:
    grouped: dict[int, list[D]] = defaultdict(list)
    for row in _with_people(rows):
        grouped[getattr(row, key)].append(row)
    return grouped


def _decided(rows: Sequence[D]) -> Decided[D]:
    current = next((row for row in rows if row.current), None)
    return Decided(current, tuple(row for row in rows if not row.current))
