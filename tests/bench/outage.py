"""What a page takes while Redis says nothing or is gone, beside the same page while all is well."""

from __future__ import annotations

import time
from functools import partial
from itertools import count
from statistics import quantiles
from typing import TYPE_CHECKING

from tests.bench.notify import PACE, PREFIX, database_url
from tests.bench.table import Figure, Goal, figure
from tests.realtime.people import person
from tests.realtime.server import OwnRedis, running_site, sign_in

if TYPE_CHECKING:
    from macfa.people.models import User
    from tests.realtime.server import Site

NAME = "outage"
#: So many pages are opened, and somebody is told something before every tenth.
PAGES, EVERY = 200, 10
numbers = count(1)


def measure(database: str) -> list[Figure]:
    """The slowest twentieth of pages and acts, with Redis frozen and with Redis dead."""
    redis, ann = OwnRedis(), person("Ann")
    redis.start()
    environment = {**PACE, "DATABASE_URL": database_url(), "REDIS_URL": redis.url}
    with running_site({**environment, "REALTIME_PREFIX": PREFIX}) as site:
        taken = partial(slowest_twentieth, site, ann, sign_in(ann))
        taken()  # What a process loads for its first pages counts for nothing.
        well = taken()
        with redis.frozen():
            frozen = taken()
        redis.kill()
        dead = taken()
    return [
        figure(
            NAME,
            database,
            f"pages and acts while Redis is {state}, p95",
            value,
            "ms",
            beside="while it is well",
            beside_value=well,
            goal=Goal(2),
        )
        for state, value in (("frozen", frozen), ("dead", dead))
    ]


def slowest_twentieth(site: Site, who: User, cookie: str) -> float:
    """Milliseconds that one request in twenty takes, or longer."""
    taken = []
    for page in range(PAGES):
        if page % EVERY == 0:
            began = time.perf_counter()
            site.act([(who, next(numbers))])
            taken.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        assert site.get("/", cookie)[0] == 200
        taken.append(1000 * (time.perf_counter() - began))
    return quantiles(taken, n=20, method="inclusive")[-1]
