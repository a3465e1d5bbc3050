"""An action moves: to another owner, another agency, another day. The rest of it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from macfa.audits.models import Audit
from macfa.improvement import services
from macfa.improvement.flow import OfferFlow
from macfa.improvement.models import Action
from macfa.people import services as people
from macfa.people.roles import Role
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import has_left
from tests.scenes import scene
from workflows import clock, invariants, ledger, tasks, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import Assignment, WorkItem

built, cast, audit = scene(factories.audit_convened)


@pytest.fixture
def action(cast: Cast, audit: Audit) -> Action:
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


def test_the_work_goes_along_and_both_owners_are_told(cast: Cast, action: Action) -> None:
    before = item_of(action)
    item = item_of(hand_over(cast, action, "coordinator", "lead.csc", "CSC"))
    assert (item.pk, item.owner, item.due) == (before.pk, cast["lead.csc"], action.due)
    row = Assignment.objects.filter(item=item).last()
    assert row is not None
    assert (row.kind, row.why, row.by) == ("moved", "Changed duties", cast["coordinator"])
    for name, event in (("owner.csc", "task.moved"), ("lead.csc", "task.assigned")):
        assert Notification.objects.filter(recipient_id=cast[name].pk, event=event).exists()
    assert list(invariants.faults()) == []


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


def test_it_moves_to_another_agency_only_when_that_accepts(cast: Cast, action: Action) -> None:
    for name in ("coordinator", "lead.csc"):
        with pytest.raises(NotYet, match="Offer the action"):
            hand_over(cast, action, name, "lead.pol", "POL")


def test_it_moves_to_the_partnership_itself_by_the_coordinator_alone(
    cast: Cast, action: Action
) -> None:
    with pytest.raises(NotAllowed):
        hand_over(cast, action, "lead.csc", "qppa", None)
    action = hand_over(cast, action, "coordinator", "qppa", None)
    assert (action.agency, item_of(action).team.role) == (None, Role.QPPA)
    with pytest.raises(NotAllowed):
        hand_over(cast, action, "lead.csc", "owner.csc", "CSC")


def test_the_new_owner_must_be_able_to_own_it(cast: Cast, action: Action) -> None:
    for name, agency in (("owner.pol", "CSC"), ("auditor.csc", "CSC"), ("owner.pol", None)):
        with pytest.raises(NotYet):
            hand_over(cast, action, "coordinator", name, agency)
    with pytest.raises(NotYet, match="already"):
        hand_over(cast, action, "coordinator", "owner.csc", "CSC")
    with pytest.raises(NotYet, match="Say why"):
        hand_over(cast, action, "coordinator", "lead.csc", "CSC", why=" ")
    action.refresh_from_db()
    assert action.owner == cast["owner.csc"] == item_of(action).owner


def test_a_claimed_action_is_decided_before_it_moves(cast: Cast, action: Action) -> None:
    services.claim_completion(
        action=action, output="o", impact="i", evidence="e", by=cast["owner.csc"]
    )
    with pytest.raises(WrongState, match="Completion claimed"):
        hand_over(cast, action, "coordinator", "lead.csc", "CSC")
    with pytest.raises(WrongState, match="Completion claimed"):
        offer(cast, action)
    later = action.due + timedelta(days=30)
    with pytest.raises(WrongState):
        services.change_due(action=action, due=later, reason="x", by=cast["coordinator"])


def test_a_hand_over_posted_twice_happens_once(cast: Cast, action: Action) -> None:
    seen = action.version
    hand_over(cast, action, "coordinator", "lead.csc", "CSC", expects=seen, token="once")
    with pytest.raises(AlreadyDone):
        hand_over(cast, action, "coordinator", "lead.csc", "CSC", expects=seen, token="once")
    with pytest.raises(Stale):
        hand_over(cast, action, "coordinator", "owner.csc", "CSC", expects=seen, token="other")
    assert Assignment.objects.filter(item=item_of(action), kind="moved").count() == 1


# --- to another agency ---------------------------------------------------------------------------


def offer(
    cast: Cast, action: Action, by: str = "coordinator", agency: str = "POL", why: str = "Theirs"
) -> Action:
    return services.offer(action=action, agency=cast.agencies[agency], why=why, by=cast[by])


def offer_of(action: Action) -> WorkItem:
    [item] = [item for item in tasks.open_items([action]) if item.node == OfferFlow.answer]
    return item


def told(cast: Cast, name: str, event: str) -> list[str]:
    rows = Notification.objects.filter(recipient=cast[name], event=event).order_by("seq")
    return [row.text for row in rows]


def test_an_action_stays_with_its_owner_until_the_other_agencys_lead_accepts(
    cast: Cast, action: Action
) -> None:
    action = offer(cast, action, by="lead.csc")
    assert (action.owner, action.agency) == (cast["owner.csc"], cast.agencies["CSC"])
    item = offer_of(action)
    assert (item.title, item.owner) == ("Accept the action", cast["lead.pol"])
    assert "New task: Accept the action NEG-A1" in told(cast, "lead.pol", "task.assigned")
    services.update(action=action, text="Begun", at_risk=False, by=cast["owner.csc"])
    assert list(invariants.faults()) == []


def test_number_due_date_measure_and_history_stay_when_an_agency_takes_it_on(
    cast: Cast, action: Action
) -> None:
    services.update(action=action, text="Begun", at_risk=False, by=cast["owner.csc"])
    before = item_of(action)
    moved = services.take_on(
        action=offer(cast, action), owner=cast["owner.pol"], by=cast["lead.pol"]
    )
    assert (moved.owner, moved.agency, moved.offered_to) == (
        cast["owner.pol"],
        cast.agencies["POL"],
        None,
    )
    assert (moved.pk, moved.reference, moved.due, moved.measure) == (
        action.pk,
        action.reference,
        action.due,
        action.measure,
    )
    item = item_of(moved)
    assert (item.pk, item.owner, item.team.agency) == (
        before.pk,
        cast["owner.pol"],
        cast.agencies["POL"],
    )
    assert moved.updates.count() == 1
    said = [line.sentence for line in timeline.lines(timeline.of_record(moved))]
    assert "Coordinator opened the action" in said
    assert "Coordinator offered the action to Police" in said
    assert "Lead Pol handed the action over from Owner Csc to Owner Pol, Police" in said
    assert list(ledger.faults()) == list(invariants.faults()) == []


def test_both_owners_and_whoever_offered_it_are_told_that_it_moved(
    cast: Cast, action: Action
) -> None:
    offered = offer(cast, action)
    services.take_on(action=offered, owner=cast["owner.pol"], by=cast["lead.pol"])
    assert told(cast, "owner.csc", "task.moved") == [
        "No longer yours: Carry out the action NEG-A1. It is now with Owner Pol."
    ]
    assert told(cast, "owner.pol", "task.assigned") == ["New task: Carry out the action NEG-A1"]
    assert told(cast, "coordinator", "action.answered") == ["Police has taken on NEG-A1"]


def test_an_agency_declines_with_a_reason_and_the_owner_goes_on(cast: Cast, action: Action) -> None:
    action = offer(cast, action)
    with pytest.raises(NotYet, match="Say why"):
        services.decline(action=action, why=" ", by=cast["lead.pol"])
    action = services.decline(action=action, why="Not our duty", by=cast["lead.pol"])
    assert (action.owner, action.offered_to) == (cast["owner.csc"], None)
    assert item_of(action).owner == cast["owner.csc"]
    assert told(cast, "coordinator", "action.answered") == ["Police has declined NEG-A1"]
    line = timeline.lines(timeline.of_record(action))[0]
    assert (line.sentence, line.text) == ("Lead Pol declined the action for Police", "Not our duty")
    assert offer(cast, action, agency="EDU").offered_to == cast.agencies["EDU"]


def test_only_a_lead_of_the_agency_asked_answers(cast: Cast, action: Action) -> None:
    with pytest.raises(WrongState, match="not offered"):
        services.decline(action=action, why="x", by=cast["lead.pol"])
    action = offer(cast, action)
    elsewhere = assemble("elsewhere")
    insiders = ("coordinator", "lead.csc", "lead.edu", "owner.pol", "owner.csc", "qppa")
    for person in (*map(cast.__getitem__, insiders), elsewhere["lead.pol"]):
        with pytest.raises(NotAllowed):
            services.take_on(action=action, owner=cast["owner.pol"], by=person)
        with pytest.raises(NotAllowed):
            services.decline(action=action, why="x", by=person)
    with pytest.raises(NotYet, match="not an action owner of Police"):
        services.take_on(action=action, owner=cast["owner.csc"], by=cast["lead.pol"])
    assert Action.objects.visible_to(cast["lead.pol"]).filter(pk=action.pk).exists()
    assert not Action.objects.visible_to(cast["lead.edu"]).filter(pk=action.pk).exists()


def test_an_action_is_offered_to_an_agency_that_can_answer(cast: Cast, action: Action) -> None:
    elsewhere = assemble("elsewhere")
    for name in ("owner.csc", "lead.pol", "qppa"):
        with pytest.raises(NotAllowed):
            offer(cast, action, by=name)
    with pytest.raises(NotYet, match="already"):
        offer(cast, action, agency="CSC")
    with pytest.raises(NotYet, match="Say why"):
        offer(cast, action, why=" ")
    with pytest.raises(NotAllowed):
        services.offer(
            action=action, agency=elsewhere.agencies["POL"], why="x", by=cast["coordinator"]
        )
    has_left(cast["lead.edu"])
    with pytest.raises(NotYet, match="no agency lead"):
        offer(cast, action, agency="EDU")


def test_one_agency_is_asked_at_a_time_and_the_offer_can_be_taken_back(
    cast: Cast, action: Action
) -> None:
    action = offer(cast, action)
    with pytest.raises(WrongState, match="is offered to Police"):
        offer(cast, action, agency="EDU")
    with pytest.raises(WrongState, match="is offered to Police"):
        hand_over(cast, action, "coordinator", "lead.csc", "CSC")
    with pytest.raises(NotAllowed):
        services.take_offer_back(action=action, why="x", by=cast["owner.csc"])
    action = services.take_offer_back(action=action, why="Settled", by=cast["lead.csc"])
    assert told(cast, "lead.pol", "task.withdrawn") == [
        "No longer needed: Accept the action NEG-A1"
    ]
    assert item_of(action).owner == cast["owner.csc"]
    with pytest.raises(WrongState):
        services.take_offer_back(action=action, why="x", by=cast["lead.csc"])
    assert list(invariants.faults()) == []


def test_an_offer_lapses_when_the_action_is_claimed_or_ended(cast: Cast, action: Action) -> None:
    action = services.claim_completion(
        action=offer(cast, action), output="o", impact="i", evidence="e", by=cast["owner.csc"]
    )
    assert (action.offered_to, item_of(action).title) == (
        None,
        "Decide whether the action is complete",
    )
    action = services.send_back(action=action, why="More", by=cast["qppa"])
    action = services.end(action=offer(cast, action), reason="Overtaken", by=cast["qppa"])
    assert (action.offered_to, tasks.open_items([action])) == (None, [])
    assert list(invariants.faults()) == []


def test_an_owner_of_two_agencies_takes_it_from_one_to_the_other(
    cast: Cast, action: Action
) -> None:
    care = cast["owner.csc"]
    people.join(
        person=care,
        partnership=cast.partnership,
        role=Role.ACTION_OWNER,
        agency=cast.agencies["EDU"],
    )
    offered = offer(cast, action, agency="EDU")
    item = item_of(services.take_on(action=offered, owner=care, by=cast["lead.edu"]))
    assert (item.owner, item.team.agency) == (care, cast.agencies["EDU"])


def test_any_lead_of_the_agency_answers_where_it_has_several(cast: Cast, action: Action) -> None:
    second = cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    action = offer(cast, action)
    assert offer_of(action).owner is None
    for name in ("lead.pol", "lead2.pol"):
        assert told(cast, name, "task.waiting")
    services.take_on(action=action, owner=second, by=second)
    assert item_of(action).owner == second


def test_the_due_date_of_an_offer_is_its_own(cast: Cast, action: Action) -> None:
    action = offer(cast, action)
    before = offer_of(action).due
    later = action.due + timedelta(days=30)
    services.change_due(action=action, due=later, reason="Holidays", by=cast["qppa"])
    due = {item.title: item.due for item in tasks.open_items([action])}
    assert due == {"Carry out the action": later, "Accept the action": before}


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
