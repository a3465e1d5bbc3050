"""Reminders of agency returns that go out by themselves (R45)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.audits.reminding import steps_of
from macfa.improvement import services as improvement
from macfa.overview import services as overview
from macfa.people import services as people
from macfa.people.absences import record_absence
from macfa.people.models import Agency
from macfa.returns import outstanding, services, sweeps
from macfa.returns.models import AgencyReturn, Reminder
from macfa.sampling.access import step_out
from notifications.models import Notification
from tests import factories
from tests.cast import assemble
from tests.records import at_once, contents, has_left
from tests.unit.test_queue_seeks import plan
from workflows import clock, invariants, ledger, timeline
from workflows.models import WorkItem
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.cast import Cast

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit whose returns are all due on one day; one of them is with its auditor."""
    audit = factories.audit_issued(cast)
    factories.drafting(cast, factories.a_return(audit, "CSC"))
    return audit


def due_of(audit: Audit) -> date:
    return factories.a_return(audit).due


def sweep(day: date, hour: int = 9) -> int:
    """What the worker does at an hour of a day."""
    with clock.playing(datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)):
        return sweeps.remind_due()


def told(cast: Cast, name: str) -> list[str]:
    rows = Notification.objects.filter(recipient=cast[name], event="return.reminder")
    return [row.text for row in rows.order_by("seq")]


def words(day: date) -> str:
    return f"{day:%-d %B %Y}"


@pytest.mark.parametrize("days", [-5, -1, 0])
def test_whoever_has_the_work_is_reminded_before_and_on_the_day(
    cast: Cast, audit: Audit, days: int
) -> None:
    due = due_of(audit)
    assert sweep(add_working_days(due, days)) == 6
    assert told(cast, "auditor.csc") == [f"Reminder: you have 1 return due on {words(due)}"]
    assert told(cast, "lead.csc") == [f"Reminder: you have 1 return due on {words(due)}"]
    assert told(cast, "lead.pol") == [f"Reminder: you have 2 returns due on {words(due)}"]
    assert told(cast, "coordinator") == told(cast, "chair") == []


@pytest.mark.parametrize("days", [-6, -4, -2])
def test_on_other_days_nobody_is(cast: Cast, audit: Audit, days: int) -> None:
    assert sweep(add_working_days(due_of(audit), days)) == 0


def test_after_the_day_it_goes_higher_step_by_step(cast: Cast, audit: Audit) -> None:
    due = due_of(audit)
    for number, heard in ((1, "lead.csc"), (5, "coordinator"), (10, "chair")):
        assert told(cast, heard) == []
        sweep(add_working_days(due, number))
        assert len(told(cast, heard)) == 1
    late = f"that was due on {words(due)}"
    assert told(cast, "lead.csc")[0] == (
        f"Reminder: you have 1 return {late}; your agency has 1 return {late}"
    )
    assert told(cast, "chair") == [
        f"Reminder: the partnership waits for 6 returns that were due on {words(due)}"
    ]
    assert len(told(cast, "auditor.csc")) == 3


def test_each_reminder_is_kept_and_read_in_the_timeline(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit, "CSC")
    sweep(add_working_days(return_.due, 1))
    kept = return_.reminders.order_by("pk")
    assert [(each.person, each.by, each.how) for each in kept] == [
        (cast["auditor.csc"], None, "(automatically)"),
        (cast["lead.csc"], None, "(automatically)"),
    ]
    said = [line.sentence for line in timeline.lines(timeline.of_record(return_))]
    assert said[:2] == [
        "Told Lead Csc automatically that it is late",
        "Reminded Auditor Csc automatically",
    ]
    assert [*ledger.faults(), *invariants.faults()] == []


def test_a_page_that_is_open_meanwhile_is_not_stale(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit, "CSC")
    sweep(return_.due)
    assert AgencyReturn.objects.get(pk=return_.pk).version == return_.version


