"""Whose work somebody finds in the queue: exactly that which the rules let them claim or give."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.people import rules
from macfa.people.models import Team, User
from macfa.people.roles import Role
from macfa.people.services import join, leave
from tests.cast import Cast, assemble
from tests.records import waiting
from tests.unit.test_queue import copies, walk
from workflows import clock, queue
from workflows.models import WorkItem
from workflows.queue import reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflows.queue import Queue, Reach

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(cast: Cast) -> Cast:
    """Another partnership; some people of the first have roles there as well."""
    other = assemble("elsewhere")
    police, schools = other.agencies["POL"], other.agencies["EDU"]
    join(person=cast["auditor.pol"], partnership=other.partnership, role=Role.COORDINATOR)
    for name, role, agency in (
        ("coordinator", Role.AUDITOR, police),
        ("coordinator", Role.AGENCY_LEAD, schools),
        ("lead.csc", Role.AGENCY_LEAD, police),
        ("lead.csc", Role.AUDITOR, schools),
    ):
        join(person=cast[name], partnership=other.partnership, role=role, agency=agency)
    with clock.playing(clock.now() - timedelta(days=1)):
        leave(membership=cast["lead.pol"].memberships.get())
    User.objects.filter(pk=cast["lead.edu"].pk).update(is_active=False)
    return other


@pytest.fixture
def work(cast: Cast, elsewhere: Cast) -> list[WorkItem]:
    """Work that waits in every team's queue of both partnerships, and work held in each."""
    item = waiting(cast)
    for team in Team.objects.all():
        for owner in (None, elsewhere["board"]):
            copies(item, [1], team_id=team.pk, tenant_id=team.partnership_id, owner=owner)
    item.delete()
    return list(WorkItem.objects.open())


def found(work: Queue) -> list[int]:
    """The numbers of all work of a queue, page by page."""
    return sorted(line["pk"] for line in walk(work))


def waiting_for(mine: Reach) -> Queue:
    """What the page of the team queue shows somebody."""
    return queue.claimable({*mine.works_in, *mine.gives})


def everyone(*casts: Cast) -> Iterable[User]:
    """All people, as their next request would load them, in each partnership they may choose."""
    for cast in casts:
        for person in cast.people.values():
            for chosen in (None, *(each.partnership.pk for each in casts)):
                fresh = User.objects.get(pk=person.pk)
                fresh.chosen_partnership = chosen
                yield fresh


def teams_here(person: User, teams: Iterable[int]) -> set[int]:
    """Of these teams those of the partnership somebody is in."""
    here = Team.objects.filter(pk__in=list(teams), partnership=person.reach.here)
    return set(here.values_list("pk", flat=True))


def test_a_page_reaches_what_the_rules_allow(cast: Cast, elsewhere: Cast) -> None:
    for person in everyone(cast, elsewhere):
        assert set(reach(person).works_in) == teams_here(person, rules.team_ids(person))
        assert set(reach(person).gives) == teams_here(person, queue.gives(person))


def test_the_team_queue_holds_what_the_rules_let_somebody_claim_or_give(
    cast: Cast, elsewhere: Cast, work: list[WorkItem]
) -> None:
    for person in everyone(cast, elsewhere):
        mine, given = (
            teams_here(person, rules.team_ids(person)),
            teams_here(person, queue.gives(person)),
        )
        waits = [one.pk for one in work if one.owner_id is None and one.team_id in mine | given]
        held = [one.pk for one in work if one.owner_id and one.team_id in given]
        assert found(waiting_for(reach(person))) == sorted(waits)
        assert found(queue.held_in(reach(person).gives)) == sorted(held)


def test_each_line_offers_what_the_rules_allow(
    cast: Cast, elsewhere: Cast, work: list[WorkItem]
) -> None:
    items = {item.pk: item for item in work}
    for person in everyone(cast, elsewhere):
        mine, seen_by = teams_here(person, rules.team_ids(person)), reach(person)
        for queued in (waiting_for(seen_by), queue.held_in(seen_by.gives)):
            for line in queue.page(queued, seen_by=seen_by).items:
                item = items[line["pk"]]
                assert line["may_give"] == queue.may_give(person, item)
                assert line["may_claim"] == (item.owner_id is None and item.team_id in mine)


def test_roles_are_read_once_for_each_account_that_a_request_loads(cast: Cast) -> None:
    person = User.objects.get(pk=cast["lead.csc"].pk)
    with CaptureQueriesContext(connection) as statements:
        for _time in range(3):
            assert rules.partnership_of(person) == cast.partnership
            assert reach(person).works_in
            assert reach(person).gives
    assert len(statements) == 2


def test_whoever_neither_leads_nor_coordinates_costs_one_statement(cast: Cast) -> None:
    person = User.objects.get(pk=cast["auditor.csc"].pk)
    with CaptureQueriesContext(connection) as statements:
        assert rules.partnership_of(person) == cast.partnership
        assert reach(person).works_in
        assert not reach(person).gives
    assert len(statements) == 1


def test_the_partnership_is_read_in_full_where_a_page_needs_more_of_it(cast: Cast) -> None:
    home = rules.partnership_of(cast["auditor.csc"])
    assert home is not None
    assert (home.name, home.amber_after_weeks) == (cast.partnership.name, 6)
