"""One act: an auditor submits a return whose agency signs off, so that its lead is next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import connection, transaction

from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from tests.bench.audits import audit_of, cast_of, written
from tests.bench.measure import WARM_UP, medians, statements
from tests.bench.stock import flow as stock
from tests.bench.table import Figure, Goal, figure

if TYPE_CHECKING:
    from macfa.people.models import User

NAME = "act"
ROUNDS = 40
ACT, STOCK, FLOOR = "submit a return", "stock viewflow", "bare UPDATE and commit"


def measure(database: str) -> list[Figure]:
    """The act beside stock viewflow's complete, assign and notify, and beside a bare UPDATE."""
    cast = cast_of(2, "act")
    auditor, lead = cast["auditor.a00"], cast["lead.a00"]
    # One more than is timed, to count statements.
    rows = written(cast, audit_of(cast, "ACT", ROUNDS + WARM_UP + 1), "A00")
    tasks = [stock.first_task(stock.begin(auditor)) for _ in rows]
    counted = statements(submit, rows[-1], auditor)
    counted_stock = statements(stock.complete, tasks[-1], lead)
    times = medians(
        {
            ACT: lambda number: submit(rows[number], auditor),
            STOCK: lambda number: stock.complete(tasks[number], lead),
            FLOOR: lambda number: update(rows[number]),
        },
        ROUNDS,
    )
    row = partial(figure, NAME, database)
    return [
        row(
            f"{ACT}, statements",
            counted,
            "statements",
            beside=STOCK,
            beside_value=counted_stock,
            goal=Goal(14, of_ratio=False),
        ),
        row(
            f"{ACT}, time",
            times[ACT],
            "ms",
            beside=STOCK,
            beside_value=times[STOCK],
            goal=Goal(1.5),
        ),
        row(f"{ACT}, time", times[ACT], "ms", beside=FLOOR, beside_value=times[FLOOR]),
    ]


def submit(return_: AgencyReturn, auditor: User) -> None:
    """The act as the page calls it."""
    returns.submit(return_=return_, expects=return_.version, by=auditor)


def update(return_: AgencyReturn) -> None:
    """The least that a change of one row can cost."""
    with transaction.atomic(), connection.cursor() as cursor:
        table = AgencyReturn._meta.db_table
        cursor.execute(
            f"UPDATE {table} SET drafted_at = drafted_at WHERE id = %s",  # noqa: S608 - our table
            [return_.pk],
        )
