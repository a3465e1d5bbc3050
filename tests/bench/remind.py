"""The sweep that reminds of returns: it reads what is due today, whatever else is open."""

from __future__ import annotations

import os
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from macfa.returns import services as returns
from macfa.returns import sweeps
from macfa.returns.models import AgencyReturn
from tests.bench.audits import audit_of, cast_of
from tests.bench.measure import medians, statements
from tests.bench.table import Figure, Goal, figure
from workflows import clock
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from macfa.audits.models import Audit

NAME = "remind"
ROUNDS = 10
FEW = 1_000
#: How many returns are open besides; `BENCH_OPEN=1000000` for another number.
OPEN = int(os.environ.get("BENCH_OPEN", "100000"))
CASES = 10
#: Returns that are not due now are due on so many days, from this many days on.
OTHER_DAYS, AWAY = 50, 60
DUE, NOTHING = "sweep with 20 due", "sweep with none due"


def measure(database: str) -> list[Figure]:
    """Both sweeps with a thousand returns open that are not due, and with many."""
    cast = cast_of(2, "remind")
    audit = audit_of(cast, "REM", CASES)
    returns.issue(audit=audit, by=cast["coordinator"])
    others = Others(audit)
    found = []
    for size in (FEW, OPEN):
        others.grow(size)
        found.append({what: _taken(run) for what, run in _runs(others.due).items()})
    few, many = found
    return [each for what in few for each in _figures(database, what, few[what], many[what])]


def _runs(due: date) -> dict[str, Callable[[], int]]:
    """On the due date, when all of the audit are reminded, and on a day on which none is."""
    return {DUE: partial(_sweep, due), NOTHING: partial(_sweep, add_working_days(due, -8))}


def _sweep(day: date) -> int:
    """One round at nine, taken back, so that the next finds the same."""
    nine = timezone.make_aware(datetime.combine(day, time(9)))
    with clock.playing(nine), transaction.atomic():
        reminded = sweeps.remind_due()
        transaction.set_rollback(True)
    return reminded


def _taken(run: Callable[[], int]) -> tuple[int, float]:
    """How many statements a sweep takes, and how many milliseconds."""
    return statements(run), medians({"": lambda _number: run()}, ROUNDS)[""]


def _figures(
    database: str, what: str, few: tuple[int, float], many: tuple[int, float]
) -> list[Figure]:
    row = partial(figure, NAME, database, beside=f"{FEW:,} open")
    name = f"{what}, {OPEN:,} open"
    return [
        row(f"{name}, statements", many[0], "statements", beside_value=few[0], goal=Goal(1)),
        row(f"{name}, time", many[1], "ms", beside_value=few[1], goal=Goal(2)),
    ]


class Others:
    """Open returns of ever more schools, all of them due on other days than those of the audit."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        first = audit.returns.order_by("pk")[0]
        self.due, self.agency = first.due, first.agency_id
        self.schools = 0

    def grow(self, size: int) -> None:
        """Store schools, each with a return on every case, until about so many are open."""
        wanted = size // CASES
        with connection.cursor() as cursor:
            cursor.execute(_schools(self.agency, self.schools, wanted))
            cursor.execute(_returns(self.audit.pk, self.agency, self.schools, self._days()))
            cursor.execute("ANALYZE")
        self.schools = wanted

    def _days(self) -> list[date]:
        return [self.due + timedelta(days=AWAY + number) for number in range(OTHER_DAYS)]


def _schools(agency: int, start: int, stop: int) -> str:
    return f"""
        INSERT INTO people_setting (agency_id, name)
        WITH RECURSIVE numbers(n) AS (
            SELECT {start} UNION ALL SELECT n + 1 FROM numbers WHERE n < {stop - 1}
        )
        SELECT {agency}, 'School ' || n FROM numbers
    """  # noqa: S608 - numbers of our own


def _returns(audit: int, agency: int, start: int, days: list[date]) -> str:
    """SQL that copies the agency's own returns, once for each school after the first so many."""
    columns = [str(each.column) for each in AgencyReturn._meta.concrete_fields if each.name != "id"]
    literal = "DATE '{}'" if connection.vendor == "postgresql" else "'{}'"
    whens = " ".join(
        f"WHEN {number} THEN {literal.format(day.isoformat())}" for number, day in enumerate(days)
    )
    copied = {
        "public_id": "'c' || school.id || '-' || row.id",
        "setting_id": "school.id",
        "due": f"CASE school.id % {len(days)} {whens} END",
    }
    return f"""
        INSERT INTO returns_agencyreturn ({", ".join(f'"{name}"' for name in columns)})
        SELECT {", ".join(copied.get(name, f'row."{name}"') for name in columns)}
        FROM returns_agencyreturn AS row CROSS JOIN people_setting AS school
        WHERE row.audit_id = {audit} AND row.agency_id = {agency} AND row.setting_id IS NULL
        AND school.agency_id = {agency}
        AND school.id IN (
            SELECT id FROM people_setting WHERE agency_id = {agency} ORDER BY id
            LIMIT 1000000000 OFFSET {start}
        )
        ORDER BY school.id, row.id
    """  # noqa: S608 - tables and numbers of our own
