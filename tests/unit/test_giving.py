"""Looking before giving, taking back within a minute, and how much somebody holds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from macfa.people.services import set_most_open_tasks
from macfa.returns import services as returns
from macfa.sampling.models import CaseAccess
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import a_case, at_once, return_of, waiting
from workflows import clock, invariants
from workflows.assignment import give, give_many
from workflows.candidates import candidates, unfit
from workflows.errors import AlreadyDone, NotAllowed, WrongState
from workflows.giving import plan, take_back
from workflows.handing_over import holders, teams
from workflows.models import WorkItem
from workflows.workload import Load, loads

if TYPE_CHECKING:
    from macfa.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def items(cast: Cast) -> list[WorkItem]:
    """Three tasks in the queue of the auditors of children's social care."""
    item = waiting(cast)
    audit = return_of(item).audit
    return [item, waiting(cast, a_case(cast, audit)), waiting(cast, a_case(cast, audit))]


def in_conflict(person: User, item: WorkItem) -> None:
    CaseAccess.objects.create(
        case=return_of(item).case, person=person, capacity=CaseAccess.Capacity.CONFLICT
    )


def now(items: list[WorkItem]) -> list[WorkItem]:
    return [WorkItem.objects.select_related("owner", "team").get(pk=item.pk) for item in items]


def owners(items: list[WorkItem]) -> list[str]:
    return [item.owner.get_full_name() if item.owner else "" for item in now(items)]


# --- a look before it -----------------------------------------------------------------------------


def test_a_plan_says_what_goes_what_stays_and_why(cast: Cast, items: list[WorkItem]) -> None:
    to = cast["auditor.csc"]
    in_conflict(to, items[1])
    give(item=items[2], to=to, by=cast["lead.csc"])
    found = plan(now(items), to)
    assert found.going == [items[0]]
    [staying] = found.staying
    assert staying.item == items[1]
    assert "conflict" in staying.why
    assert (found.load.holds, found.will_hold, found.wants_a_look) == (1, 2, True)


def test_one_task_needs_no_look_until_it_is_too_much(cast: Cast, items: list[WorkItem]) -> None:
    to = cast["auditor.csc"]
    assert not plan(items[:1], to).wants_a_look
    set_most_open_tasks(partnership=cast.partnership, most_open_tasks=1, by=cast["coordinator"])
    assert not plan(items[:1], to).is_too_much
    give(item=items[1], to=to, by=cast["lead.csc"])
    found = plan(items[:1], to)
    assert (found.is_too_much, found.wants_a_look) == (True, True)


def test_only_a_coordinator_of_the_partnership_says_how_many_are_too_many(cast: Cast) -> None:
    outsider = assemble("elsewhere")["coordinator"]
    for person in (cast["lead.csc"], cast["auditor.csc"], outsider):
        with pytest.raises(NotAllowed):
            set_most_open_tasks(partnership=cast.partnership, most_open_tasks=3, by=person)


def test_who_may_not_have_it_is_said_with_why(cast: Cast, items: list[WorkItem]) -> None:
    in_conflict(cast["auditor2.csc"], items[0])
    [found] = unfit(items[:1])
    assert found.person == cast["auditor2.csc"]
    assert "conflict" in found.why
    offered = {each.person for each in candidates(items[:1], cast["lead.csc"])}
    assert cast["auditor2.csc"] not in offered


# --- how much -------------------------------------------------------------------------------------


def test_an_agency_audit_weighs_more_than_a_page(cast: Cast, items: list[WorkItem]) -> None:
    give(item=items[0], to=cast["auditor.csc"], by=cast["lead.csc"])
    found = loads(WorkItem.objects.open().filter(owner=cast["auditor.csc"]))
    assert found == {cast["auditor.csc"].pk: Load(holds=1, weight=5, overdue=0, soon=0)}


def test_what_is_due_within_five_working_days_is_due_soon(
    cast: Cast, items: list[WorkItem]
) -> None:
    give(item=items[0], to=cast["auditor.csc"], by=cast["lead.csc"])
    held = WorkItem.objects.open().filter(owner=cast["auditor.csc"])
    for days, expected in ((1, (0, 1)), (30, (0, 0)), (-1, (1, 0))):
        held.update(due=clock.today() + timedelta(days=days))
        load = loads(held)[cast["auditor.csc"].pk]
        assert (load.overdue, load.soon) == expected


