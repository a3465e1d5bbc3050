"""The cases of an audit as the panel works through them: state, grades, what is missing.

Read in a fixed number of statements, however many cases and agencies there are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from macfa.moderation.comparison import far_apart, spread
from macfa.moderation.models import CaseGrade, DomainGrade, PanelGrade
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import PanelQuestion
from macfa.sampling.lifecycle import WITH_PANEL, CaseState
from macfa.tools.models import Domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from macfa.audits.models import Audit
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case
    from macfa.tools.models import Grade

COLOURS = {
    CaseState.DRAWN: "grey",
    CaseState.WITH_AGENCIES: "yellow",
    CaseState.RELEASED: "blue",
    CaseState.MODERATED: "green",
}


@dataclass(frozen=True)
class Line:
    """One case of the list."""

    case: Case
    returns: Sequence[AgencyReturn]
    graded_returns: set[int]
    domains_to_grade: int
    grade: Grade | None

    @property
    def colour(self) -> str:
        """The colour of its state."""
        return COLOURS.get(CaseState(self.case.state), "grey")

    @property
    def with_panel(self) -> bool:
        """Whether its returns can be read here."""
        return self.case.state in WITH_PANEL

    @property
    def moderated(self) -> bool:
        """Whether it has its case grade."""
        return bool(self.case.state == CaseState.MODERATED)

    @property
    def own_spread(self) -> str:
        """How the agencies graded themselves."""
        return spread(return_.grade for return_ in self._submitted)

    @property
    def apart(self) -> bool:
        """Whether the agencies' own grades are two or more apart (R33)."""
        return far_apart(return_.grade for return_ in self._submitted)

    @property
    def missing(self) -> str:
        """What the panel waits for or has to grade, in words; nothing once it is moderated."""
        asked = sum(bool(return_.questions.all()) for return_ in self._submitted)
        agencies = sum(return_.pk not in self.graded_returns for return_ in self._submitted)
        parts = [
            _count(asked, "answer"),
            _count(agencies, "panel grade"),
            _count(self.domains_to_grade, "domain grade"),
        ]
        if not self.moderated:
            parts.append("the case grade")
        return ", ".join(part for part in parts if part)

    @property
    def _submitted(self) -> list[AgencyReturn]:
        return [row for row in self.returns if row.state == ReturnState.SUBMITTED]


def _count(number: int, thing: str) -> str:
    if not number:
        return ""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def lines(audit: Audit, cases: Iterable[Case]) -> list[Line]:
    """A line for each of these cases of an audit."""
    listed = list(cases)
    returns = _returns(audit)
    graded = set(_current(PanelGrade, "agency_return", agency_return__audit=audit))
    domains = Domain.objects.filter(version=audit.tool_version_id, graded=True).count()
    done: dict[int, int] = defaultdict(int)
    for case in _current(DomainGrade, "case", case__audit=audit):
        done[case] += 1
    current = CaseGrade.objects.filter(case__audit=audit, current=True).select_related("grade")
    grades = {row.case_id: row.grade for row in current}
    return [
        Line(case, returns[case.pk], graded, domains - done[case.pk], grades.get(case.pk))
        for case in listed
    ]


def _returns(audit: Audit) -> Mapping[int, list[AgencyReturn]]:
    grouped: dict[int, list[AgencyReturn]] = defaultdict(list)
    questions = Prefetch("questions", PanelQuestion.objects.open())
    counted = audit.returns.counted().select_related("grade").prefetch_related(questions)
    for return_ in counted.order_by("pk"):
        grouped[return_.case_id].append(return_)
    return grouped


def _current(kind: type[PanelGrade | DomainGrade], of: str, **which: object) -> Iterable[int]:
    return kind._default_manager.filter(current=True, **which).values_list(of, flat=True)
