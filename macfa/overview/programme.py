"""The programme board: audits over time, how far they slipped, what they wait for (R2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce

from macfa.audits.dates import working_days
from macfa.audits.lifecycle import ENDED, WORKING_STAGES, Stage
from macfa.audits.models import StageDate
from workflows import clock
from workflows.calendar import Entry
from workflows.models import WorkItem
from workflows.working_days import working_days_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from macfa.audits.models import Audit

#: So many holders of open work are named on the board; the audit's page has them all.
NAMED = 3


@dataclass(frozen=True)
class StageEnd:
    """When one stage of an audit should end, and when it did."""

    stage: Stage
    planned: date
    actual: date | None
    begun: date
    current: bool
    paused: bool = False

    @property
    def ended(self) -> date:
        """The day it ended or, while it runs over, today."""
        late = self.current and not self.paused and clock.today() > self.planned
        return self.actual or (clock.today() if late else self.planned)

    @property
    def slippage(self) -> int:
        """Working days by which it ended, or is running, late; negative where it was early."""
        return working_days_between(self.planned, self.ended)

    @property
    def slippage_words(self) -> str:
        """“3 working days late”, “1 working day early”, or nothing."""
        if not self.slippage:
            return "on the day" if self.actual else ""
        return f"{working_days(abs(self.slippage))} {'late' if self.slippage > 0 else 'early'}"

    @property
    def tone(self) -> str:
        """How its bar looks: done, late, current or planned."""
        if self.actual:
            return "done"
        if self.slippage > 0:
            return "late"
        return "current" if self.current else "planned"


@dataclass(frozen=True)
class Awaited:
    """Open work of an audit that one agency, role or person holds."""

    title: str
    holder: str
    items: int
    overdue: int
    first_due: date

    @property
    def words(self) -> str:
        """“Westmarch Police: 4 to do, 1 overdue”."""
        late = f", {self.overdue} overdue" if self.overdue else ""
        return f"{self.holder}: {self.items} to do{late}"


@dataclass(frozen=True)
class Row:
    """One running audit on the board."""

    audit: Audit
    ends: tuple[StageEnd, ...]
    awaited: tuple[Awaited, ...]

    @property
    def current(self) -> StageEnd | None:
        """The stage that runs, where its end is planned."""
        return next((end for end in self.ends if end.current), None)

    @property
    def due(self) -> date | None:
        """The day the stage that runs should end."""
        return self.current.planned if self.current else None

    @property
    def slippage_words(self) -> str:
        """How late the stage that runs is."""
        return self.current.slippage_words if self.current else ""

    @property
    def named(self) -> tuple[Awaited, ...]:
        """Those who hold the most pressing work."""
        return self.awaited[:NAMED]

    @property
    def others(self) -> int:
        """How many more hold work."""
        return max(0, len(self.awaited) - NAMED)


def board(audits: Sequence[Audit], *, followed: Sequence[Audit]) -> list[Row]:
    """The running audits as rows, what they wait for only where that may be known (R14).

    Costs two statements, however many audits there are.
    """
    dates: dict[int, dict[Stage, StageDate]] = defaultdict(dict)
    for row in StageDate.objects.filter(audit__in=audits):
        dates[row.audit_id][Stage(row.stage)] = row
    awaited = _awaited(followed)
    return [
        Row(audit, tuple(_ends(audit, dates[audit.pk])), tuple(awaited.get(audit.pk, ())))
        for audit in audits
    ]


def _ends(audit: Audit, dates: Mapping[Stage, StageDate]) -> Iterator[StageEnd]:
    begun = audit.opened_on
    for stage in WORKING_STAGES:
        if row := dates.get(stage):
            current = stage == audit.stage
            paused = audit.paused_on is not None
            end = StageEnd(stage, row.planned, row.actual, begun, current, paused)
            yield end
            begun = end.ended


def _awaited(audits: Sequence[Audit]) -> dict[int, list[Awaited]]:
    """By audit, who holds open work, the earliest due first. Work of an agency counts as the
    agency's; other work is its person's, or its role's while nobody holds it."""
    found: dict[int, list[Awaited]] = defaultdict(list)
    open_items = WorkItem.objects.open().filter(thread__in=[audit.pk for audit in audits])
    for thread, *waiting in (
        open_items.annotate(
            holder=Coalesce("team__agency__name", "owner__name", "team__name"),
        )
        .values_list("thread", "title", "holder")
        .annotate(
            items=Count("pk"),
            overdue=Count("pk", filter=Q(due__lt=clock.today())),
            first=Min("due"),
        )
        .order_by("first", "-items", "holder")
    ):
        found[thread].append(Awaited(*waiting))
    return found


def stage_days(audit: Audit) -> list[Entry]:
    """The days on which its stages should end, by its reference and without its theme."""
    if audit.stage in ENDED:
        return []
    return [
        Entry(
            f"audit-{audit.public_id}-{row.stage}",
            row.planned,
            f"{audit.prefix}: {Stage(row.stage).label} should end",
            audit.get_absolute_url(),
        )
        for row in audit.stage_dates.all()
        if row.actual is None
    ]
