"""Claiming, releasing, giving and moving work: every one kept, both sides told, one winner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from macfa.people.roles import Role
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import CaseAccess
from notifications.models import Notification
from tests.cast import Cast, assemble
from tests.records import a_case, at_once, item_of, return_of, waiting
from workflows import invariants, tasks, timeline
from workflows.assignment import claim, give, give_many, release
from workflows.errors import AlreadyDone, NotAllowed, WrongState
from workflows.lifecycle import act
from workflows.models import Assignment, WorkItem

if TYPE_CHECKING:
    from macfa.people.models import User

pytestmark = pytest.mark.django_db
WHY = "She is on leave"


@pytest.fixture
def item(cast: Cast) -> WorkItem:
    """Work in the queue of the auditors of children's social care."""
    return waiting(cast)


def told(person: User) -> list[tuple[str, str]]:
    """What somebody was told, and of which work."""
    return [
        (each.event, each.text.partition(": ")[0])
        for each in Notification.objects.of(person.pk).order_by("seq")
    ]


def history(item: WorkItem) -> list[tuple[str, str, str]]:
    return [
        (row.kind, row.person.name if row.person else "", row.why)
        for row in item.assignments.select_related("person")
    ]


def last_line(item: WorkItem) -> str:
    return timeline.lines(timeline.of_record(return_of(item)))[0].sentence


# --- waiting ------------------------------------------------------------------------------------


def test_work_nobody_holds_waits_and_its_watchers_are_told(cast: Cast, item: WorkItem) -> None:
    assert (item.owner, item.assigned, history(item)) == (None, None, [])
    assert told(cast["lead.csc"]) == [("task.waiting", "Waiting in your team’s queue")]
    assert told(cast["auditor.csc"]) == []
    assert last_line(item) == (
        "Coordinator left “Audit your agency’s work” in the queue of "
        "Auditor, Children’s Social Care"
    )


# --- claiming -----------------------------------------------------------------------------------


