"""A pool file in XLSX: the first sheet that can be seen."""

import re
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from functools import lru_cache
from io import BytesIO
from itertools import islice
from zipfile import ZipFile

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.escape import unescape

from macfa.sampling.pool_file.package import PackageScan
from macfa.sampling.pool_file.shapes import PoolFaults, PoolFile
from macfa.sampling.pool_file.table import (
    MAX_COLUMNS,
    BadCell,
    Cells,
    Table,
    collect,
    refusal,
    tidy,
)


def read_xlsx(file: PoolFile) -> Table:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _workbook_table(file)
    except PoolFaults:
        raise
    except Exception:  # noqa: BLE001  a damaged workbook makes its reader raise almost anything
        raise refusal("It is damaged, or is not an Excel workbook (.xlsx).") from None


def _workbook_table(file: PoolFile) -> Table:
    with ZipFile(BytesIO(file.content)) as archive:
        scan = PackageScan(archive)
    reader = ExcelReader(BytesIO(file.content), read_only=True, data_only=False, keep_links=False)
    reader.read()
    sheets = reader.wb.worksheets
    sheet = next((s for s in sheets if s.sheet_state == "visible"), None)
    if sheet is None:
        raise refusal("It has no sheet with rows.")
    part = {child.name: relation.target for child, relation in reader.parser.find_sheets()}
    hidden = scan.hidden_rows[part[sheet.title]]
    sheet.reset_dimensions()
    limited = (islice(cells, MAX_COLUMNS + 1) for cells in sheet.iter_rows())
    rows = collect(enumerate((Cells(map(_cell_text, cells)) for cells in limited), 1))
    reader.wb.close()
    merged = tuple(scan.merged[part[sheet.title]])
    return Table(rows, tuple(_sheet_notes(len(sheets), hidden)), merged)


def _sheet_notes(sheets: int, hidden: int) -> Iterator[str]:
    if sheets > 1:
        yield f"The workbook has {sheets} sheets. Only the first that can be seen was read."
    if hidden:
        rows = "1 row is" if hidden == 1 else f"{hidden} rows are"
        yield f"{rows} hidden in the workbook, by a filter perhaps, and read all the same."


def _cell_text(cell: Cell | MergedCell) -> str:
    if cell.data_type == "f":
        return BadCell("This cell holds a formula. Paste its value in its place.")
    if cell.data_type == "e":
        return BadCell("This cell holds an error instead of a value.")
    text = _value_text(cell.value)
    if isinstance(cell.value, (int, float)) and text.isdecimal():
        return _padded(text, cell.number_format)
    return text


def _value_text(value: object) -> str:
    """A value as text: dates in ISO form, whole numbers without a point."""
    match value:
        case None:
            return ""
        case str():
            return tidy(unescape(value) if "_x" in value else value)
        case bool():
            return str(value).upper()
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


# A number format that shows a fixed number of digits, such as 00000 or 000 000 0000: zeros, and
# between them what stands as it is written.
_ITEM = r'0|[ -]|\\.|_.|"[^"]*"'
_FIXED_DIGITS = re.compile(f"(?:{_ITEM})+")
_ITEMS = re.compile(_ITEM)


def _padded(digits: str, number_format: str | None) -> str:
    """A whole number as Excel shows it where the format asks for leading zeros."""
    items = _items(number_format or "")
    places = items.count("0")
    if places < 2:
        return digits
    digits = digits.zfill(places)
    first = len(digits) - places + 1
    left = iter([digits[:first], *digits[first:]])
    return tidy("".join(next(left) if item == "0" else _literal(item) for item in items))


@lru_cache(maxsize=256)
def _items(number_format: str) -> tuple[str, ...]:
    """The zeros of a format and what stands between them; nothing for any other format."""
    positive = number_format.partition(";")[0]
    return tuple(_ITEMS.findall(positive)) if _FIXED_DIGITS.fullmatch(positive) else ()


def _literal(item: str) -> str:
    """What a format shows besides digits: `\\-`, `"ID "`; `_)` is a gap at the edge."""
    return "" if item.startswith("_") else item.strip('"').removeprefix("\\")
