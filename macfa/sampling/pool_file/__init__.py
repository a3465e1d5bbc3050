"""The pool as a file: a CSV or XLSX list of cases, read whole or refused with every fault named.

Two steps, since a person says between them what the columns mean: ``read_header`` shows column
names and a preview, ``read_pool`` gives the rows. Nothing is stored here, and the kind of file is
told by its content, never by its name.
"""

from dataclasses import replace
from itertools import islice
from pathlib import Path

from macfa.sampling.pool_file.csv_file import read_csv
from macfa.sampling.pool_file.guess import suggest_layout
from macfa.sampling.pool_file.header import columns_of
from macfa.sampling.pool_file.rows import Reading, check_layout
from macfa.sampling.pool_file.shapes import (
    MAX_BYTES,
    Fault,
    Pool,
    PoolFaults,
    PoolFile,
    PoolHeader,
    PoolLayout,
    Row,
)
from macfa.sampling.pool_file.table import Table, filled, refusal
from macfa.sampling.pool_file.xlsx_file import read_xlsx

__all__ = [
    "MAX_BYTES",
    "Fault",
    "Pool",
    "PoolFaults",
    "PoolFile",
    "PoolHeader",
    "PoolLayout",
    "Row",
    "neutral_name",
    "read_header",
    "read_pool",
    "suggest_layout",
]

PREVIEW_ROWS = 10


def read_header(file: PoolFile) -> PoolHeader:
    """Column names, the first rows and how many there are."""
    table = _open(file)
    columns = columns_of(table)
    shown = islice(table.rows[1:], PREVIEW_ROWS)
    return PoolHeader(
        columns=columns,
        preview=tuple(filled(cells, len(columns)) for _, cells in shown),
        row_count=len(table.rows) - 1,
        notes=table.notes,
    )


def read_pool(file: PoolFile, layout: PoolLayout) -> Pool:
    """Every row of the file, or ``PoolFaults`` with every fault in it."""
    table = _open(file)
    columns = columns_of(table)
    check_layout(columns, layout)
    reading = Reading(columns, layout, table.short_rows_are_faults)
    rows = tuple(reading.rows(table.rows[1:]))
    if reading.faults:
        raise PoolFaults(reading.faults)
    return Pool(columns, rows, table.notes)


def _open(file: PoolFile) -> Table:
    """The table in the file, whichever kind of file its content says it is."""
    if len(file.content) > MAX_BYTES:
        raise refusal("It is larger than 10 MB.")
    if not file.content.strip():
        raise refusal("It is empty.")
    is_workbook = _is_workbook(file.content)
    table = read_xlsx(file) if is_workbook else read_csv(file)
    if len(table.rows) < 2:
        raise refusal("It has column names but no rows." if table.rows else "It has no rows.")
    return replace(table, notes=table.notes + _name_notes(file.name, is_workbook=is_workbook))


def neutral_name(content: bytes) -> str:
    """What a file is called once it is stored: its own name may be that of a child."""
    return f"List of cases ({'Excel' if _is_workbook(content) else 'CSV'})"


def _is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def _name_notes(name: str, *, is_workbook: bool) -> tuple[str, ...]:
    kind, ending = ("an Excel workbook", ".xlsx") if is_workbook else ("a CSV file", ".csv")
    named_otherwise = Path(name).suffix.lower() in {".csv", ".xlsx", ".xls"} - {ending}
    return (f"The file was read as {kind}, whatever its name says.",) if named_otherwise else ()
