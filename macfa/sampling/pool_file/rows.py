"""The rows of a pool file, each a case of the pool, and every fault in them."""

from collections.abc import Iterable, Iterator, Sequence

from openpyxl.utils.cell import get_column_letter

from macfa.sampling.pool_file.shapes import (
    MAX_FAULTS,
    Fault,
    PoolFaults,
    PoolLayout,
    Row,
    cut_short,
)
from macfa.sampling.pool_file.table import MAX_CELL, TOO_LONG, UNSEEN, BadCell, Cells, filled


def check_layout(columns: Sequence[str], layout: PoolLayout) -> None:
    """Each column that is named is there, and has one meaning."""
    one_id = (layout.row_id_column,) if layout.row_id_column else ()
    named = [*one_id, *layout.characteristics, *layout.identifying]
    faults = [Fault(1, c, "This column is not in the file.") for c in named if c not in columns]
    twice = sorted({column for column in named if named.count(column) > 1})
    faults += [Fault(1, c, "This column can have one meaning only.") for c in twice]
    astray = [column for column in layout.strata if column not in layout.characteristics]
    faults += [Fault(1, c, "A stratum needs a column of characteristics.") for c in astray]
    if faults:
        raise PoolFaults(faults)


class Reading:
    """One pass over the rows, which collects faults as it goes."""

    def __init__(self, columns: Sequence[str], layout: PoolLayout, short_is_fault: bool) -> None:
        self.layout = layout
        self.width = len(columns)
        self.short_is_fault = short_is_fault
        self.place = {column: place for place, column in enumerate(columns)}
        one_id = {layout.row_id_column} - {""}
        self.required = one_id | set(layout.strata)
        self.read = [*one_id, *layout.characteristics, *layout.identifying]
        self.seen: dict[str, int] = {}
        self.faults: list[Fault] = []

    def rows(self, numbered: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
        for number, cells in numbered:
            self.faults += self._faults(number, cells)
            if len(self.faults) > MAX_FAULTS:
                self.faults = cut_short(self.faults)
                return
            yield self._row(number, filled(cells, self.width))

    def _row(self, number: int, cells: Cells) -> Row:
        return Row(
            number=number,
            row_id=self._row_id(number, cells),
            characteristics={c: cells[self.place[c]] for c in self.layout.characteristics},
            identity={c: cells[self.place[c]] for c in self.layout.identifying},
        )

    def _row_id(self, number: int, cells: Cells) -> str:
        column = self.layout.row_id_column
        return cells[self.place[column]] if column else str(number)

    def _faults(self, number: int, cells: Cells) -> Iterator[Fault]:
        if self.short_is_fault and len(cells) < self.width:
            message = f"This row has {len(cells)} cells and the header has {self.width}."
            yield Fault(number, None, message)
            return
        for place in range(self.width, len(cells)):
            if cells[place]:
                message = "This cell lies beyond the last column that has a name."
                yield Fault(number, get_column_letter(place + 1), message)
        full = filled(cells, self.width)
        for column in self.read:
            message = _cell_fault(full[self.place[column]], required=column in self.required)
            if message:
                yield Fault(number, column, message)
        yield from self._repeated(number, full)

    def _repeated(self, number: int, cells: Cells) -> Iterator[Fault]:
        row_id = self._row_id(number, cells)
        first = self.seen.setdefault(row_id, number)
        if row_id and first != number:
            message = f"This row id is also that of row {first}. Each row needs its own."
            yield Fault(number, self.layout.row_id_column, message)


def _cell_fault(cell: str, *, required: bool) -> str:
    if isinstance(cell, BadCell):
        return str(cell)
    if not cell:
        return "This cell is empty, and every row needs a value here." if required else ""
    if len(cell) > MAX_CELL:
        return TOO_LONG
    if not cell.isprintable() and UNSEEN.search(cell):
        return "This cell holds a character that cannot be seen. Type its text again."
    return ""
