"""Reading the queue: whose work is where, oldest due first, a page at a time by key."""

from __future__ import annotations

from copy import copy
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.services import leave
from tests.cast import Cast, assemble
from tests.records import a_case, return_of, waiting
from workflows import clock, queue
from workflows.assignment import claim, give
from workflows.candidates import candidates
from workflows.history import history
from workflows.ids import public_id
from workflows.models import Process, WorkItem
from workflows.queue import Cursor, Queue, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> WorkItem:
    """Work in the queue of the auditors of children's social care."""
    return waiting(cast)


def copies(item: WorkItem, dues: Iterable[int], **changed: object) -> None:
    """More work like this, due so many days from today, straight into the table."""
    days = list(dues)
    made = [Process(flow_class=item.process.flow_class, subject=item.subject) for _day in days]
    rows = []
    for process, ahead in zip(Process.objects.bulk_create(made), days, strict=True):
        row = copy(item)
        row.pk, row.public_id, row.process = None, public_id(), process
        row.due = clock.today() + timedelta(days=ahead)
        for name, value in changed.items():
            setattr(row, name, value)
        rows.append(row)
    WorkItem.objects.bulk_create(rows)


def auditors(cast: Cast, agency: str = "CSC") -> Team:
    return Team.objects.for_role(cast.partnership, Role.AUDITOR, cast.agencies[agency])


# --- whose is it --------------------------------------------------------------------------------


def test_work_nobody_holds_is_its_teams_to_claim(cast: Cast, item: WorkItem) -> None:
    assert list(queue.claimable(queue.team_ids(cast["auditor.csc"])).items) == [item]
    assert list(queue.claimable(queue.team_ids(cast["auditor.pol"])).items) == []
    assert list(queue.mine(cast["auditor.csc"].pk).items) == []


