"""Sending an audit out: every case to every agency, with first tasks, in one click."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from macfa.returns import services as returns
from tests.bench.audits import audit_of, cast_of
from tests.bench.measure import WARM_UP, medians, peak_megabytes, statements
from tests.bench.stock import flow as stock
from tests.bench.table import Figure, Goal, figure

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import User
    from tests.cast import Cast

NAME = "issue"
ROUNDS = 5
AGENCIES, FEW, MANY = 10, 20, 100
RETURNS = MANY * AGENCIES
#: Stock starts a round; their time is scaled to as many as there are returns.
STARTS = 125


def measure(database: str) -> list[Figure]:
    """One click for 1,000 returns beside as many stock starts; statements and memory by size."""
    cast = cast_of(AGENCIES, "issue")
    audits = [audit_of(cast, f"T{number}", MANY) for number in range(ROUNDS + WARM_UP)]
    lead = cast["lead.a00"]
    times = medians(
        {
            "issue": lambda number: issue(cast, audits[number]),
            "loop": lambda _number: start_many(lead),
            "loop at once": lambda _number: start_all_or_none(lead),
        },
        ROUNDS,
    )
    row = partial(figure, NAME, database)
    what = f"issue {MANY} cases x {AGENCIES} agencies"
    loop = f"a loop of {RETURNS:,} stock viewflow starts"
    fifth = f"{FEW} x {AGENCIES}: a fifth of the returns"
    faster = partial(row, f"{what}, time", times["issue"], "ms", times_faster=True)
    return [
        faster(beside=loop, beside_value=scaled(times["loop"]), goal=Goal(6, at_least=True)),
        faster(
            beside=f"{loop} in one transaction",
            beside_value=scaled(times["loop at once"]),
        ),
        row(
            f"{what}, statements",
            statements(issue, cast, audit_of(cast, "SM", MANY)),
            "statements",
            beside=fifth,
            beside_value=statements(issue, cast, audit_of(cast, "SF", FEW)),
            goal=Goal(4),
        ),
        row(
            f"{what}, memory at its peak",
            peak_megabytes(issue, cast, audit_of(cast, "MM", MANY)),
            "MB",
            beside=fifth,
            beside_value=peak_megabytes(issue, cast, audit_of(cast, "MF", FEW)),
        ),
    ]


def issue(cast: Cast, audit: Audit) -> None:
    """The click."""
    returns.issue(audit=audit, by=cast["coordinator"])


def start_many(owner: User) -> None:
    """Stock starts, each in its own transaction: each stores a process, its tasks and a note."""
    for _each in range(STARTS):
        stock.begin(owner)


def start_all_or_none(owner: User) -> None:
    """The same, all or nothing as the click is."""
    with transaction.atomic():
        start_many(owner)


def scaled(milliseconds: float) -> float:
    """What as many starts as there are returns would take."""
    return milliseconds * RETURNS / STARTS
