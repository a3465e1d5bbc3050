"""An audit or a case waits, for example for a criminal inquiry, and goes on again.

Clocks stop: what is due moves on by as many working days as the pause is to last, and by more where
it lasted longer. Actions that run already go on, and so does what concerns a child's safety.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.formats import date_format

from macfa.overview import rules
from macfa.overview.services.withdrawing import seats
from macfa.retention.services import place_hold
from macfa.returns.lifecycle import OUTSTANDING
from workflows import clock, tasks
from workflows.lifecycle import Act, act
from workflows.models import WorkItem
from workflows.working_days import add_working_days, working_days_between

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturnQuerySet
    from macfa.sampling.models import Case
    from workflows.models import Record


def pause_audit(
    *,
    audit: Audit,
    reason: str,
    until: date,
    legal_hold: bool = False,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Audit:
    """The whole audit waits until a day on which the pause is looked at again.

    Args:
        legal_hold: nothing of the audit may be destroyed from now on, until the independent
            scrutineer lifts that. It does not end with the pause.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_pause(audit, by, reason, until)
        _pause(doing, reason, until)
        _move_audit(doing, audit, working_days_between(clock.today(), until), by)
        _tell(doing, f"{audit.prefix} is paused until {_words(until)}: nothing is due before then.")
        if legal_hold:
            _hold(audit, reason, by)
    return audit


def resume_audit(
    *, audit: Audit, reason: str, by: User, expects: int | None = None, token: str | None = None
) -> Audit:
    """The audit goes on, with a reason."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_resume(audit, by, reason)
        longer = _longer(audit.paused_until)
        _resume(doing, reason)
        if longer:
            _move_audit(doing, audit, longer, by)
        _tell(doing, f"{audit.prefix} goes on.")
    return audit


def pause_case(
    *,
    case: Case,
    reason: str,
    until: date,
    legal_hold: bool = False,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Case:
    """One case waits, and the others go on without it."""
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_pause_case(case, by, reason, until)
        _pause(doing, reason, until)
        _move_case(doing, case, working_days_between(clock.today(), until), by)
        _tell(doing, f"{case.label} is paused until {_words(until)}: nothing is due before then.")
        if legal_hold:
            _hold(case.audit, f"{case.label}: {reason}", by)
    return case


def resume_case(
    *, case: Case, reason: str, by: User, expects: int | None = None, token: str | None = None
) -> Case:
    """The case goes on, with a reason."""
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_resume(case, by, reason)
        longer = _longer(case.paused_until)
        _resume(doing, reason)
        if longer:
            _move_case(doing, case, longer, by)
        _tell(doing, f"{case.label} goes on.")
    return case


def _words(day: date) -> str:
    return date_format(day, "j F Y")


def _hold(audit: Audit, reason: str, by: User) -> None:
    """A case has no end of its own, so what holds one holds its audit."""
    place_hold(partnership=audit.partnership, audit=audit, reason=reason, by=by)


def _pause(doing: Act, reason: str, until: date) -> None:
    doing.change(paused_on=clock.today(), paused_until=until, paused_because=reason)
    doing.note("paused", facts={"until": _words(until)}, text=reason)


def _resume(doing: Act, reason: str) -> None:
    doing.change(paused_on=None, paused_until=None, paused_because="")
    doing.note("resumed", text=reason)


def _longer(until: date | None) -> int:
    """How many working days a pause lasted beyond the day until which it was to last."""
    return max(0, working_days_between(until, clock.today())) if until else 0


def _move_audit(doing: Act, audit: Audit, days: int, by: User) -> None:
    """What is due in the stages to come, and what waits for somebody, is due so much later."""
    for stage_date in audit.stage_dates.filter(stage__in=audit.stages_to_come):
        stage_date.planned = add_working_days(stage_date.planned, days)
        stage_date.save(update_fields=["planned"])
    tasks.postpone_by(doing, days)
    _move_work([*audit.theme_views.order_by("pk"), *audit.cases.order_by("pk")], days, by)
    _move_returns(audit.returns.all(), days, by)
    _move_work([*seats(audit), *audit.reports.order_by("pk")], days, by)


def _move_case(doing: Act, case: Case, days: int, by: User) -> None:
    tasks.postpone_by(doing, days)
    _move_returns(case.returns.all(), days, by)


def _move_work(records: Iterable[Record], days: int, by: User) -> None:
    for record in records:
        with act(record, by=by) as (doing, _record):
            tasks.postpone_by(doing, days)


def _move_returns(returns: AgencyReturnQuerySet, days: int, by: User) -> None:
    waiting = returns.filter(Q(state__in=OUTSTANDING) | Q(pk__in=returns.asked().values("pk")))
    for return_ in waiting.order_by("pk"):
        with act(return_, by=by) as (doing, fresh):
            if fresh.is_outstanding:
                due = add_working_days(fresh.due, days)
                doing.note("waits", facts={"old": _words(fresh.due), "new": _words(due)})
                doing.change(due=due)
            tasks.postpone_by(doing, days)


def _tell(doing: Act, text: str) -> None:
    """Everybody with work on it hears of it, once."""
    record = doing.record
    waiting = WorkItem.objects.open().exclude(owner=None)
    about = waiting.filter(thread=record.pk) if record.thread is None else _of_case(record, waiting)
    for person in about.order_by("owner").values_list("owner", flat=True).distinct():
        if doing.by is None or person != doing.by.pk:
            doing.tell(
                person,
                event="work.paused",
                event_key=f"paused-{record.public_id}-{record.version}",
                text=text,
                url="/tasks/",
            )


def _of_case(case: Case, waiting: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """Work on a case and on its returns: their references begin with the case's own."""
    return waiting.filter(thread=case.thread, reference__startswith=case.label)
