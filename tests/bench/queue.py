"""The queue: page 1 of my work and of the team's, whatever lies behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import connection
from django.test import Client
from viewflow.workflow.models import Task

from tests.bench.backlog import permission
from tests.bench.desks import FEW, HEAP, Desk, Office, open_office
from tests.bench.measure import medians, statements
from tests.bench.stock.flow import StockReturn, allow
from tests.bench.table import Figure, Goal, figure
from workflows import queue

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from macfa.people.models import User

    Times = dict[str, float]

NAME = "queue"
ROUNDS = 40
SIZES = {"10 k": 10_000, "100 k": 100_000}
MY_WORK, TEAM_QUEUE, HELD = "/", "/tasks/team/", "/tasks/team/?show=held"
#: A page about no record, with everything around it that a page of the site has.
EMPTY_PAGE = "/accessibility/"

ROWS = """
SELECT i.id, i.public_id, i.title, i.reference, i.due, i.flow_task, i.team_id, t.name, {holder}
FROM workflows_workitem i JOIN people_team t ON t.id = i.team_id {join}
WHERE i.finished IS NULL AND {which} ORDER BY i.due, i.id LIMIT 26
"""
COUNT = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM workflows_workitem i WHERE i.finished IS NULL AND {which} LIMIT 100
) AS counted
"""
HOLDERS = "JOIN people_user u ON u.id = i.owner_id"
HELD_BY = "i.owner_id = {}"
WAITING_IN = "i.owner_id IS NULL AND i.team_id = {}"
WAITING_ANYWHERE_IN = "i.owner_id IS NULL AND i.tenant_id = {}"
HELD_ANYWHERE_IN = "i.owner_id IS NOT NULL AND i.tenant_id = {}"


@dataclass(frozen=True)
class View:
    """A page of the queue as somebody sees it, and what else would read the same rows."""

    what: str
    address: str
    person: User
    rows: Callable[[], queue.Page]
    sql: tuple[str, ...]
    stock: Callable[[], Any] | None


def measure(database: str) -> list[Figure]:
    """Each page at each size, and its statements with few tasks and with many."""
    office = open_office()
    row = partial(figure, NAME, database)
    figures: list[Figure] = []
    pages: dict[str, list[float]] = {}
    for size, number in SIZES.items():
        office.backlog.grow(number)
        for view in views(office):
            times = times_of(view)
            pages.setdefault(view.what, []).append(times["page"])
            figures += figures_of(row, f"{view.what}, {size} open", times)
    figures += [growth(row, what, times) for what, times in pages.items()]
    office.pile_up()
    return figures + statements_of(row, office)


def views(office: Office) -> list[View]:
    """The pages that are measured, each as somebody sees it."""
    return [my_work(office.many), team_queue(office.many), given_out(office), with_people(office)]


def floor(which: str, *, holders: bool = False) -> tuple[str, str]:
    """The hand-written SQL of a page: its rows, and how many there are."""
    shown = {"holder": "u.name", "join": HOLDERS} if holders else {"holder": "''", "join": ""}
    return ROWS.format(which=which, **shown), COUNT.format(which=which)


def my_work(desk: Desk) -> View:
    """What an auditor holds. The page also says how much waits for their team."""
    held, waiting = HELD_BY.format(desk.auditor.pk), WAITING_IN.format(desk.team.pk)
    return View(
        "my work",
        MY_WORK,
        desk.auditor,
        lambda: queue.page(queue.mine(desk.auditor.pk)),
        (*floor(held), COUNT.format(which=waiting)),
        lambda: Task.objects.inbox([StockReturn], allow(desk.auditor, ())),
    )


def team_queue(desk: Desk) -> View:
    """What waits in one team's queue."""
    return View(
        "team queue",
        TEAM_QUEUE,
        desk.auditor,
        lambda: queue.page(queue.claimable([desk.team.pk])),
        floor(WAITING_IN.format(desk.team.pk)),
        lambda: Task.objects.queue([StockReturn], allow(desk.auditor, [permission(desk.team)])),
    )


