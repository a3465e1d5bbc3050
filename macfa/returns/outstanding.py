"""Who owes what: the outstanding returns, who is reminded of them, and when they last were."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.dateformat import format as format_date

from macfa.audits.reminders import HEARD
from macfa.people.roles import Role
from macfa.returns.desks import desks_of
from macfa.returns.models import Reminder
from macfa.sampling.models import CaseAccess
from workflows import clock, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from macfa.people.models import Agency, User
    from macfa.returns.models import AgencyReturn


@dataclass(frozen=True)
class Owed:
    """A return that is outstanding, who is reminded of it, and when somebody last was."""

    return_: AgencyReturn
    people: tuple[User, ...]
    reminded_at: datetime | None
    times: int

    @property
    def is_overdue(self) -> bool:
        """Whether its due date has passed."""
        return self.return_.is_overdue

    @property
    def reminded_words(self) -> str:
        """How often and when last, in words."""
        if self.reminded_at is None:
            return "None"
        last = format_date(timezone.localtime(self.reminded_at), "j F Y")
        return f"{self.times}, the last on {last}"

    @property
    def reminded_today(self) -> bool:
        """Whether a reminder went out today already."""
        at = self.reminded_at
        return at is not None and timezone.localdate(at) == clock.today()


@dataclass(frozen=True)
class Batch:
    """What one agency's people are reminded of together: a row of the page that reminds all."""

    owed: tuple[Owed, ...]

    @property
    def agency(self) -> Agency:
        """The agency that owes them."""
        return self.owed[0].return_.agency

    @property
    def people(self) -> tuple[User, ...]:
        """Who is reminded."""
        return self.owed[0].people

    @property
    def key(self) -> str:
        """Which returns these are, as a form sends them."""
        return ".".join(one.return_.public_id for one in self.owed)

    @property
    def today(self) -> bool:
        """Whether they were reminded today already."""
        return self.owed[0].reminded_today

    @property
    def due(self) -> date:
        """When the first of them is due."""
        return min(one.return_.due for one in self.owed)

    @property
    def is_overdue(self) -> bool:
        """Whether the due date of one has passed."""
        return any(one.is_overdue for one in self.owed)

    @property
    def reminded_at(self) -> datetime | None:
        """When somebody was last reminded of one of them."""
        return max((one.reminded_at for one in self.owed if one.reminded_at), default=None)


def batches(found: Iterable[Owed]) -> list[Batch]:
    """What is owed, by agency and whom it is with; what was reminded of today is apart. Returns of
    which nobody can be reminded are left out."""
    rows: dict[tuple[object, ...], list[Owed]] = defaultdict(list)
    for one in found:
        if one.people:
            people = tuple(person.pk for person in one.people)
            rows[one.return_.agency_id, people, one.reminded_today].append(one)
    made = [Batch(tuple(each)) for each in rows.values()]
    return sorted(made, key=lambda each: (each.agency.position, each.agency.code, each.due))


def owed(returns: Iterable[AgencyReturn], by: User | None) -> list[Owed]:
    """Who is reminded of these returns: whoever holds the work, else the agency's leads without a
    conflict of interest with the case.

    Nobody reminds themselves; `by` is empty where reminders go out by themselves. Costs four
    statements, however many returns there are.
    """
    rows = list(returns)
    agencies = {row.agency_id: row.agency for row in rows}
    desks = desks_of(agencies.values(), Role.AGENCY_LEAD)
    holders = {item.subject_id: item.owner for item in tasks.open_items(rows) if item.owner}
    reminders = Reminder.objects.filter(HEARD, agency_return__in=rows).order_by()
    sent = reminders.values("agency_return").annotate(
        last=Max("at"), times=Count("at", distinct=True)
    )
    chased = {row["agency_return"]: (row["last"], row["times"]) for row in sent}
    stepped_out = conflicts_of(rows)
    found = []
    for row in rows:
        people = (holders[row.pk],) if row.pk in holders else desks[row.agency_id].people
        out = {by and by.pk, *stepped_out[row.case_id]}
        others = tuple(person for person in people if person.pk not in out)
        found.append(Owed(row, others, *chased.get(row.pk, (None, 0))))
    return found


def conflicts_of(rows: Iterable[AgencyReturn]) -> dict[int, set[int | None]]:
    """By case, who has a conflict of interest with it."""
    found: dict[int, set[int | None]] = defaultdict(set)
    conflicts = CaseAccess.objects.current().filter(
        case__in={row.case_id for row in rows}, capacity=CaseAccess.Capacity.CONFLICT
    )
    for case, person in conflicts.values_list("case", "person"):
        found[case].add(person)
    return found
