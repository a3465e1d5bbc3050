"""Taking figures: medians of interleaved runs, statements counted, memory at its peak."""

from __future__ import annotations

import gc
import tracemalloc
from random import Random
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ParamSpec

    P = ParamSpec("P")

WARM_UP = 2


def medians(runs: Mapping[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """The median of each in milliseconds, all run in turn, so that the machine treats them alike.

    Each is called with the number of the round, 0 to `rounds` + `WARM_UP` - 1; the first rounds
    only warm up. Each round has an order of its own, from its number: what always ran after the
    same would find the machine's caches warm, or cold, by its neighbour's doing.
    """
    taken = taken_in_turn(runs, rounds)
    return {name: median(times) for name, times in taken.items()}


def minima(runs: Mapping[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """The same, but of each the least: for what costs the same each time, on a machine that
    others use too."""
    return {name: min(times) for name, times in taken_in_turn(runs, rounds).items()}


def taken_in_turn(
    runs: Mapping[str, Callable[[int], object]], rounds: int
) -> dict[str, list[float]]:
    """Every time that was taken, in milliseconds, but for the rounds that warm up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds + WARM_UP):
        gc.collect()
        for name in Random(number).sample(names, len(names)):
            began = perf_counter()
            runs[name](number)
            taken[name].append((perf_counter() - began) * 1000)
    return {name: times[WARM_UP:] for name, times in taken.items()}


def plans(run: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> list[str]:
    """How the database would find what something asks it: a line for each step of each plan."""
    with CaptureQueriesContext(connection) as captured:
        run(*args, **kwargs)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    lines: list[str] = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT"):
                # Django has filled the parameters in, so that every % is one.
                cursor.execute(f"{explain} {query['sql']}".replace("%", "%%"), ())
                lines += [str(row[-1]) for row in cursor.fetchall()]
    return lines


def statements(run: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> int:
    """How many SQL statements something takes, BEGIN and COMMIT counted."""
    with CaptureQueriesContext(connection) as captured:
        run(*args, **kwargs)
    return len(captured)


def peak_megabytes(run: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> float:
    """How much memory something holds at its peak, beyond what was held before."""
    gc.collect()
    tracemalloc.start()
    try:
        run(*args, **kwargs)
        return tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()