def test_work_somebody_holds_is_theirs(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    assert list(queue.mine(cast["auditor.csc"].pk).items) == [item]
    assert list(queue.claimable(queue.team_ids(cast["auditor2.csc"])).items) == []
    assert list(queue.held_in([item.team_id]).items) == [item]


def test_work_that_is_done_is_in_no_queue(cast: Cast, item: WorkItem) -> None:
    WorkItem.objects.update(finished=clock.now(), owner=cast["auditor.csc"])
    assert not queue.mine(cast["auditor.csc"].pk).items
    assert not queue.held_in([item.team_id]).items


def test_whoever_has_left_a_team_claims_nothing_of_it(cast: Cast, item: WorkItem) -> None:
    me = cast["auditor.csc"]
    with clock.playing(clock.now() - timedelta(days=1)):
        leave(membership=me.memberships.get())
    assert queue.team_ids(me) == []


@pytest.mark.parametrize(
    ("name", "agencies"),
    [
        ("coordinator", {"CSC", "POL", "EDU"}),
        ("lead.csc", {"CSC"}),
        ("lead.pol", {"POL"}),
        ("auditor.csc", set()),
        ("qppa", set()),
        ("board", set()),
        ("admin", set()),
    ],
)
def test_who_gives_whose_work(cast: Cast, name: str, agencies: set[str]) -> None:
    given_out = set(queue.gives(cast[name]))
    ours = {code for code in cast.agencies if auditors(cast, code).pk in given_out}
    assert ours == agencies


def test_a_lead_does_not_say_who_prepares_for_the_panel(cast: Cast) -> None:
    panel = Team.objects.for_role(cast.partnership, Role.PANEL, cast.agencies["CSC"])
    assert panel.pk not in queue.gives(cast["lead.csc"])
    assert panel.pk in queue.gives(cast["coordinator"])


def test_nobody_gives_work_of_another_partnership(cast: Cast, item: WorkItem) -> None:
    elsewhere = assemble("elsewhere")
    for name in ("coordinator", "lead.csc", "auditor.csc"):
        assert not queue.may_see(elsewhere[name], item)


def test_who_may_see_work(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    item.refresh_from_db()
    seen_by = {name for name in cast.people if queue.may_see(cast[name], item)}
    assert seen_by == {"auditor.csc", "auditor2.csc", "lead.csc", "coordinator"}


# --- who may be given it ------------------------------------------------------------------------


def names(items: list[WorkItem], cast: Cast, giver: str) -> list[tuple[str, int]]:
    return [(each.person.name, each.load.holds) for each in candidates(items, cast[giver])]


def test_whoever_holds_least_comes_first(cast: Cast, item: WorkItem) -> None:
    other = waiting(cast, a_case(cast, return_of(item).audit))
    give(item=other, to=cast["auditor.csc"], by=cast["lead.csc"])
    assert names([item], cast, "lead.csc") == [
        ("Auditor2 Csc", 0),
        ("Lead Csc", 0),
        ("Auditor Csc", 1),
    ]


def test_a_giver_who_may_not_have_the_work_is_no_candidate(cast: Cast, item: WorkItem) -> None:
    assert [name for name, _holds in names([item], cast, "coordinator")] == [
        "Auditor Csc",
        "Auditor2 Csc",
    ]


def test_work_of_two_teams_goes_to_who_is_in_both(cast: Cast, item: WorkItem) -> None:
    case = a_case(cast, return_of(item).audit)
    both = [item, waiting(cast, case, "POL")]
    assert names(both, cast, "coordinator") == [("Coordinator", 0)]
    cast.add("both", Role.AUDITOR, "CSC")
    cast.add("both", Role.AUDITOR, "POL")
    assert names(both, cast, "coordinator") == [("Both", 0), ("Coordinator", 0)]


# --- pages --------------------------------------------------------------------------------------


def walk(work: Queue) -> list[Row]:
    """Every line of a queue, page by page."""
    page = queue.page(work)
    found = page.items
    while page.following:
        page = queue.page(work, after=Cursor.parse(str(page.following)))
        found = found + page.items
    return found


def in_order(work: Queue) -> list[tuple[date, int]]:
    """Every item of a queue as the database has it, oldest due first."""
    return sorted(work.items.values_list("due", "pk"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dues=st.lists(st.integers(0, 3), max_size=60))
def test_pages_hold_every_task_once_the_oldest_due_first(
    cast: Cast, item: WorkItem, dues: list[int]
) -> None:
    WorkItem.objects.exclude(pk=item.pk).delete()
    copies(item, dues)
    work = queue.claimable([item.team_id])
    found = walk(work)
    assert [(one["due"], one["pk"]) for one in found] == in_order(work)
    assert len(found) == len(dues) + 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dues=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=80))
def test_pages_of_several_teams_hold_every_task_once_the_oldest_due_first(
    cast: Cast, item: WorkItem, dues: list[tuple[int, int]]
) -> None:
    WorkItem.objects.exclude(pk=item.pk).delete()
    teams = [auditors(cast, code).pk for code in ("CSC", "POL", "EDU")]
    for due, team in dues:
        copies(item, [due], team_id=teams[team])
    work = queue.claimable(teams)
    found = walk(work)
    assert [(one["due"], one["pk"]) for one in found] == in_order(work)
    assert len(found) == len(dues) + 1
    assert queue.page(work).total == min(len(found), queue.COUNTED_UP_TO)


def test_work_that_is_claimed_meanwhile_moves_nothing_to_another_page(
    cast: Cast, item: WorkItem
) -> None:
    copies(item, range(60))
    work = queue.claimable([item.team_id])
    first = queue.page(work)
    rest = [one["pk"] for one in walk(work)[queue.PAGE :]]
    WorkItem.objects.filter(pk=first.items[0]["pk"]).update(owner=cast["auditor.csc"])
    second = queue.page(work, after=first.following)
    assert [one["pk"] for one in second.items] == rest[: queue.PAGE]


def test_a_line_says_what_its_page_shows(cast: Cast, item: WorkItem) -> None:
    WorkItem.objects.update(due=date(2026, 11, 22))
    claim(item=item, by=cast["auditor.csc"])
    with clock.playing(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        (line,) = queue.page(queue.mine(cast["auditor.csc"].pk)).items
    assert line == {
        "pk": item.pk,
        "public_id": item.public_id,
        "title": "Audit your agency’s work",
        "reference": "NEG-01 CSC",
        "team": "Auditor, Children’s Social Care",
        "holder": "",
        "due": date(2026, 11, 22),
        "due_in_words": "22 November 2026",
        "overdue": True,
        "held": True,
        "moves": True,
        "may_claim": False,
        "may_give": False,
    }


def test_nobodys_queue_is_empty(item: WorkItem) -> None:
    for work in (queue.claimable([]), queue.held_in([])):
        assert queue.page(work) == queue.Page([], None, 0)
        assert not work.items


@pytest.mark.parametrize("text", ["", "_", "tomorrow_1", "2026-11-22", "2026-11-22_x", "22_1"])
def test_a_senseless_place_in_the_address_is_the_first_page(text: str) -> None:
    assert Cursor.parse(text) is None


@pytest.mark.parametrize(
    ("place", "lines"), [(f"9999-12-31_{10**30}", 0), (f"0001-01-01_-{10**30}", 1)]
)
def test_a_place_beyond_every_number_is_no_error(item: WorkItem, place: str, lines: int) -> None:
    page = queue.page(queue.claimable([item.team_id]), after=Cursor.parse(place))
    assert len(page.items) == lines


def test_a_long_queue_is_counted_only_so_far(item: WorkItem) -> None:
    copies(item, [1] * 120)
    page = queue.page(queue.claimable([item.team_id]))
    assert (page.total, page.total_shown) == (100, "99+")


@pytest.mark.parametrize("number", [1, 10, 200])
def test_a_page_costs_two_statements_however_long_the_queue(
    item: WorkItem, django_assert_num_queries: Any, number: int
) -> None:
    copies(item, range(number))
    with django_assert_num_queries(2):
        page = queue.page(queue.claimable([item.team_id]))
        assert [one["team"] for one in page.items]


def test_a_page_of_nothing_but_what_is_left_out_reads_on(item: WorkItem) -> None:
    copies(item, [-1] * queue.PAGE)
    work = queue.claimable([item.team_id])
    left_out = {one["pk"] for one in queue.page(work).items}
    page = queue.page(work, without=left_out)
    assert [one["pk"] for one in page.items] == [item.pk]
    assert (page.following, page.total) == (None, 1)


def test_overdue_is_said_from_the_day_after(item: WorkItem) -> None:
    WorkItem.objects.update(due=clock.today())
    item.refresh_from_db()
    assert not item.is_overdue
    with clock.playing(clock.now() + timedelta(days=1)):
        assert item.is_overdue


# --- how it got here ----------------------------------------------------------------------------


def test_the_history_says_who_when_and_why_newest_first(cast: Cast, item: WorkItem) -> None:
    claim(item=item, by=cast["auditor.csc"])
    give(item=item, to=cast["auditor2.csc"], by=cast["lead.csc"], why="She is on leave")
    steps = [(step["title"], step["by"], step["text"]) for step in history(item)]
    assert steps == [
        ("Moved to Auditor2 Csc", "by Lead Csc", "She is on leave"),
        ("Claimed by Auditor Csc", "", ""),
        ("Came into the queue of Auditor, Children’s Social Care", "", ""),
    ]
    times = [step["at"] for step in history(item)]
    assert all(later >= earlier for later, earlier in pairwise(times))


def test_work_that_came_straight_to_a_person_was_never_in_the_queue(
    cast: Cast, item: WorkItem
) -> None:
    give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"])
    item.assignments.update(at=item.created)
    assert [step["title"] for step in history(item)] == ["Given to Auditor Csc"]
