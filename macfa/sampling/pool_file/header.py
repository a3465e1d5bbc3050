"""The header of a pool file: its column names, and what is wrong with them."""

import re
from collections.abc import Iterator, Sequence

from openpyxl.utils.cell import get_column_letter, range_boundaries

from macfa.sampling.pool_file.shapes import Fault, PoolFaults, cut_short
from macfa.sampling.pool_file.table import UNSEEN, BadCell, Cells, Table, refusal

MAX_COLUMN_NAME = 100
_LOOKS_LIKE_A_VALUE = re.compile(r"[\d\s/.:-]+")


def columns_of(table: Table) -> tuple[str, ...]:
    """The column names; blank ones to the right of the list do not count."""
    names = table.rows[0][1]
    while names and not names[-1]:
        names = Cells(names[:-1])
    if not names:
        raise refusal("It is empty, and must hold the column names.", row=1)
    faults = list(_header_faults(names)) + [_merge_fault(ref, names) for ref in table.merged]
    if faults:
        raise PoolFaults(cut_short(faults))
    return tuple(names)


def _header_faults(names: Sequence[str]) -> Iterator[Fault]:
    first_place: dict[str, int] = {}
    for place, name in enumerate(names):
        message = _name_fault(name)
        earlier = first_place.setdefault(name.casefold(), place)
        if not message and earlier != place:
            message = f"This name is also that of column {get_column_letter(earlier + 1)}."
        if message:
            yield Fault(1, get_column_letter(place + 1), message)


def _name_fault(name: str) -> str:
    if not name:
        return "This column has no name."
    if isinstance(name, BadCell):
        return str(name)
    if len(name) > MAX_COLUMN_NAME:
        return f"This column name is longer than {MAX_COLUMN_NAME} characters."
    if UNSEEN.search(name):
        return "This column name holds a character that cannot be seen."
    if _LOOKS_LIKE_A_VALUE.fullmatch(name):
        return "This looks like a value. The first row must hold the column names."
    return ""


def _merge_fault(reference: str, names: Sequence[str]) -> Fault:
    left, top, _, _ = range_boundaries(reference)
    place = left or 1
    column = names[place - 1] if place <= len(names) else get_column_letter(place)
    message = f"The cells {reference} are merged. Unmerge them and fill in each of them."
    return Fault(top, column, message)
