"""What time brings to actions: reminders that go out by themselves (R45)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from macfa.audits import reminding
from macfa.audits.models import Audit
from macfa.audits.reminders import Telling, Words, overseers_of, send
from macfa.audits.reminding import Told, told_now
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action, ActionQuerySet, ActionReminder
from macfa.people.away import away
from macfa.people.rules import leads_by_agency, serving
from workflows import clock
from workflows.lifecycle import beginning, hold, lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

WORDS = Words("action", "action.reminder", "action")


def remind_due() -> int:
    """Remind of every action whose turn it is; says of how many. Any number may run at once."""
    if not reminding.is_time():
        return 0
    return reminding.each(due_on(clock.today()).order_by().values_list("audit", "pk"), remind_of)


def due_on(day: date) -> ActionQuerySet:
    """The actions under way of which somebody is to be reminded on a day and has not been.

    An action goes on while its audit is paused. One whose completion is claimed waits for
    somebody else. What is due on other days costs nothing: it begins in the index of due dates.
    """
    found = reminding.calendars(day)
    sent = ActionReminder.objects.filter(
        action=OuterRef("pk"), due=OuterRef("due"), step=OuterRef("step_now")
    )
    actions = Action.objects.filter(
        state=ActionState.UNDER_WAY, due__in=reminding.due_dates(found)
    ).annotate(step_now=reminding.step_now(found))
    return actions.exclude(step_now=None).filter(~Exists(sent))


def remind_of(audit_id: int, these: Sequence[int]) -> int:
    """Remind everybody concerned of these actions of one audit, in one transaction and with one
    message each. A second worker waits for it, and finds nothing left."""
    with beginning():
        audit = lock(Audit.objects.get(pk=audit_id))
        due = due_on(clock.today()).filter(pk__in=these)
        rows = hold(due.select_related("audit", "agency", "owner"))
        send(audit, rows, _tellings(audit, rows), ActionReminder, WORDS)
    return len(rows)


def _tellings(audit: Audit, rows: Sequence[Action]) -> Iterator[Telling]:
    """Who is told of each action, as its step has it.

    Where its owner is away the leads of its agency hear too, and where they have left, in their
    place; where it has none, or is the partnership's own, the coordinators.
    """
    overseers = overseers_of(audit)
    leads = leads_by_agency({row.agency_id for row in rows if row.agency_id})
    still_here = serving(row.owner_id for row in rows)
    absent = away(row.owner for row in rows)
    for row in rows:
        of_agency = leads[row.agency_id]
        owner = [row.owner] if row.owner_id in still_here else []
        people = {**overseers, Told.HOLDER: owner, Told.LEAD: of_agency}
        audience = {*told_now(row)}
        if not owner or row.owner_id in absent:
            audience.add(Told.LEAD if of_agency else Told.COORDINATOR)
        for told in audience:
            yield from (Telling(person, told, row) for person in people[told])
