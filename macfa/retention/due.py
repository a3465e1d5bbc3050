"""What is due, what will be, and what stands in the way: for each class of each audit, in words.

Everything is asked of all audits at once, so that the preview costs the same for four audits as
for forty.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone

from macfa.audits.lifecycle import ENDED, WORKING_STAGES, Stage
from macfa.audits.models import Audit
from macfa.concerns.models import Concern
from macfa.findings.models import Report
from macfa.retention import table
from macfa.retention.classes import CLASS, DESTROYED, RecordClass, periods
from macfa.retention.models import Destruction, Hold, Kept, standing_on
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case
from workflows import clock
from workflows.ledger import record_type
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


@dataclass(frozen=True)
class Standing:
    """How one class of one audit stands today.

    `since` is the day it is counted from, `due_on` the day from which it may be destroyed; without
    them the audit is not that far. `counts` has how many of what there is, and `waits` says in
    words what stands in the way.
    """

    audit: Audit
    kind: RecordClass
    since: date | None
    due_on: date | None
    counts: dict[str, int]
    waits: tuple[str, ...]
    holds: tuple[Hold, ...]
    destroyed_on: date | None
    proposal: Destruction | None

    @property
    def is_due(self) -> bool:
        """Whether somebody may propose to destroy it today."""
        arrived = self.due_on is not None and self.due_on <= clock.today()
        return arrived and bool(self.counts) and not (self.waits or self.destroyed_on)


class Facts:
    """What tells how the classes of some audits of one partnership stand."""

    def __init__(self, audits: Sequence[Audit]) -> None:
        self.audits = list(audits)
        self._counted: dict[Kept, dict[int, dict[str, int]]] = {}
        self.months = periods(self.audits[0].partnership_id) if self.audits else {}

    def standings(self) -> list[Standing]:
        """Each class of each audit that the site destroys."""
        return [self.standing(audit, kind) for audit in self.audits for kind in DESTROYED]

    def standing(self, audit: Audit, kind: RecordClass) -> Standing:
        """How one class of one of them stands."""
        since = self._over.get(audit.public_id) if kind.after_the_end else self._signed_off(audit)
        due_on = add_months(since, self.months[kind.kind]) if since else None
        return Standing(
            audit=audit,
            kind=kind,
            since=since,
            due_on=due_on,
            counts=self.counts(kind.kind)[audit.pk],
            waits=tuple(self._waits(audit, kind)),
            holds=tuple(self._holds[audit.pk]),
            destroyed_on=audit.destroyed_on(kind.kind),
            proposal=self._proposals.get((audit.pk, kind.kind.value)),
        )

    def counts(self, kind: Kept) -> dict[int, dict[str, int]]:
        """How many of what each of them has in a class, by its number."""
        if kind not in self._counted:
            self._counted[kind] = table.counts(kind, self.audits)
        return self._counted[kind]

    # --- from when it is counted -----------------------------------------------------------------

    def _signed_off(self, audit: Audit) -> date | None:
        withdrawn = audit.stage == Stage.WITHDRAWN
        return self._over.get(audit.public_id) if withdrawn else self._reports.get(audit.pk)

    @cached_property
    def _reports(self) -> dict[int, date]:
        """When the newest report of each was signed off."""
        rows = Report.objects.signed_off().filter(audit__in=self.audits).order_by("number")
        days = rows.values_list("audit", "signed_off_at")
        return {audit: timezone.localtime(at).date() for audit, at in days if at}

    @cached_property
    def _over(self) -> dict[str, date]:
        """When each was closed or withdrawn, by its public id, as its ledger says."""
        rows = LedgerEntry.objects.filter(
            record_type=record_type(Audit),
            record__in=[audit.public_id for audit in self.audits],
            verb__in=("close", "withdraw"),
        )
        return {one: timezone.localtime(at).date() for one, at in rows.values_list("record", "at")}

    # --- what stands in the way ------------------------------------------------------------------

    def _waits(self, audit: Audit, kind: RecordClass) -> Iterator[str]:
        yield from (f"{hold} stands." for hold in self._holds[audit.pk])
        if audit.legal_hold or audit.pk in self._held_cases:
            yield "A legal hold was set with a pause."
        if audit.paused_on:
            yield f"{audit.paused_words}."
        yield from self._open(audit, kind)
        if audit.pk in self._concerns:
            yield "An immediate concern about a case of it is open."
        if audit.pk in self._questions:
            yield "An agency has still to answer the panel."
        if audit.pk in self._drafts:
            yield "A version of its report is not signed off yet."
        if kind.kind == Kept.CASE_MATERIAL:
            yield from (f"Its re-audit {prefix} still runs." for prefix in self._again[audit.pk])
        if not list(self._open(audit, kind)):
            yield from self._earlier(audit, kind)

    def _open(self, audit: Audit, kind: RecordClass) -> Iterator[str]:
        before = audit.stage in WORKING_STAGES[: WORKING_STAGES.index(Stage.ACTION_TRACKING)]
        if before or (kind.after_the_end and audit.stage not in ENDED):
            yield f"The audit is still at “{audit.stage.label}”."

    def _earlier(self, audit: Audit, kind: RecordClass) -> Iterator[str]:
        """What identifies most goes first."""
        for earlier in DESTROYED[: DESTROYED.index(kind)]:
            if self.counts(earlier.kind)[audit.pk]:
                yield f"{earlier.label}: not destroyed yet, and goes first."

    @cached_property
    def _holds(self) -> dict[int, list[Hold]]:
        return standing_on(self.audits)

    @cached_property
    def _held_cases(self) -> set[int]:
        rows = Case.objects.filter(audit__in=self.audits, legal_hold=True)
        return set(rows.values_list("audit", flat=True))

    @cached_property
    def _concerns(self) -> set[int | None]:
        rows = Concern.objects.open().filter(audit__in=self.audits)
        return set(rows.values_list("audit", flat=True))

    @cached_property
    def _questions(self) -> set[int]:
        rows = AgencyReturn.objects.asked().filter(audit__in=self.audits)
        return set(rows.values_list("audit", flat=True))

    @cached_property
    def _drafts(self) -> set[int]:
        rows = Report.objects.under_way().filter(audit__in=self.audits)
        ended = {audit.pk for audit in self.audits if audit.stage == Stage.WITHDRAWN}
        return set(rows.values_list("audit", flat=True)) - ended

    @cached_property
    def _again(self) -> dict[int | None, list[str]]:
        """The running audits whose chosen theme came from each of them."""
        rows = Audit.objects.running().filter(theme__from_audit__in=self.audits)
        found: dict[int | None, list[str]] = defaultdict(list)
        for earlier, prefix in rows.values_list("theme__from_audit", "prefix"):
            found[earlier].append(prefix)
        return found

    @cached_property
    def _proposals(self) -> dict[tuple[int, str], Destruction]:
        rows = Destruction.objects.proposed().filter(audit__in=self.audits)
        return {(each.audit_id, each.kind): each for each in rows}


def standing_of(audit: Audit, kind: Kept | str) -> Standing:
    """How one class of one audit stands."""
    return Facts([audit]).standing(audit, CLASS[kind])
