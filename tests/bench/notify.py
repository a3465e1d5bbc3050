"""From the commit of an act to the open page, with one page open and with thousands.

In memory the act happens in the process that the pages are open on. Over Redis it happens in
another, as what the floor publishes does.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import connection
from redis import Redis

from notifications import standing
from notifications.hub import MOST_PAGES
from tests.bench.crowd import Crowd
from tests.bench.measure import statements
from tests.bench.table import Figure, Goal, figure
from tests.realtime.people import person
from tests.realtime.server import OURS, Site, sign_in
from tests.servers import child, redis_server, site_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from macfa.people.models import User

    Times = Mapping[str, list[float]]

NAME = "notify"
SIZES = (1, 500, 2000)
ROUNDS, BURSTS = 200, 40
#: The site sends a socket one frame a second; here it need not, or nothing would ever be done. A
#: hint that is lost comes with the next heartbeat, and counts with its delay.
PAUSE = 0.03
PACE = {"NOTIFICATIONS_HEARTBEAT_SECONDS": "25", "SECONDS_BETWEEN_FRAMES": "0.01"}
FLOOR = "bare Redis pub/sub and WebSocket server"
KILOBYTES_A_SOCKET = 40
PREFIX = "bench"
#: No two messages of a run are one.
numbers = count(1)


@dataclass(frozen=True)
class Carrier:
    """What carries news to sockets: where each person's is, and how to tell some of them.

    `tell` gives the moment from which it counts.
    """

    process: int
    arrival: Callable[[int], tuple[str, Mapping[str, str]]]
    tell: Callable[[Sequence[int]], float]

    def memory(self) -> int:
        """Kilobytes that the process holds."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


def measure(database: str) -> list[Figure]:
    """Each layer at each size beside the floor, memory a socket, and a heartbeat's statements."""
    people = [person(f"P{number}") for number in range(person_of(SIZES[-1] - 1) + 1)]
    cookies = [sign_in(each) for each in people]
    row = partial(figure, NAME, database)
    with redis_server() as url:
        with bare(url) as carrier:
            floor, _ = asyncio.run(times_of(carrier))
        figures: list[Figure] = []
        for layer, redis in (("in memory", ""), ("over Redis", url)):
            with site(people, cookies, redis) as carrier:
                times, kilobytes = asyncio.run(times_of(carrier))
            figures += figures_of(row, layer, times, floor)
            figures.append(
                row(
                    f"memory a socket, {layer}, {SIZES[-1]:,} sockets",
                    kilobytes,
                    "KB",
                    goal=Goal(KILOBYTES_A_SOCKET, of_ratio=False),
                )
            )
    return [*figures, heartbeat(row, people, cookies)]


def person_of(page: int) -> int:
    """Whose a page is: the first one's alone, then ten and ten of the others."""
    return (page + MOST_PAGES - 1) // MOST_PAGES


async def times_of(carrier: Carrier) -> tuple[Times, float]:
    """Milliseconds to a page for each size, one at a time and in a burst; kilobytes a socket."""
    crowd, empty = Crowd(), 0
    times: dict[str, list[float]] = {}
    for size in SIZES:
        pages = range(len(crowd.clients), size)
        await crowd.grow([carrier.arrival(person_of(page)) for page in pages])
        # What a process loads at its first acts is no socket's, and no act's either.
        await hears(crowd, carrier, size, 3)
        empty = empty or carrier.memory()
        times[f"one page of {size:,}"] = await hears(crowd, carrier, 1, ROUNDS)
        if size > 1:
            times[f"all {size:,} pages at once"] = await hears(crowd, carrier, size, BURSTS)
    kilobytes = (carrier.memory() - empty) / (SIZES[-1] - SIZES[0])
    await crowd.leave()
    return times, kilobytes


