"""Reminders of actions that go out by themselves (R45)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.improvement import services, sweeps
from macfa.improvement.models import Action, ActionReminder
from macfa.overview import services as overview
from macfa.people.roles import Role
from notifications.models import Notification
from tests import factories
from tests.records import has_left
from workflows import clock, invariants, ledger, timeline
from workflows.working_days import add_working_days, is_working_day

if TYPE_CHECKING:
    from tests.cast import Cast

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def action(cast: Cast) -> Action:
    """An action of children's social care, under way and due on a working day."""
    factories.audit_published(cast)
    action = Action.objects.get()
    due = add_working_days(action.due, 1)
    return services.change_due(action=action, due=due, reason="Leave", by=cast["coordinator"])


def sweep(day: date, hour: int = 9) -> int:
    """What the worker does at an hour of a day."""
    with clock.playing(datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)):
        return sweeps.remind_due()


def told(cast: Cast, name: str) -> list[str]:
    rows = Notification.objects.filter(recipient=cast[name], event="action.reminder")
    return [row.text for row in rows.order_by("seq")]


def test_what_is_due_on_a_day_off_is_late_on_the_next_working_day(
    cast: Cast, action: Action
) -> None:
    friday = next(
        day
        for number in range(60)
        if (day := action.due + timedelta(days=number)).weekday() == 4
        and is_working_day(day)
        and is_working_day(day + timedelta(days=3))
    )
    saturday, monday = friday + timedelta(days=1), friday + timedelta(days=3)
    services.change_due(action=action, due=saturday, reason="Leave", by=cast["coordinator"])
    assert [sweep(friday), sweep(saturday), sweep(monday)] == [1, 0, 1]
    assert told(cast, "owner.csc")[1].endswith(f"that was due on {saturday:%-d %B %Y}")
    assert len(told(cast, "lead.csc")) == 1


@pytest.mark.parametrize("days", [-5, -1, 0])
def test_the_owner_is_reminded_before_and_on_the_day(cast: Cast, action: Action, days: int) -> None:
    assert sweep(add_working_days(action.due, days)) == 1
    due = f"{action.due:%-d %B %Y}"
    assert told(cast, "owner.csc") == [f"Reminder: you have 1 action due on {due}"]
    assert told(cast, "lead.csc") == told(cast, "coordinator") == told(cast, "chair") == []


def test_after_the_day_it_goes_higher_step_by_step(cast: Cast, action: Action) -> None:
    for number, heard in ((1, "lead.csc"), (5, "coordinator"), (10, "chair")):
        assert told(cast, heard) == []
        sweep(add_working_days(action.due, number))
        assert len(told(cast, heard)) == 1
    due = f"{action.due:%-d %B %Y}"
    assert told(cast, "lead.csc")[0] == f"Reminder: your agency has 1 action that was due on {due}"
    assert told(cast, "lead.pol") == []
    said = [line.sentence for line in timeline.lines(timeline.of_record(action))]
    assert said[:2] == [
        "Told Chair automatically that it is late",
        "Told Coordinator automatically that it is late",
    ]
    assert [*ledger.faults(), *invariants.faults()] == []


def test_a_sweep_run_twice_reminds_once_and_a_date_that_moves_again(
    cast: Cast, action: Action
) -> None:
    assert [sweep(action.due), sweep(action.due), sweep(action.due, hour=16)] == [1, 0, 0]
    later = add_working_days(action.due, 8)
    services.change_due(action=action, due=later, reason="Leave", by=cast["coordinator"])
    assert sweep(later) == 1
    assert len(told(cast, "owner.csc")) == ActionReminder.objects.count() == 2


def test_an_action_goes_on_while_its_audit_is_paused(cast: Cast, action: Action) -> None:
    until = add_working_days(clock.today(), 60)
    overview.pause_audit(
        audit=action.audit, reason="An inquiry", until=until, by=cast["coordinator"]
    )
    assert sweep(action.due) == 1


def test_nobody_is_reminded_of_what_waits_for_somebody_else_or_is_over(
    cast: Cast, action: Action
) -> None:
    action = services.claim_completion(
        action=action, output="Done", impact="Changed", evidence="Seen", by=cast["owner.csc"]
    )
    assert sweep(action.due) == 0
    services.end(action=action, reason="Overtaken", by=cast["coordinator"])
    assert sweep(add_working_days(action.due, 1)) == 0


def test_where_the_owner_has_left_the_lead_hears_and_else_the_coordinators(
    cast: Cast, action: Action
) -> None:
    has_left(cast["owner.csc"])
    sweep(action.due)
    assert told(cast, "owner.csc") == told(cast, "coordinator") == []
    assert len(told(cast, "lead.csc")) == 1
    has_left(cast["lead.csc"])
    sweep(add_working_days(action.due, 1))
    assert len(told(cast, "coordinator")) == 1


def test_several_actions_are_one_message(cast: Cast, action: Action) -> None:
    finding = action.findings.get()
    second = factories.an_action(cast, action.audit, finding)
    services.change_due(action=second, due=action.due, reason="Leave", by=cast["coordinator"])
    cast.add("lead2.csc", Role.AGENCY_LEAD, "CSC")
    sweep(add_working_days(action.due, 1))
    due = f"{action.due:%-d %B %Y}"
    assert told(cast, "lead2.csc") == [
        f"Reminder: your agency has 2 actions that were due on {due}"
    ]
    assert len(told(cast, "owner.csc")) == 1


def test_the_cost_does_not_grow_with_what_is_due(cast: Cast, action: Action) -> None:
    def cost(day: date) -> int:
        with CaptureQueriesContext(connection) as captured:
            sweep(day)
        return len(captured)

    few = cost(add_working_days(action.due, 5))
    for _ in range(8):
        factories.an_action(cast, action.audit, action.findings.get())
    Action.objects.update(due=action.due)
    assert cost(add_working_days(action.due, 10)) <= few + 1
