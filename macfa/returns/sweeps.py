"""What time brings to agency returns: reminders that go out by themselves (R45)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from macfa.audits import reminding
from macfa.audits.models import Audit
from macfa.audits.reminders import Telling, Words, overseers_of, send
from macfa.audits.reminding import Told, told_now
from macfa.people.away import away
from macfa.people.roles import Role
from macfa.returns.desks import desks_of
from macfa.returns.models import AgencyReturn, AgencyReturnQuerySet, Reminder
from macfa.returns.outstanding import conflicts_of, owed
from macfa.sampling.models import Case
from workflows import clock
from workflows.lifecycle import beginning, hold, lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

WORDS = Words("agency_return", "return.reminder", "return")


def remind_due() -> int:
    """Remind of every return whose turn it is; says of how many. Any number may run at once."""
    if not reminding.is_time():
        return 0
    return reminding.each(due_on(clock.today()).order_by().values_list("audit", "pk"), remind_of)


def due_on(day: date) -> AgencyReturnQuerySet:
    """The returns of which somebody is to be reminded on a day and has not been.

    It begins in the index of due dates, at those that have a step that day: what is due on other
    days costs nothing.
    """
    found = reminding.calendars(day)
    sent = Reminder.objects.filter(
        agency_return=OuterRef("pk"), due=OuterRef("due"), step=OuterRef("step_now")
    )
    returns = AgencyReturn.objects.outstanding().filter(due__in=reminding.due_dates(found))
    # Asked of each return that is due: joined, they would tempt a database to begin with them.
    going_on = Exists(Audit.objects.running().filter(pk=OuterRef("audit"), paused_on=None))
    paused = Exists(Case.objects.filter(pk=OuterRef("case"), paused_on__isnull=False))
    running = returns.filter(going_on, ~paused)
    stepping = running.annotate(step_now=reminding.step_now(found)).exclude(step_now=None)
    return stepping.filter(~Exists(sent))


def remind_of(audit_id: int, these: Sequence[int]) -> int:
    """Remind everybody concerned of these returns of one audit, in one transaction and with one
    message each. A second worker waits for it, and finds nothing left."""
    with beginning():
        audit = lock(Audit.objects.get(pk=audit_id))
        rows = hold(due_on(clock.today()).filter(pk__in=these))
        send(audit, rows, _tellings(audit, rows), Reminder, WORDS)
    return len(rows)


def _tellings(audit: Audit, rows: Sequence[AgencyReturn]) -> Iterator[Telling]:
    """Who is told of each return, as its step has it; nobody with a conflict of interest is.

    Where its holder is away its agency's leads hear too. Where neither somebody holds it nor a
    lead is left, the coordinators hear in their place.
    """
    conflicts, overseers = conflicts_of(rows), overseers_of(audit)
    leads = desks_of({row.agency_id: row.agency for row in rows}.values(), Role.AGENCY_LEAD)
    found = owed(rows, None)
    absent = away(person for one in found for person in one.people)
    for one in found:
        row = one.return_
        people = {**overseers, Told.HOLDER: one.people, Told.LEAD: leads[row.agency_id].people}
        audience = {*told_now(row), *(() if one.people else (Told.COORDINATOR,))}
        if any(person.pk in absent for person in one.people):
            audience.add(Told.LEAD)
        for told in audience:
            for person in people[told]:
                if person.pk not in conflicts[row.case_id]:
                    yield Telling(person, told, row)
