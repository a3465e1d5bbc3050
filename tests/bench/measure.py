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
    taken: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds + WARM_UP):
        gc.collect()
        for name in Random(number).sample(names, len(names)):
            began = perf_counter()
            runs[name](number)
            taken[name].append((perf_counter() - began) * 1000)
    return {name: median(times[WARM_UP:]) for name, times in taken.items()}


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