async def hears(crowd: Crowd, carrier: Carrier, pages: int, rounds: int) -> list[float]:
    """Tell the people of the first so many pages something, so many times over."""
    people = range(person_of(pages - 1) + 1)
    taken: list[float] = []
    for _ in range(rounds):
        since = await asyncio.to_thread(carrier.tell, people)
        taken += await crowd.hear(since, pages)
        await asyncio.sleep(PAUSE)
    return taken


def figures_of(
    row: Callable[..., Figure], layer: str, times: Times, floor: Times
) -> Iterator[Figure]:
    """The middle and the slowest hundredth of each, beside the same of the floor."""
    for what, taken in times.items():
        for name, of, limit in (("p50", median, 2), ("p99", slowest, 3)):
            yield row(
                f"commit to {what}, {layer}, {name}",
                of(taken),
                "ms",
                beside=FLOOR,
                beside_value=of(floor[what]),
                goal=Goal(limit),
            )


def slowest(taken: list[float]) -> float:
    """What one in a hundred takes, or longer."""
    return quantiles(taken, n=100, method="inclusive")[-1]


def heartbeat(row: Callable[..., Figure], people: list[User], cookies: list[str]) -> Figure:
    """What one heartbeat of a process asks the database for."""
    keys = [cookie.partition("=")[2] for cookie in cookies]
    whose = [person_of(page) for page in range(SIZES[-1])]
    everybody = [
        standing.SignIn(people[one].pk, keys[one], people[one].get_session_auth_hash())
        for one in whose
    ]
    return row(
        f"heartbeat of {SIZES[-1]:,} sockets",
        statements(standing.read, everybody),
        "statements",
        beside="of 1 socket",
        beside_value=statements(standing.read, everybody[:1]),
        goal=Goal(4, of_ratio=False),
    )


# --- what carries ---------------------------------------------------------------------------------


@contextmanager
def site(people: list[User], cookies: list[str], redis: str) -> Iterator[Carrier]:
    """Our site, on the database of this moment; with Redis, acts happen in a second process."""
    environment = {**OURS, **PACE, "DATABASE_URL": database_url(), "REDIS_URL": redis}
    environment |= {"REALTIME_PREFIX": PREFIX}
    with ExitStack() as started:
        process, ours = started.enter_context(served(environment))
        acts = started.enter_context(served(environment))[1] if redis else ours
        address = ours.url.replace("http", "ws", 1) + "/ws/notifications/"
        yield Carrier(
            process,
            lambda who: (address, {"Cookie": cookies[who], "Origin": ours.url}),
            lambda told: acts.act([(people[who], next(numbers)) for who in told])["committed"],
        )


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[tuple[int, Site]]:
    """A process of our site: its number, and where it is."""
    with (
        TemporaryDirectory(prefix="macfa-bench-site-") as name,
        socket.create_server(("127.0.0.1", 0), backlog=200) as listening,
        site_process(listening, environment, Path(name)) as process,
    ):
        yield process.pid, Site(f"http://127.0.0.1:{listening.getsockname()[1]}")


def database_url() -> str:
    """The database of this moment, for a process of its own."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextmanager
def bare(redis_url: str) -> Iterator[Carrier]:
    """The floor."""
    with (
        TemporaryDirectory(prefix="macfa-bench-bare-") as name,
        socket.create_server(("127.0.0.1", 0), backlog=200) as listening,
        Redis.from_url(redis_url) as redis,
    ):
        port, number = listening.getsockname()[1], listening.fileno()
        command = [sys.executable, "-m", "tests.bench.bare", str(number), redis_url]
        with child(command, Path(name), inherited=[number]) as process:
            yield Carrier(
                process.pid,
                lambda who: (f"ws://127.0.0.1:{port}/{who}", {}),
                partial(publish, redis),
            )


def publish(redis: Redis, told: Sequence[int]) -> float:
    """Publish a hint to each, and say when."""
    since = time.monotonic()
    with redis.pipeline(transaction=False) as pipe:
        for who in told:
            pipe.publish(f"bare.{who}", json.dumps({"type": "hint", "seq": next(numbers)}))
        pipe.execute()
    return since
