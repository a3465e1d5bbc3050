"""The table in a pool file: what CSV and XLSX have in common."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from macfa.sampling.pool_file.shapes import Fault, PoolFaults

MAX_ROWS = 50_000
MAX_COLUMNS = 200
LAST_EXCEL_ROW = 1_048_576
MAX_CELL = 200
TOO_LONG = f"This cell holds more than {MAX_CELL} characters."

_BREAKS = re.compile(r"[\t\r\n]+")
# Control characters, and those that hide or turn round the text beside them. The joiners that
# some scripts need in names are allowed.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class Cells(tuple[str, ...]):
    """The cells of one row as trimmed text, which no traceback can show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} cells>"


class BadCell(str):
    """A cell that holds something other than a value; its text says what."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that are not blank, each with its number; the header is the first."""

    rows: list[tuple[int, Cells]] = field(repr=False)
    notes: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    short_rows_are_faults: bool = False


def refusal(message: str, row: int | None = None, column: str | None = None) -> PoolFaults:
    return PoolFaults([Fault(row, column, message)])


def collect(numbered: Iterable[tuple[int, Cells]]) -> list[tuple[int, Cells]]:
    """The rows that hold something, within the limits."""
    rows: list[tuple[int, Cells]] = []
    for number, cells in numbered:
        if number > LAST_EXCEL_ROW:
            break
        if len(cells) > MAX_COLUMNS:
            raise refusal(f"It reaches beyond {MAX_COLUMNS} columns.", number)
        if any(cells) or number == 1:
            rows.append((number, cells))
        if len(rows) > MAX_ROWS + 1:
            raise refusal(f"The file has more than {MAX_ROWS:,} rows.", number)
    return rows


def tidy(text: str) -> str:
    """Trimmed, with a line break inside a cell (as in an address) turned into a space."""
    text = text.strip()
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def filled(cells: Sequence[str], width: int) -> Cells:
    return Cells((*cells[:width], *[""] * (width - len(cells))))
