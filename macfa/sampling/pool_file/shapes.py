"""What a pool file is and says: its rows, what its columns mean, and its faults.

What identifies a child is kept in ``Row.identity`` alone (R7). No message and no ``repr`` shows
the value of a cell, so neither a log nor a traceback can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workflows.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class PoolFile:
    """An uploaded file."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PoolLayout:
    """What the columns mean, as the coordinator says. Columns not named are not read.

    Where ``row_id_column`` is empty, a row's id is its number in the file: the choice for a list
    whose only number is a record number, which belongs to the identity key. In the columns named
    as ``strata`` (characteristics too) no cell may be empty.
    """

    row_id_column: str
    characteristics: tuple[str, ...]
    identifying: tuple[str, ...]
    strata: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where: row and column as a spreadsheet counts them, the header is row 1."""

    row: int | None
    column: str | None
    message: str

    @property
    def place(self) -> str:
        row = f"Row {self.row}" if self.row else ""
        column = f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (row, column) if part) or "The file"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def cut_short(faults: Sequence[Fault]) -> list[Fault]:
    """No more faults than anybody reads; where there are more, the last says so."""
    if len(faults) <= MAX_FAULTS:
        return list(faults)
    more = f"There are more than {MAX_FAULTS:,} faults. Mend these first."
    return [*faults[:MAX_FAULTS], Fault(None, None, more)]


class PoolFaults(Refused):
    """The file cannot be used; ``faults`` says why, in the order of its rows."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"The file has {self.count} and nothing was stored. {faults[0]}")

    @property
    def count(self) -> str:
        """How many faults there are, in words; they are counted up to a limit."""
        if len(self.faults) > MAX_FAULTS:
            return f"more than {MAX_FAULTS:,} faults"
        return "1 fault" if len(self.faults) == 1 else f"{len(self.faults):,} faults"


@dataclass(frozen=True, slots=True)
class PoolHeader:
    """What the file holds at a glance, for the person who says what its columns mean."""

    columns: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...] = field(repr=False)
    row_count: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the pool. ``identity`` goes into the identity key and nowhere else."""

    number: int
    row_id: str
    characteristics: Mapping[str, str]
    identity: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """A whole list of cases, free of faults."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
