"""Following the returns: reminders, queries, more time, and returns that never come."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.dateformat import format as format_date

from macfa.audits.calls import keep_call
from macfa.audits.reminders import due_words
from macfa.returns import rules
from macfa.returns.flow import ReturnFlow
from macfa.returns.models import AgencyReturn, Reminder, ReturnQuery
from macfa.returns.outstanding import owed
from macfa.returns.services.signing import case_by_now, others_owed, tell_if_last
from notifications.inbox import Message
from workflows import clock, tasks
from workflows.errors import NotYet
from workflows.lifecycle import act, beginning, lock, tell_at_the_end
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from macfa.audits.calls import Call
    from macfa.audits.models import Audit
    from macfa.people.models import User
    from workflows.flow import Start
    from workflows.lifecycle import Act


def query(
    *,
    return_: AgencyReturn,
    text: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The coordinator sends a submitted return back to its auditor with a query (R18)."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        return_.case = case_by_now(return_)
        rules.check_query(return_, by)
        check_says(text, "Say what you want to know.")
        ReturnQuery.objects.create(agency_return=return_, text=text.strip(), asked_by=by)
        doing.move("query", text=text)
        tasks.start(doing, ReturnFlow.sent_back)
    return return_


def remind(
    *,
    return_: AgencyReturn,
    note: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> list[Reminder]:
    """Remind whoever has the work, or the agency's leads; every reminder is kept."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_remind(return_, by)
        [one] = owed([return_], by)
        if not one.people:
            raise NotYet(
                "There is nobody else to remind. If it is not waiting for you, ask "
                f"{return_.agency} to name another lead."
            )
        reminders = _keep(doing, one.people, note, by)
        tell_at_the_end([_message(reminder) for reminder in reminders])
    return reminders


def note_call(
    *,
    return_: AgencyReturn,
    call: Call,
    by: User,
    token: str | None = None,
) -> AgencyReturn:
    """The coordinator reminded the agency by telephone. It is kept, and sends nothing."""
    with act(return_, by=by, token=token) as (doing, return_):
        rules.check_calls(return_, by)
        keep_call(doing, Reminder, "agency_return", call, by)
    return return_


def _keep(doing: Act, people: Sequence[User], note: str, by: User) -> list[Reminder]:
    for person in people:
        doing.note("reminded", facts={"to_person": person.public_id}, text=note)
    at = clock.now()
    return Reminder.objects.bulk_create(
        Reminder(agency_return=doing.record, person=person, by=by, at=at, note=note)
        for person in people
    )


def _message(reminder: Reminder) -> Message:
    return_ = reminder.agency_return
    return Message(
        reminder.reached,
        event="return.reminder",
        event_key=f"reminder-{reminder.pk}",
        text=f"Reminder: your return on {return_.case.label} {due_words(return_.due)}",
        url=return_.get_absolute_url(),
        at=reminder.at,
    )


def remind_all_outstanding(
    *,
    audit: Audit,
    returns: Collection[str] | None = None,
    again: Collection[str] = (),
    by: User,
    token: str | None = None,
) -> list[Reminder]:
    """Remind everybody who owes a return of the audit, or one of those chosen by their public ids.

    Whoever owes several gets one message, and each return keeps its own reminder. Who was reminded
    today already is not again, but for those chosen `again`: so a form posted twice has one effect.
    """
    rules.check_remind_all(audit, by)
    reminders: list[Reminder] = []
    with beginning(token):
        lock(audit)
        outstanding = audit.returns.outstanding().filter(case__paused_on=None).order_by("pk")
        if returns is not None:
            outstanding = outstanding.filter(public_id__in=[*returns, *again])
        for one in owed(outstanding, by):
            if one.people and (not one.reminded_today or one.return_.public_id in again):
                first = None if reminders else token
                with act(one.return_, by=by, token=first) as (doing, return_):
                    if return_.is_outstanding:
                        reminders += _keep(doing, one.people, "", by)
        tell_at_the_end(_digests(reminders))
    return reminders


def _digests(reminders: Iterable[Reminder]) -> list[Message]:
    """One message for each person, whether they owe one return or several."""
    of_person: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        of_person[reminder.reached].append(reminder)
    return [_message(rows[0]) if len(rows) == 1 else _digest(rows) for rows in of_person.values()]


def _digest(rows: Sequence[Reminder]) -> Message:
    first = min(rows, key=lambda row: row.agency_return.due)
    due = due_words(first.agency_return.due)
    return Message(
        first.reached,
        event="return.reminder",
        event_key=f"reminder-{first.pk}",
        text=f"Reminder: {len(rows)} returns are waiting for you. The earliest {due}",
        url="/tasks/",
        at=first.at,
    )


def record_not_returned(
    *,
    return_: AgencyReturn,
    reason: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The audit goes on without this return, with a reason; whoever had it to do is told."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_runs_outstanding(return_, by)
        check_says(reason, "Say why the audit goes on without this return.")
        doing.change(not_returned_because=reason.strip())
        doing.move("record_not_returned", text=reason)
        tasks.withdraw(doing, why="Recorded as not returned.")
        tell_if_last(doing, others=others_owed(return_))
    return return_


def accept_late(
    *,
    return_: AgencyReturn,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The agency may answer after all. Figures already published stay as they are.

    It goes on where it was: an agency that never said whether it was involved says that first,
    and may have nothing to audit (R10).
    """
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_accept_late(return_, by)
        check_says(why, "Say why the agency may return it late.")
        doing.change(not_returned_because="")
        move, start = _let_in(return_)
        doing.move(move, text=why)
        tasks.start(doing, start)
    return return_


def _let_in(return_: AgencyReturn) -> tuple[str, Start]:
    """How a return that comes late goes on: at the auditor, or at the lead's answer."""
    if return_.involvement:
        return "accept_late", ReturnFlow.sent_back
    return "ask_late", ReturnFlow.issued


def extend(
    *,
    return_: AgencyReturn,
    due: date,
    reason: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """Give an agency more time for one return; whoever has the work is told the new date."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_runs_outstanding(return_, by)
        check_says(reason, "Say why the agency gets more time.")
        rules.check_extension(return_, due)
        old, new = (format_date(day, "j F Y") for day in (return_.due, due))
        doing.change(due=due)
        doing.note("extended", facts={"old": old, "new": new}, text=reason)
        tasks.postpone(doing, due)
        [one] = owed([return_], by)
        for person in one.people:
            doing.tell(
                person.pk,
                event="return.extended",
                event_key=f"extended-{return_.pk}-{return_.version + 1}",
                text=f"New due date: your return on {return_.case.label} is due {new}",
                url=return_.get_absolute_url(),
            )
    return return_