def test_a_sweep_run_twice_reminds_once(cast: Cast, audit: Audit) -> None:
    due = due_of(audit)
    assert [sweep(due), sweep(due), sweep(due, hour=17)] == [6, 0, 0]
    assert len(told(cast, "lead.pol")) == 1


def test_what_no_worker_sent_on_its_day_is_caught_up_soon_or_not_at_all(audit: Audit) -> None:
    due = due_of(audit)
    assert sweep(add_working_days(due, 4)) == 0
    assert sweep(add_working_days(due, 3)) == 6


def test_a_date_that_moves_reminds_again(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit, "CSC")
    sweep(return_.due)
    later = add_working_days(return_.due, 3)
    services.extend(return_=return_, due=later, reason="Leave", by=cast["coordinator"])
    assert sweep(later) == 1 + 5
    assert told(cast, "auditor.csc")[-1] == f"Reminder: you have 1 return due on {words(later)}"


def test_several_dates_are_one_message(cast: Cast, audit: Audit) -> None:
    first, second = audit.returns.filter(agency__code="POL")
    later = add_working_days(first.due, 1)
    services.extend(return_=second, due=later, reason="Leave", by=cast["coordinator"])
    sweep(later)
    assert told(cast, "lead.pol")[0].startswith(
        f"Reminder: you have 2 returns to see to, and the earliest was due on {words(first.due)}"
    )
    assert len(told(cast, "lead.pol")) == 1


def test_it_is_quiet_at_night_and_on_days_off(audit: Audit) -> None:
    due = due_of(audit)
    assert sweep(due, hour=7) == 0
    saturday = due + timedelta(days=5 - due.weekday())
    assert sweep(saturday) == sweep(date(2026, 12, 25)) == 0


def test_nobody_is_reminded_of_what_is_in_paused_or_given_up(cast: Cast, audit: Audit) -> None:
    by, due = cast["coordinator"], due_of(audit)
    factories.nil(cast, factories.a_return(audit, "EDU"))
    until = add_working_days(clock.today(), 10)
    case = audit.cases.order_by("pk").last()
    assert case
    overview.pause_case(case=case, reason="An inquiry", until=until, by=by)
    assert sweep(due) == 2
    overview.pause_audit(audit=audit, reason="An inquiry", until=until, by=by)
    audit.returns.update(due=due)
    assert sweep(add_working_days(due, 1)) == 0
    audit.refresh_from_db()
    overview.resume_audit(audit=audit, reason="It is over", by=by)
    audit.refresh_from_db()
    overview.withdraw(audit=audit, reason="Overtaken", by=by)
    assert sweep(add_working_days(due, 5)) == 0


def test_where_an_agency_has_no_lead_the_coordinators_hear(cast: Cast, audit: Audit) -> None:
    has_left(cast["lead.edu"])
    WorkItem.objects.filter(owner=cast["lead.edu"]).update(owner=None)
    due = due_of(audit)
    sweep(due)
    assert told(cast, "coordinator") == [
        f"Reminder: the partnership waits for 2 returns due on {words(due)}"
    ]


def test_where_nobody_may_hear_it_is_over_with_that_round(cast: Cast, audit: Audit) -> None:
    for case in audit.cases.all():
        for name in ("lead.edu", "coordinator"):
            step_out(case, cast[name], "Their neighbour")
    assert sweep(due_of(audit)) == 6
    assert sweep(due_of(audit)) == 0
    silent = Reminder.objects.filter(person=None)
    assert {row.agency_return.agency.code for row in silent} == {"EDU"}
    shown = outstanding.owed(audit.returns.filter(agency__code="EDU"), cast["coordinator"])
    assert {one.times for one in shown} == {0}


def test_where_the_holder_is_away_the_lead_hears_too(cast: Cast, audit: Audit) -> None:
    due = due_of(audit)
    record_absence(person=cast["auditor.csc"], first=due, last=due, by=cast["auditor.csc"])
    sweep(due)
    assert told(cast, "auditor.csc")
    assert [text.startswith("Reminder: ") for text in told(cast, "lead.csc")] == [True]
    assert Reminder.objects.filter(person=cast["lead.csc"]).count() == 2


