"""The ledger of a partnership as its scrutineer and coordinator read it: what was done, and who
read what, newest first, narrowed by person, reference, kind and days.

Quick among a million rows: each page is a seek in an index from where the last one ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from django.db.models import F, Q
from django.utils import timezone

from macfa.audits.models import Audit
from macfa.overview.rules import hidden_in
from macfa.people.models import User
from workflows import timeline
from workflows.ledger import record_type
from workflows.models import LedgerEntry, Read
from workflows.timeline import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from macfa.people.models import Partnership

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = TypeVar("Row", LedgerEntry, Read)


@dataclass(frozen=True)
class Narrowing:
    """What the page is asked for."""

    person: str = ""
    reference: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None

    def query(self, **more: str) -> str:
        """The same as the end of an address."""
        said = {"person": self.person, "reference": self.reference, "kind": self.kind, **more}
        for name, day in (("first", self.first), ("last", self.last)):
            if day:
                said |= {
                    f"{name}_day": str(day.day),
                    f"{name}_month": str(day.month),
                    f"{name}_year": str(day.year),
                }
        return "?" + urlencode({name: value for name, value in said.items() if value})


class Trail:
    """What one person may read of the ledger of their partnership."""

    def __init__(self, partnership: Partnership, reader: User, narrowing: Narrowing) -> None:
        self.narrowing = narrowing
        self.partnership = partnership
        audits = Audit.objects.filter(partnership=partnership)
        if narrowing.reference:
            audits = audits.filter(prefix__iexact=narrowing.reference.partition("-")[0].strip())
        self.audits = dict(audits.values_list("pk", "public_id"))
        self.hidden, self.labels = hidden_in(partnership, reader)

    def entries(self, size: int, before: str = "") -> list[LedgerEntry]:
        """What was done, newest first."""
        rows = self._entries(before)
        own = rows.filter(record_type=record_type(Audit), record__in=self.audits.values())
        return _newest(size, self.changes(before), own)

    def changes(self, before: str = "") -> QuerySet[LedgerEntry]:
        """What was done to what belongs to an audit: nearly all there is."""
        return self._threaded(self._entries(before))

    def _entries(self, before: str) -> QuerySet[LedgerEntry]:
        rows = self._narrowed(LedgerEntry.objects.select_related("said"), before)
        kind = self.narrowing.kind
        return rows.filter(record_type=kind) if kind else rows

    def reads(self, size: int, before: str = "") -> list[Read]:
        """Who read what, newest first. What concerns the conduct of staff is for its own contacts
        alone, and so is who read it (R28)."""
        rows = self._narrowed(Read.objects.exclude(how=Read.How.STAFF_MATTER), before)
        if self.narrowing.kind:
            rows = rows.filter(how=self.narrowing.kind)
        people = members(self.partnership).values("public_id")
        alone = rows.none() if self.narrowing.reference else rows.filter(thread=None)
        return _newest(size, self._threaded(rows), alone.filter(actor__in=people))

    def _threaded(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """The rows of the audits. Those of one lie together in their index; of several, the index
        of time is read, and an index of the threads would only be in its way."""
        if len(self.audits) == 1:
            return rows.filter(thread=next(iter(self.audits)))
        return rows.annotate(of=F("thread") + 0).filter(of__in=list(self.audits))

    def _narrowed(self, rows: QuerySet[Row], before: str) -> QuerySet[Row]:
        asked = self.narrowing
        if asked.person:
            rows = rows.filter(actor=asked.person)
        if "-" in asked.reference:
            label = asked.reference.strip()
            rows = rows.filter(Q(reference__iexact=label) | Q(reference__istartswith=f"{label} "))
        if asked.first:
            rows = rows.filter(at__gte=_midnight(asked.first))
        if asked.last:
            rows = rows.filter(at__lt=_midnight(asked.last + timedelta(days=1)))
        if self.hidden:
            rows = rows.exclude(record__in=self.hidden)
        for label in self.labels:
            rows = rows.exclude(Q(reference=label) | Q(reference__startswith=f"{label} "))
        if place := _place(before):
            at, number = place
            rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=number))
        return rows.order_by("-at", "-pk")


def _newest(size: int, *parts: QuerySet[Row]) -> list[Row]:
    found = [row for part in parts for row in part[:size]]
    return sorted(found, key=lambda row: (row.at, row.pk), reverse=True)[:size]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def mark(row: LedgerEntry | Read) -> str:
    """Where a page ended, for the address of the next."""
    return f"{(row.at - EPOCH) // timedelta(microseconds=1)}.{row.pk}"


def _place(before: str) -> tuple[datetime, int] | None:
    at, _, number = before.partition(".")
    if not (at.isdecimal() and number.isdecimal() and len(at) < 18 and len(number) < 19):
        return None
    try:
        return EPOCH + timedelta(microseconds=int(at)), int(number)
    except OverflowError:
        return None


def members(partnership: Partnership) -> QuerySet[User]:
    """Everybody who holds or held a role in a partnership, by name."""
    rows = User.objects.filter(memberships__team__partnership=partnership)
    return rows.distinct().order_by("name", "pk")


def read_aloud(reads: Iterable[Read]) -> Iterator[Line]:
    """Reads as sentences. Costs one query for the people they name."""
    rows = list(reads)
    people = User.objects.filter(public_id__in={row.actor for row in rows})
    names = dict(people.values_list("public_id", "name"))
    for row in rows:
        how = Read.How(row.how).label
        if row.how == Read.How.EXPORT:
            how = f"{how}: {row.reference}, {row.rows} {'row' if row.rows == 1 else 'rows'}"
        reference = "" if row.how == Read.How.EXPORT else row.reference
        yield Line(reference, f"{names.get(row.actor, 'Somebody')} {how}", "", row.at)


def table(lines: Iterable[Line]) -> Iterator[Sequence[Any]]:
    """Lines as the rows of an export. What people wrote as their reason stays on the site."""
    for line in lines:
        yield timezone.localtime(line.at).isoformat(" ", "seconds"), line.reference, line.sentence


def aloud(entries: Iterable[LedgerEntry]) -> list[Line]:
    """Entries as sentences."""
    return timeline.lines(entries)
