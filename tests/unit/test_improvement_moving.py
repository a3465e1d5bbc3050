"""An action moves: to another owner, another agency, another day. The rest of it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from macfa.improvement import services
from macfa.improvement.models import Action
from macfa.people import services as people
from macfa.people.roles import Role
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from workflows import clock, invariants, ledger, tasks, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import Assignment, WorkItem


@pytest.fixture
def action(cast: Cast) -> Action:
    audit = factories.audit_convened(cast)
    return factories.an_action(cast, audit, factories.a_finding(cast, audit))


def hand_over(
    cast: Cast,
    action: Action,
    by: str,
    to: str,
    agency: str | None,
    why: str = "Changed duties",
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    return services.hand_over(
        action=action,
        owner=cast[to],
        agency=cast.agencies[agency] if agency else None,
        why=why,
        by=cast[by],
        expects=expects,
        token=token,
    )


def item_of(action: Action) -> WorkItem:
    [item] = tasks.open_items([action])
    return item


def test_number_due_date_measure_and_history_stay(cast: Cast, action: Action) -> None:
    services.update(action=action, text="Begun", at_risk=False, by=cast["owner.csc"])
    moved = hand_over(cast, action, "coordinator", "owner.pol", "POL")
    assert (moved.owner, moved.agency) == (cast["owner.pol"], cast.agencies["POL"])
    assert (moved.pk, moved.reference, moved.due, moved.measure) == (
        action.pk,
        action.reference,
        action.due,
        action.measure,
    )
    assert moved.updates.count() == 1
    said = [line.sentence for line in timeline.lines(timeline.of_record(moved))]
    assert "Coordinator opened the action" in said
    assert "Coordinator handed the action over from Owner Csc to Owner Pol, Police" in said
    assert list(ledger.faults()) == []


def test_the_work_goes_along_and_both_owners_are_told(cast: Cast, action: Action) -> None:
    before = item_of(action)
    item = item_of(hand_over(cast, action, "coordinator", "owner.pol", "POL"))
    assert (item.pk, item.owner, item.due) == (before.pk, cast["owner.pol"], action.due)
    assert item.team.agency == cast.agencies["POL"]
    row = Assignment.objects.filter(item=item).last()
    assert row is not None
    assert (row.kind, row.why, row.by) == ("moved", "Changed duties", cast["coordinator"])
    for name, event in (("owner.csc", "task.moved"), ("owner.pol", "task.assigned")):
        assert Notification.objects.filter(recipient_id=cast[name].pk, event=event).exists()
    assert list(invariants.faults()) == []


def test_the_lead_of_the_receiving_agency_is_told(cast: Cast, action: Action) -> None:
    hand_over(cast, action, "coordinator", "owner.pol", "POL")
    told = Notification.objects.filter(event="action.received")
    assert [row.recipient_id for row in told] == [cast["lead.pol"].pk]


def test_only_the_new_owner_carries_it_on(cast: Cast, action: Action) -> None:
    moved = hand_over(cast, action, "lead.csc", "lead.csc", "CSC")
    with pytest.raises(NotAllowed, match="belongs to"):
        services.update(action=moved, text="Still me", at_risk=False, by=cast["owner.csc"])
    services.claim_completion(
        action=moved, output="o", impact="i", evidence="e", by=cast["lead.csc"]
    )


def test_an_action_is_handed_over_by_coordinator_or_its_agencys_lead(
    cast: Cast, action: Action
) -> None:
    for name in ("owner.csc", "lead.pol", "qppa", "chair", "board"):
        with pytest.raises(NotAllowed, match="handed over by"):
            hand_over(cast, action, name, "lead.csc", "CSC")
    elsewhere = assemble("elsewhere")
    for outsider in ("coordinator", "lead.csc"):
        with pytest.raises(NotAllowed):
            services.hand_over(
                action=action,
                owner=cast["lead.csc"],
                agency=cast.agencies["CSC"],
                why="x",
                by=elsewhere[outsider],
            )


def test_an_agency_lead_hands_an_action_to_the_other_agencys_lead_who_gives_it_on(
    cast: Cast, action: Action
) -> None:
    with pytest.raises(NotYet, match="to its lead"):
        hand_over(cast, action, "lead.csc", "owner.pol", "POL")
    with pytest.raises(NotYet, match="to its lead"):
        hand_over(cast, action, "lead.csc", "qppa", None)
    action = hand_over(cast, action, "lead.csc", "lead.pol", "POL")
    with pytest.raises(NotAllowed):
        hand_over(cast, action, "lead.csc", "owner.csc", "CSC")
    action = hand_over(cast, action, "lead.pol", "owner.pol", "POL")
    assert item_of(action).owner == cast["owner.pol"]
    hand_over(cast, action, "lead.pol", "lead.csc", "CSC", why="It is not ours")


def test_it_moves_to_the_partnership_itself_and_back(cast: Cast, action: Action) -> None:
    action = hand_over(cast, action, "coordinator", "qppa", None)
    assert (action.agency, item_of(action).team.role) == (None, Role.QPPA)
    with pytest.raises(NotAllowed):
        hand_over(cast, action, "lead.csc", "owner.csc", "CSC")
    action = hand_over(cast, action, "coordinator", "owner.edu", "EDU")
    assert item_of(action).team.agency == cast.agencies["EDU"]


def test_the_new_owner_must_be_able_to_own_it(cast: Cast, action: Action) -> None:
    for name, agency in (("owner.csc", "POL"), ("auditor.pol", "POL"), ("owner.pol", None)):
        with pytest.raises(NotYet):
            hand_over(cast, action, "coordinator", name, agency)
    with pytest.raises(NotYet, match="already"):
        hand_over(cast, action, "coordinator", "owner.csc", "CSC")
    with pytest.raises(NotYet, match="Say why"):
        hand_over(cast, action, "coordinator", "owner.pol", "POL", why=" ")
    action.refresh_from_db()
    assert action.owner == cast["owner.csc"] == item_of(action).owner


def test_an_owner_of_two_agencies_takes_it_from_one_to_the_other(
    cast: Cast, action: Action
) -> None:
    people.join(
        person=cast["owner.csc"],
        partnership=cast.partnership,
        role=Role.ACTION_OWNER,
        agency=cast.agencies["EDU"],
    )
    action = hand_over(cast, action, "coordinator", "owner.csc", "EDU")
    item = item_of(action)
    assert (item.owner, item.team.agency) == (cast["owner.csc"], cast.agencies["EDU"])


def test_a_claimed_action_is_decided_before_it_moves(cast: Cast, action: Action) -> None:
    services.claim_completion(
        action=action, output="o", impact="i", evidence="e", by=cast["owner.csc"]
    )
    with pytest.raises(WrongState, match="Completion claimed"):
        hand_over(cast, action, "coordinator", "owner.pol", "POL")
    later = action.due + timedelta(days=30)
    with pytest.raises(WrongState):
        services.change_due(action=action, due=later, reason="x", by=cast["coordinator"])


def test_a_hand_over_posted_twice_happens_once(cast: Cast, action: Action) -> None:
    seen = action.version
    hand_over(cast, action, "coordinator", "owner.pol", "POL", expects=seen, token="once")
    with pytest.raises(AlreadyDone):
        hand_over(cast, action, "coordinator", "owner.pol", "POL", expects=seen, token="once")
    with pytest.raises(Stale):
        hand_over(cast, action, "coordinator", "owner.edu", "EDU", expects=seen, token="other")
    assert Assignment.objects.filter(item=item_of(action), kind="moved").count() == 1


# --- the due date --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["coordinator", "chair", "panel.csc", "qppa"])
def test_who_decides_about_an_action_moves_its_due_date_and_the_task_follows(
    cast: Cast, action: Action, name: str
) -> None:
    later = action.due + timedelta(days=30)
    moved = services.change_due(action=action, due=later, reason="School holidays", by=cast[name])
    assert moved.due == later == item_of(moved).due
    line = timeline.lines(timeline.of_record(moved))[0]
    assert "moved the due date from" in line.sentence
    assert line.text == "School holidays"
    told = Notification.objects.filter(event="action.due_changed")
    assert [row.recipient_id for row in told] == [cast["owner.csc"].pk]


def test_neither_the_owner_nor_their_lead_moves_the_due_date(cast: Cast, action: Action) -> None:
    later = action.due + timedelta(days=30)
    insiders = ("owner.csc", "lead.csc", "owner.pol", "board")
    for person in (*map(cast.__getitem__, insiders), assemble("elsewhere")["qppa"]):
        with pytest.raises(NotAllowed):
            services.change_due(action=action, due=later, reason="More time", by=person)


def test_a_coordinator_does_not_move_the_due_date_of_an_action_they_own(
    cast: Cast, action: Action
) -> None:
    action = hand_over(cast, action, "coordinator", "coordinator", None)
    later = action.due + timedelta(days=30)
    with pytest.raises(NotAllowed, match="owns"):
        services.change_due(action=action, due=later, reason="x", by=cast["coordinator"])


def test_a_due_date_moves_with_a_reason_to_another_day_to_come(cast: Cast, action: Action) -> None:
    by = cast["coordinator"]
    for due, reason in (
        (clock.today() - timedelta(days=1), "Late"),
        (action.due, "The same"),
        (action.due + timedelta(days=1), "  "),
    ):
        with pytest.raises(NotYet):
            services.change_due(action=action, due=due, reason=reason, by=by)
    action.refresh_from_db()
    assert item_of(action).due == action.due
