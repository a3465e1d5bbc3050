"""What the pages of retention show: what is due, what will be, what is held, what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format

from macfa.audits.models import Audit
from macfa.retention.classes import CLASSES, DESTROYED, periods
from macfa.retention.due import Facts
from macfa.retention.models import Destruction, Hold, Period
from workflows import timeline
from workflows.ledger import record_type
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.people.models import Partnership
    from macfa.retention.due import Standing

COLUMNS: tuple[dict[str, object], ...] = (
    {"label": "Audit", "nowrap": True},
    {"label": "What"},
    {"label": "How many"},
)
#: So many certificates stand on the page; the others are found by their audit.
LATEST = 20


@dataclass(frozen=True)
class Line:
    """One class of one audit on a page."""

    standing: Standing
    #: Whether the reader may propose, and so has a page of it.
    proposes: bool

    @property
    def href(self) -> str:
        """Where it is seen in detail, and proposed."""
        kind = self.standing.kind.kind.value
        return reverse("propose_destruction", args=[self.standing.audit.public_id, kind])

    @property
    def cells(self) -> tuple[object, ...]:
        """The audit, the class and what there is, for a table."""
        label = self.standing.kind.label
        what = {"text": label, "href": self.href} if self.proposes else label
        return self.standing.audit.prefix, what, in_words(self.standing.counts)

    @property
    def since(self) -> str:
        """The day from which it may be destroyed."""
        return _day(self.standing.due_on) if self.standing.due_on else ""

    @property
    def waits(self) -> str:
        """What stands in the way, as one text; what is only not due yet has nothing."""
        return " ".join(self.standing.waits) or "It is not due yet."


def in_words(counts: dict[str, int]) -> str:
    """“Answers: 1,204; addenda: 31”, or that there is nothing."""
    said = "; ".join(f"{what}: {number:,}" for what, number in counts.items()) or "nothing"
    return said[:1].upper() + said[1:]


def lines(partnership: Partnership, *, proposes: bool) -> list[Line]:
    """Every class of every audit of a partnership, the one that is due first first."""
    audits = list(
        Audit.objects.filter(partnership=partnership).select_related("theme").order_by("pk")
    )
    found = [Line(standing, proposes) for standing in Facts(audits).standings()]
    return sorted(found, key=lambda line: line.standing.due_on or date.max)


def preview(partnership: Partnership, *, proposes: bool) -> dict[str, object]:
    """What is due, what will be, what is held, and what is gone."""
    found = lines(partnership, proposes=proposes)
    kept = [line for line in found if line.standing.counts and not line.standing.destroyed_on]
    due = [line for line in kept if line.standing.is_due and not line.standing.proposal]
    dated = [line for line in kept if line.standing.due_on and not line.standing.is_due]
    own = Destruction.objects.filter(partnership=partnership).select_related(
        "audit", "proposed_by", "ended_by"
    )
    undated = [line for line in kept if not line.standing.due_on]
    return {
        "due": [[*line.cells, line.since] for line in due],
        "due_columns": (*COLUMNS, {"label": "Due since"}),
        "later": [[*line.cells, line.since, line.waits] for line in dated],
        "later_columns": (*COLUMNS, {"label": "From"}, {"label": "What stands in the way"}),
        "not_yet": [[*line.cells, line.waits] for line in undated],
        "not_yet_columns": (*COLUMNS, {"label": "Why"}),
        "proposed": own.proposed(),
        "done": own.done()[:LATEST],
        "holds": [held(hold) for hold in _standing(partnership)],
    }


def _standing(partnership: Partnership) -> Iterable[Hold]:
    rows = Hold.objects.standing().filter(partnership=partnership)
    return rows.select_related("audit", "placed_by")


def held(hold: Hold) -> dict[str, object]:
    """A hold with the audits that it covers."""
    audits = Audit.objects.filter(partnership=hold.partnership_id).select_related("theme")
    covered = [audit for audit in audits.order_by("prefix") if hold.covers(audit)]
    return {"hold": hold, "audits": covered}


def period_rows(partnership: Partnership, *, sets: bool) -> list[dict[str, object]]:
    """The classes in plain words, with the period that the partnership keeps each."""
    chosen = periods(partnership)
    return [
        {
            "kind": each,
            "months": chosen[each.kind],
            "usual": chosen[each.kind] == each.default,
            "href": reverse("set_period", args=[each.kind.value]) if sets else "",
        }
        for each in CLASSES
    ]


def period_lines(partnership: Partnership) -> list[timeline.Line]:
    """What periods were set, newest first."""
    own = Period.objects.filter(partnership=partnership).values("public_id")
    entries = LedgerEntry.objects.filter(record_type=record_type(Period), record__in=own)
    return timeline.lines(entries.select_related("said").order_by("-at", "-pk"))


def certificate(destruction: Destruction) -> list[dict[str, object]]:
    """What a certificate says, in the order in which somebody asks."""
    rows: list[dict[str, object]] = [
        {"key": "Audit", "value": str(destruction.audit)},
        {"key": "What", "value": destruction.get_kind_display()},
        {"key": "Due since", "value": _day(destruction.due_on)},
        {
            "key": "Proposed by",
            "value": f"{destruction.proposed_by}, {_day(destruction.proposed_at)}",
        },
    ]
    if destruction.ended_by and destruction.ended_at and destruction.backups_until:
        until = _day(destruction.backups_until)
        rows += [
            {
                "key": "Confirmed by",
                "value": f"{destruction.ended_by}, {_day(destruction.ended_at)}",
            },
            {
                "key": "Backups",
                "value": f"Backups made before may hold it until {until}. After that day none "
                "does, if they are kept as this site was told.",
            },
            {"key": "Files and search index", "value": "This site keeps none of either."},
        ]
    return [*rows, {"key": "Mark of the rows", "value": f"SHA-256 {destruction.digest}"}]


def _day(day: date) -> str:
    return str(date_format(day, "j F Y"))


def destroyed(audit: Audit) -> list[str]:
    """What of an audit was destroyed, in sentences for its pages."""
    return [
        f"{kind.label}: destroyed on {_day(day)}."
        for kind in DESTROYED
        if (day := audit.destroyed_on(kind.kind))
    ]
