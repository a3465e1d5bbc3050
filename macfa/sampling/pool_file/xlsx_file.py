"""A pool file in XLSX: the first sheet that can be seen."""

import warnings
from collections.abc import Iterator
from datetime import datetime, time
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
    return _value_text(cell.value)


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
