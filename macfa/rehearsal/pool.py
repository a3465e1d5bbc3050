"""The invented pool of an audit: a file in which the draw finds the cases of the script."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING
from zlib import crc32

from macfa.sampling.draw import Drawn, Plan, Quota, draw
from macfa.sampling.pool_file import PoolLayout, Row

if TYPE_CHECKING:
    from macfa.rehearsal.script import AuditScript, CaseScript

CHARACTERISTICS = ("status", "sex", "age band", "locality")
IDENTIFYING = ("name", "date of birth", "address", "NHS number")
HEADER = ("row", *CHARACTERISTICS, *IDENTIFYING)
LAYOUT = PoolLayout(
    row_id_column="row",
    characteristics=CHARACTERISTICS,
    identifying=IDENTIFYING,
    strata=("status",),
)
LOCALITIES = ("North", "Riverside", "Old Town", "Hillside")


def plan(script: AuditScript) -> Plan:
    """The draw the coordinator asks for."""
    quotas = tuple(Quota("status", name, size) for name, size in script.strata)
    return Plan(seed=script.seed, quotas=quotas, reserves=script.reserves)


def drawn(script: AuditScript) -> Drawn:
    """What the draw will find; it depends on row ids and strata alone."""
    rows = [
        Row(number, row_id, {"status": status}, {})
        for number, (row_id, status) in enumerate(_rows(script), 1)
    ]
    return draw(rows, plan(script))


def _rows(script: AuditScript) -> list[tuple[str, str]]:
    names = [name for name, _size in script.strata]
    return [
        (f"{script.prefix}{number:04}", names[number % len(names)])
        for number in range(1, script.population + 1)
    ]


def pool_file(script: AuditScript, known: dict[str, CaseScript]) -> bytes:
    """The pool as a CSV file. `known` has the cases of the script by the row they come from, so
    that sex and age band fit the case."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number, (row_id, status) in enumerate(_rows(script)):
        case = known.get(row_id)
        sex = case.sex if case else "FM"[number % 2]
        age = case.age if case else ("5–7", "8–10")[number // 2 % 2]
        place = LOCALITIES[number % len(LOCALITIES)]
        child = f"Invented Child {number + 1}"
        street, nhs = f"{number + 1} No Street", _nhs_number(row_id)
        writer.writerow((row_id, status, sex, age, place, child, "1 January 2000", street, nhs))
    return out.getvalue().encode()


def _nhs_number(row_id: str) -> str:
    """A number that is nobody's: those that begin with 999 are never given to a patient."""
    return f"999{crc32(row_id.encode()) % 10_000_000:07}"