def test_a_lead_sees_people_and_teams_of_their_agency_and_nobody_elses(
    cast: Cast, items: list[WorkItem]
) -> None:
    give(item=items[0], to=cast["auditor.csc"], by=cast["lead.csc"])
    assert [each.person for each in holders(cast["lead.csc"])] == [cast["auditor.csc"]]
    [team] = teams(cast["lead.csc"])
    assert (team.waiting.holds, team.held.holds, team.both.weight) == (2, 1, 15)
    assert str(team.team) == "Auditor, Children’s Social Care"
    assert teams(cast["lead.pol"]) == []
    assert teams(assemble("elsewhere")["coordinator"]) == []


# --- taking back ----------------------------------------------------------------------------------


def test_what_was_given_goes_back_to_the_queue_or_to_whoever_had_it(
    cast: Cast, items: list[WorkItem]
) -> None:
    lead, to = cast["lead.csc"], cast["auditor.csc"]
    give(item=items[0], to=cast["auditor2.csc"], by=lead)
    give_many(items=now(items), to=to, by=lead, why="Less to do")
    assert owners(items) == ["Auditor Csc"] * 3
    take_back(items=now(items), by=lead)
    assert owners(items) == ["Auditor2 Csc", "", ""]
    gone = Notification.objects.of(to.pk).filter(event="task.moved")
    assert gone.count() == 3
    assert list(invariants.faults()) == []


def test_after_a_minute_nothing_is_taken_back(cast: Cast, items: list[WorkItem]) -> None:
    give_many(items=items, to=cast["auditor.csc"], by=cast["lead.csc"])
    with (
        clock.playing(clock.now() + timedelta(seconds=61)),
        pytest.raises(WrongState, match="The minute is over"),
    ):
        take_back(items=now(items), by=cast["lead.csc"])
    assert owners(items) == ["Auditor Csc"] * 3


@pytest.mark.parametrize("name", ["coordinator", "auditor.csc", "lead.pol"])
def test_only_whoever_gave_it_takes_it_back(cast: Cast, items: list[WorkItem], name: str) -> None:
    give_many(items=items, to=cast["auditor.csc"], by=cast["lead.csc"])
    with pytest.raises(WrongState, match="has moved on since you gave it"):
        take_back(items=now(items), by=cast[name])
    assert owners(items) == ["Auditor Csc"] * 3


def test_what_has_moved_on_is_not_taken_back_and_neither_is_the_rest(
    cast: Cast, items: list[WorkItem]
) -> None:
    give_many(items=items, to=cast["auditor.csc"], by=cast["lead.csc"])
    moved = now(items)[1]
    give(item=moved, to=cast["auditor2.csc"], by=cast["coordinator"], why="Her case")
    with pytest.raises(WrongState):
        take_back(items=now(items), by=cast["lead.csc"])
    assert owners(items) == ["Auditor Csc", "Auditor2 Csc", "Auditor Csc"]


def test_what_somebody_has_begun_is_not_taken_back(cast: Cast) -> None:
    return_ = factories.a_return(factories.audit_issued(cast))
    factories.drafting(cast, return_)
    [item] = WorkItem.objects.open().filter(subject_id=return_.pk, title__startswith="Audit")
    give(item=item, to=cast["auditor2.pol"], by=cast["lead.pol"], why="Her ward")
    returns.declare(return_=return_, independent=True, by=cast["auditor2.pol"])
    with pytest.raises(WrongState, match="Auditor2 Pol has begun"):
        take_back(items=now([item]), by=cast["lead.pol"])


def test_the_same_button_twice_takes_back_once(cast: Cast, items: list[WorkItem]) -> None:
    give_many(items=items, to=cast["auditor.csc"], by=cast["lead.csc"])
    stale = now(items)
    take_back(items=stale, by=cast["lead.csc"], token="form")
    with pytest.raises((AlreadyDone, WrongState)):
        take_back(items=stale, by=cast["lead.csc"], token="form")
    assert owners(items) == ["", "", ""]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_back_at_once_one_does() -> None:
    cast = assemble()
    item = waiting(cast)
    give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"])
    stale = now([item])
    raised = at_once([lambda: take_back(items=stale, by=cast["lead.csc"])] * 2)
    assert sorted(type(each).__name__ for each in raised) == ["NoneType", "WrongState"]
    assert item.assignments.count() == 2