def test_a_return_and_an_action_of_one_person_are_two_reminders(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    action = audit.actions.get(owner=cast["owner.csc"])
    return_ = factories.a_return(factories.audit_issued(cast, "DAC"), "CSC")
    [returned] = services.remind(return_=return_, by=cast["coordinator"])
    acted = improvement.remind(action=action, by=cast["coordinator"])
    rows = Notification.objects.filter(event__in=("return.reminder", "action.reminder"))
    assert {row.event_key for row in rows} == {
        f"reminder-{returned.pk}",
        f"action-reminder-{acted.pk}",
    }


def test_partnerships_hear_of_their_own_only(cast: Cast, audit: Audit) -> None:
    elsewhere = assemble("elsewhere")
    due = due_of(audit)
    sweep(add_working_days(due, 10))
    for name in ("coordinator", "chair", "lead.pol"):
        assert len(told(cast, name)) == 1
        assert told(elsewhere, name) == []


# --- school holidays -----------------------------------------------------------------------------


def test_schools_are_left_in_peace_in_their_holidays_and_go_on_after_them(
    cast: Cast, audit: Audit
) -> None:
    due = due_of(audit)
    first, last = due + timedelta(days=1), due + timedelta(days=21)
    people.add_school_holiday(
        partnership=cast.partnership, name="Break", first=first, last=last, by=cast["coordinator"]
    )
    for number in (1, 5, 10):
        assert sweep(add_working_days(due, number)) == 4
    assert told(cast, "lead.edu") == []
    assert sweep(add_working_days(last, 1)) == 2
    assert len(told(cast, "lead.edu")) == 1


def test_every_due_date_has_its_steps_each_once() -> None:
    start = date(2026, 11, 2)
    days = [start + timedelta(days=number) for number in range(120)]
    due = date(2026, 12, 24)
    met = [steps_of(day)[due].days for day in days if due in steps_of(day)]
    assert list(dict.fromkeys(met)) == [-5, -1, 0, 1, 5, 10]
    assert met == sorted(met)


# --- many ----------------------------------------------------------------------------------------


def test_what_is_not_due_is_not_read(audit: Audit) -> None:
    due, other = due_of(audit), factories.a_return(audit)
    others = Agency.objects.bulk_create(
        Agency(partnership=audit.partnership, code=f"N{number}", name=f"N{number}")
        for number in range(2000)
    )
    not_due = {**contents(other), "id": None}
    AgencyReturn.objects.bulk_create(
        AgencyReturn(
            **not_due
            | {"public_id": agency.code, "agency_id": agency.pk}
            | {"due": due + timedelta(days=100 + number)}
        )
        for number, agency in enumerate(others)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as captured:
        sweep(due)
    found = [plan(each["sql"]) for each in captured if '"step" = (CASE' in each["sql"]]
    assert len(found) == 2
    assert "return_by_due" in found[0], found[0]
    for each in found:
        assert "SCAN returns_agencyreturn" not in each
        assert "Seq Scan on returns_agencyreturn" not in each


def test_the_cost_does_not_grow_with_what_is_due(cast: Cast) -> None:
    def cost(audit: Audit) -> int:
        with CaptureQueriesContext(connection) as captured:
            sweep(add_working_days(due_of(audit), 10))
        return len(captured)

    few = cost(factories.audit_issued(cast, "ONE", "status=EH:1"))
    many = cost(factories.audit_issued(cast, "TWO", "status=EH:3,status=CP:3"))
    assert many <= few + 1  # larger batches are numbered beforehand


@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_once() -> None:
    cast = assemble()
    audit = factories.audit_issued(cast)
    due = due_of(audit)
    raised = at_once([lambda: sweep(due)] * 2)
    assert raised == [None, None]
    assert Reminder.objects.count() == 6
    assert len(told(cast, "lead.pol")) == 1