def test_somebody_of_the_team_claims_it(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    claim(item=item, by=me)
    item.refresh_from_db()
    assert (item.owner, item.status, item.version) == (me, "ASSIGNED", 2)
    assert history(item) == [("claimed", "Auditor Csc", "")]
    assert told(me) == [("task.assigned", "New task")]
    assert last_line(item) == "Auditor Csc claimed “Audit your agency’s work”"


def test_the_room_follows_when_somebody_gets_the_work(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    claim(item=item, by=me)
    assert AgencyReturn.objects.get().auditor == me
    assert CaseAccess.objects.current().filter(person=me, capacity="audits").exists()


@pytest.mark.parametrize("name", ["auditor.pol", "coordinator", "qppa", "owner.csc"])
def test_nobody_of_another_team_claims_it(cast: Cast, item: WorkItem, name: str) -> None:
    with pytest.raises(NotAllowed):
        claim(item=item, by=cast[name])
    assert history(item) == []


def test_nobody_of_another_partnership_claims_it(item: WorkItem) -> None:
    elsewhere = assemble("elsewhere")
    for name in ("auditor.csc", "lead.csc", "coordinator"):
        with pytest.raises(NotAllowed, match="not yours to give"):
            claim(item=item, by=elsewhere[name])


def test_whoever_gives_the_teams_work_may_take_it_themselves(cast: Cast, item: WorkItem) -> None:
    assert claim(item=item, by=cast["lead.csc"]).owner == cast["lead.csc"]


def test_what_somebody_has_claimed_nobody_else_claims(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    with pytest.raises(WrongState, match=r"Auditor Csc has “.*” already"):
        claim(item=item, by=cast["auditor2.csc"])
    assert len(history(item)) == 1


def test_claiming_twice_has_one_effect(cast: Cast, item: WorkItem) -> None:
    for _click in range(20):
        claim(item=item, by=cast["auditor.csc"])
    assert len(history(item)) == 1
    assert len(told(cast["auditor.csc"])) == 1


def test_whoever_has_a_conflict_does_not_get_it(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    CaseAccess.objects.create(case=return_of(item).case, person=me, capacity="conflict")
    with pytest.raises(NotAllowed, match="conflict of interest"):
        claim(item=item, by=me)
    with pytest.raises(NotAllowed, match="conflict of interest"):
        give(item=item, to=me, by=cast["lead.csc"])


# --- releasing ----------------------------------------------------------------------------------


def test_somebody_puts_their_own_work_back_with_a_reason(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    claim(item=item, by=me)
    release(item=item, why=WHY, by=me)
    item.refresh_from_db()
    assert (item.owner, item.status, item.assigned) == (None, "NEW", None)
    assert history(item)[-1] == ("released", "", WHY)
    assert told(me) == [("task.assigned", "New task")]
    assert last_line(item).startswith("Auditor Csc put “Audit your agency’s work” back")


def test_whoever_gives_work_takes_it_back_and_its_holder_is_told(
    cast: Cast, item: WorkItem
) -> None:
    claim(item=item, by=cast["auditor.csc"])
    release(item=item, why=WHY, by=cast["lead.csc"])
    assert told(cast["auditor.csc"])[-1] == ("task.moved", "No longer yours")


def test_whoever_lets_work_go_loses_what_came_with_it(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    claim(item=item, by=me)
    release(item=item, why=WHY, by=me)
    assert not CaseAccess.objects.current().filter(person=me, capacity="audits").exists()


@pytest.mark.parametrize("name", ["auditor2.csc", "lead.pol", "qppa"])
def test_nobody_else_puts_it_back(cast: Cast, item: WorkItem, name: str) -> None:
    claim(item=item, by=cast["auditor.csc"])
    with pytest.raises(NotAllowed, match="not yours to give"):
        release(item=item, why=WHY, by=cast[name])


def test_work_does_not_go_back_without_a_reason(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    with pytest.raises(NotAllowed, match="Say why"):
        release(item=item, why=" ", by=cast["auditor.csc"])


def test_work_nobody_holds_cannot_go_back(cast: Cast, item: WorkItem) -> None:
    with pytest.raises(WrongState, match="already in the team’s queue"):
        release(item=item, why=WHY, by=cast["lead.csc"])


def test_putting_back_twice_has_one_effect(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    release(item=item, why=WHY, by=cast["auditor.csc"], token="form")
    with pytest.raises(AlreadyDone):
        release(item=item, why=WHY, by=cast["auditor.csc"], token="form")
    assert len(history(item)) == 2


# --- giving and moving --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lead.csc", "coordinator"])
def test_lead_and_coordinator_give_it_to_an_auditor(cast: Cast, item: WorkItem, name: str) -> None:
    give(item=item, to=cast["auditor2.csc"], by=cast[name])
    assert history(item) == [("given", "Auditor2 Csc", "")]
    assert told(cast["auditor2.csc"]) == [("task.assigned", "New task")]
    assert last_line(item).endswith("gave “Audit your agency’s work” to Auditor2 Csc")


@pytest.mark.parametrize("name", ["auditor.csc", "lead.pol", "qppa", "board", "admin"])
def test_nobody_else_gives_it(cast: Cast, item: WorkItem, name: str) -> None:
    with pytest.raises(NotAllowed, match="not yours to give"):
        give(item=item, to=cast["auditor.csc"], by=cast[name])


def test_it_is_given_only_to_somebody_who_may_have_it(cast: Cast, item: WorkItem) -> None:
    with pytest.raises(NotAllowed, match="Auditor Pol"):
        give(item=item, to=cast["auditor.pol"], by=cast["lead.csc"])
    assert history(item) == []


def test_moving_it_asks_for_a_reason_and_tells_both(cast: Cast, item: WorkItem) -> None:
    old, new, by = cast["auditor.csc"], cast["auditor2.csc"], cast["lead.csc"]
    give(item=item, to=old, by=by)
    with pytest.raises(NotAllowed, match="Say why"):
        give(item=item, to=new, by=by)
    give(item=item, to=new, by=by, why=WHY)
    assert history(item)[-1] == ("moved", "Auditor2 Csc", WHY)
    assert told(old) == [("task.assigned", "New task"), ("task.moved", "No longer yours")]
    assert told(new) == [("task.assigned", "New task")]
    assert last_line(item).endswith(
        "moved “Audit your agency’s work” from Auditor Csc to Auditor2 Csc"
    )


def test_giving_it_to_whoever_has_it_changes_nothing(cast: Cast, item: WorkItem) -> None:
    for _click in range(20):
        give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"], expects=1)
        item.refresh_from_db()
    assert len(history(item)) == 1


def test_a_page_that_showed_another_holder_moves_nothing(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    with pytest.raises(WrongState, match="changed hands: Auditor Csc has it now"):
        give(item=item, to=cast["auditor2.csc"], by=cast["lead.csc"], why=WHY, expects=1)


def test_work_that_is_done_or_withdrawn_goes_to_nobody(cast: Cast, item: WorkItem) -> None:
    with act(return_of(item), by=cast["coordinator"]) as (doing, _return):
        tasks.withdraw(doing, why="The case was replaced")
    for attempt in (
        partial(claim, item=item, by=cast["auditor.csc"]),
        partial(give, item=item, to=cast["auditor.csc"], by=cast["lead.csc"]),
        partial(release, item=item, why=WHY, by=cast["lead.csc"]),
    ):
        with pytest.raises(WrongState, match="has been done or withdrawn"):
            attempt()


def test_withdrawn_work_tells_whoever_held_it(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    with act(return_of(item), by=cast["coordinator"]) as (doing, _return):
        tasks.withdraw(doing, why="The case was replaced")
    assert told(cast["auditor.csc"])[-1] == ("task.withdrawn", "No longer needed")
    assert list(invariants.faults()) == []


# --- several at once ----------------------------------------------------------------------------


def several(cast: Cast, number: int = 3) -> list[WorkItem]:
    case = a_case(cast)
    return [waiting(cast, case if one == 0 else a_case(cast, case.audit)) for one in range(number)]


def test_several_are_given_to_one_person_who_is_told_of_each(cast: Cast) -> None:
    items = several(cast)
    give_many(items=items, to=cast["auditor.csc"], by=cast["lead.csc"])
    assert {row.person for row in Assignment.objects.all()} == {cast["auditor.csc"]}
    assert len(told(cast["auditor.csc"])) == 3
    assert list(invariants.everything()) == []


def test_all_of_several_are_given_or_none(cast: Cast) -> None:
    items = several(cast)
    with pytest.raises(NotAllowed):
        give_many(
            items=[*items, waiting_of_police(cast)], to=cast["auditor.csc"], by=cast["lead.csc"]
        )
    assert not Assignment.objects.exists()


def waiting_of_police(cast: Cast) -> WorkItem:
    audit = return_of(WorkItem.objects.get(reference="NEG-01 CSC")).audit
    return waiting(cast, a_case(cast, audit), "POL")


def test_several_that_a_page_showed_with_somebody_else_stay_where_they_are(cast: Cast) -> None:
    items = several(cast)
    claim(item=items[1], by=cast["auditor2.csc"])
    with pytest.raises(WrongState, match="changed hands"):
        give_many(
            items=items,
            to=cast["auditor.csc"],
            by=cast["lead.csc"],
            why=WHY,
            expects=dict.fromkeys([item.pk for item in items], 1),
        )
    assert Assignment.objects.count() == 1


def test_a_bulk_form_posted_again_has_one_effect(cast: Cast) -> None:
    items = several(cast)
    for _click in range(3):
        fresh = WorkItem.objects.filter(pk__in=[item.pk for item in items])
        give_many(items=fresh, to=cast["auditor.csc"], by=cast["lead.csc"], token="form")
    assert Assignment.objects.count() == 3


def test_of_several_only_those_that_move_carry_the_reason(cast: Cast) -> None:
    items = several(cast, 2)
    claim(item=items[0], by=cast["auditor2.csc"])
    fresh = WorkItem.objects.filter(pk__in=[item.pk for item in items])
    give_many(items=fresh, to=cast["auditor.csc"], by=cast["lead.csc"], why=WHY)
    assert history(items[0])[-1] == ("moved", "Auditor Csc", WHY)
    assert history(items[1]) == [("given", "Auditor Csc", "")]


# --- at the same moment -------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_claim_at_once_one_wins() -> None:
    cast = assemble()
    people = [cast.add(f"more{number}.csc", Role.AUDITOR, "CSC") for number in range(8)]
    item = waiting(cast)
    outcomes = at_once([partial(claim, item=item, by=person) for person in people])
    assert outcomes.count(None) == 1
    assert {type(raised) for raised in outcomes} == {type(None), WrongState}
    assert item_of(return_of(item)).owner == people[outcomes.index(None)]
    assert len(history(item)) == 1
    assert list(invariants.everything()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_give_one_task_at_once_one_wins() -> None:
    cast = assemble()
    leads = [cast.add(f"more{number}.csc", Role.AGENCY_LEAD, "CSC") for number in range(8)]
    item = waiting(cast)
    outcomes = at_once(
        [partial(give, item=item, to=lead, by=lead, why=WHY, expects=1) for lead in leads]
    )
    assert outcomes.count(None) == 1
    assert {type(raised) for raised in outcomes} == {type(None), WrongState}
    assert list(invariants.everything()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_posts_of_one_form_at_once_move_the_work_once() -> None:
    cast = assemble()
    item = waiting(cast)
    claim(item=item, by=cast["auditor.csc"])
    seen = item_of(return_of(item))
    move = partial(
        give,
        item=seen,
        to=cast["auditor2.csc"],
        by=cast["lead.csc"],
        why=WHY,
        expects=seen.version,
        token="form",
    )
    outcomes = at_once([move] * 20)
    assert outcomes.count(None) == 1
    assert {type(raised) for raised in outcomes} == {type(None), AlreadyDone}
    assert [kind for kind, _person, _why in history(item)] == ["claimed", "moved"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_bulk_assignments_in_opposite_order_never_deadlock() -> None:
    cast = assemble()
    items = several(cast, 6)
    one, two = cast["auditor.csc"], cast["auditor2.csc"]
    give_many(items=items[:3], to=one, by=cast["lead.csc"])
    give_many(items=items[3:], to=two, by=cast["lead.csc"])

    def move(order: list[WorkItem], to: User) -> None:
        give_many(items=order, to=to, by=cast["lead.csc"], why=WHY)

    for _round in range(5):
        fresh = list(WorkItem.objects.filter(pk__in=[item.pk for item in items]))
        swaps = [partial(move, fresh, one), partial(move, fresh[::-1], two)]
        singles = [
            partial(give, item=each, to=one, by=cast["coordinator"], why=WHY) for each in fresh
        ]
        assert at_once([*swaps, *singles]) == [None] * 8
    assert list(invariants.everything()) == []
