"""Two thousand pages whose line broke at once come back by the browser's own rule (`live.js`)."""

from __future__ import annotations

import asyncio
import random
import time
from statistics import quantiles
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from websockets.exceptions import WebSocketException

from tests.bench.crowd import Crowd
from tests.bench.notify import PACE, PREFIX, database_url, person_of, served
from tests.bench.table import Figure, Goal, figure
from tests.realtime.people import person
from tests.realtime.server import OURS, Site, sign_in
from tests.servers import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

NAME = "comeback"
PAGES = 2000
#: The rule: anew within so many seconds, then after 2, 4 ... seconds, a quarter longer or shorter.
SPREAD, LONGEST_WAIT = 25.0, 30.0
#: How long the site is looked at while nothing happens, and between two looks, in seconds.
CALM, BETWEEN = 8.0, 0.05


def measure(database: str) -> list[Figure]:
    """How long until all hear again, how often one was refused, and what a page took meanwhile."""
    people = [person(f"P{number}") for number in range(person_of(PAGES - 1) + 1)]
    cookies = [sign_in(each) for each in people]
    with redis_server() as redis:
        environment = {**OURS, **PACE, "DATABASE_URL": database_url(), "REDIS_URL": redis}
        environment["REALTIME_PREFIX"] = PREFIX
        with served(environment) as (_, site):
            looked_at(site, cookies[0], lambda: time.sleep(1))
            _, calm = looked_at(site, cookies[0], lambda: time.sleep(CALM))
            (seconds, refused), busy = looked_at(
                site, cookies[0], lambda: asyncio.run(all_back(site, cookies))
            )
    return [
        figure(NAME, database, f"{PAGES:,} pages hear again", seconds, "s", goal=within(30)),
        figure(NAME, database, "attempts refused meanwhile", refused, "", goal=within(0)),
        figure(
            NAME,
            database,
            "a page meanwhile, p95",
            slowest_twentieth(busy),
            "ms",
            beside="while nothing happens",
            beside_value=slowest_twentieth(calm),
            goal=Goal(2),
        ),
    ]


def within(limit: float) -> Goal:
    """A goal for a figure that nothing stands beside."""
    return Goal(limit, of_ratio=False)


def slowest_twentieth(taken: list[float]) -> float:
    """What one in twenty takes, or longer."""
    return quantiles(taken, n=20, method="inclusive")[-1]


def looked_at(site: Site, cookie: str, happens: Callable[[], T]) -> tuple[T, list[float]]:
    """What something gives, and the milliseconds of a page that is read all the while."""
    taken: list[float] = []
    over = Event()

    def look() -> None:
        while not over.wait(BETWEEN):
            began = time.perf_counter()
            assert site.get("/", cookie)[0] == 200
            taken.append(1000 * (time.perf_counter() - began))

    looking = Thread(target=look)
    looking.start()
    try:
        return happens(), taken
    finally:
        over.set()
        looking.join()


async def all_back(site: Site, cookies: list[str]) -> tuple[float, int]:
    """Seconds until each page has heard where it stands, and how many attempts came to nothing."""
    address = site.url.replace("http", "ws", 1) + "/ws/notifications/"
    crowd, began = Crowd(), time.monotonic()

    async def back(page: int) -> int:
        arrival = address, {"Cookie": cookies[person_of(page)], "Origin": site.url}
        await asyncio.sleep(random.random() * SPREAD)
        attempts = 0
        while True:
            try:
                await crowd.add(*arrival)
            except (OSError, TimeoutError, WebSocketException):
                attempts += 1
                wait = min(LONGEST_WAIT, 2**attempts)
                await asyncio.sleep(wait * random.uniform(0.75, 1.25))
            else:
                return attempts

    refused = await asyncio.gather(*map(back, range(PAGES)))
    seconds = time.monotonic() - began
    await crowd.leave()
    return seconds, sum(refused)