def given_out(office: Office) -> View:
    """What waits in any team's queue of a partnership, whose coordinator gives it out."""
    coordinator, teams, here = office.home["coordinator"], office.teams, office.home.partnership.pk
    numbers = [team.pk for team in teams]
    return View(
        "coordinator’s queue",
        TEAM_QUEUE,
        coordinator,
        lambda: queue.page(queue.claimable(numbers)),
        floor(WAITING_ANYWHERE_IN.format(here)),
        lambda: Task.objects.queue([StockReturn], allow(coordinator, map(permission, teams))),
    )


def with_people(office: Office) -> View:
    """The same narrowed to what people hold. Stock viewflow has no such list for one place."""
    coordinator, here = office.home["coordinator"], office.home.partnership.pk
    numbers = [team.pk for team in office.teams]
    return View(
        "coordinator’s queue, with people",
        HELD,
        coordinator,
        lambda: queue.page(queue.held_in(numbers)),
        floor(HELD_ANYWHERE_IN.format(here), holders=True),
        None,
    )


def times_of(view: View) -> Times:
    """The medians of a view, of what reads the same rows, and of an empty page."""
    client, stock = signed_in(view.person), view.stock
    runs = {
        "rows": lambda _number: view.rows(),
        "sql": lambda _number: read(view.sql),
        "page": lambda _number: get(client, view.address),
        "empty": lambda _number: get(client, EMPTY_PAGE),
    }
    if stock:
        runs["stock"] = lambda _number: stock_page(stock())
    return medians(runs, ROUNDS)


def signed_in(person: User) -> Client:
    """The browser of somebody who is signed in."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def get(client: Client, address: str) -> None:
    """Fetch a page."""
    status = client.get(address).status_code
    assert status == 200, f"{address} answered {status}"


def read(sql: tuple[str, ...]) -> None:
    """Run hand-written statements and fetch what they find."""
    with connection.cursor() as cursor:
        for statement in sql:
            cursor.execute(statement)
            cursor.fetchall()


def stock_page(tasks: QuerySet[Any]) -> None:
    """Page 1 of a list of viewflow's, with its count."""
    page = Paginator(tasks, queue.PAGE).get_page(1)
    assert page.paginator.count >= len(list(page))


def figures_of(row: Callable[..., Figure], what: str, times: Times) -> list[Figure]:
    """The rows beside the hand-written SQL and stock viewflow; the page beside its floor."""
    rows = partial(row, f"{what}: rows and count", times["rows"], "ms")
    figures = [rows(beside="hand-written SQL", beside_value=times["sql"])]
    if "stock" in times:
        figures.append(rows(beside="stock viewflow’s list", beside_value=times["stock"]))
    page = row(
        f"{what}: page 1",
        times["page"],
        "ms",
        beside="hand-written SQL + an empty page",
        beside_value=times["sql"] + times["empty"],
        goal=Goal(1.5),
    )
    return [*figures, page]


def growth(row: Callable[..., Figure], what: str, times: list[float]) -> Figure:
    """The page at the largest size beside that at the smallest."""
    small, *_, large = SIZES
    return row(
        f"{what}, {large} open: page 1",
        times[-1],
        "ms",
        beside=f"with {small} open",
        beside_value=times[0],
        goal=Goal(1.3),
    )


def statements_of(row: Callable[..., Figure], office: Office) -> list[Figure]:
    """The statements of each page with many tasks, which must be those of one with few."""
    figures: list[Figure] = []
    for address, many, few in (
        (MY_WORK, office.many.auditor, office.few.auditor),
        (TEAM_QUEUE, office.many.auditor, office.few.auditor),
        (TEAM_QUEUE, office.many.lead, office.few.lead),
        (HELD, office.many.lead, office.few.lead),
    ):
        number, with_few = (statements(get, signed_in(person), address) for person in (many, few))
        what = f"{address} of {many.name} with {HEAP:,} tasks"
        beside = {"beside": f"of {few.name} with {FEW}", "beside_value": with_few}
        figures += [
            row(what, number, "statements", **beside, goal=Goal(1)),
            row(what, number, "statements", goal=Goal(12, of_ratio=False)),
        ]
    return figures
