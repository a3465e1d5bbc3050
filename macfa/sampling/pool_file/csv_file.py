"""A pool file in CSV: UTF-8, separated by commas, semicolons or tabs."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from macfa.sampling.pool_file.shapes import MAX_BYTES, Fault, PoolFaults, PoolFile, cut_short
from macfa.sampling.pool_file.table import TOO_LONG, BadCell, Cells, Table, collect, refusal, tidy

# The module's own limit, for all its readers at once, ends a file in the middle of a row. Ours is
# the size of a file, so that a long cell is named by its row and column.
csv.field_size_limit(max(MAX_BYTES, csv.field_size_limit()))
#: A cell longer than any spreadsheet's is not kept, not even for the preview.
LONGEST_KEPT = 32_767

_NOT_CSV = {
    b"\xd0\xcf\x11\xe0": (
        "It is an old .xls workbook, or one with a password. "
        "Save it as an Excel workbook (.xlsx) without a password."
    ),
    b"\xff\xfe": "It is UTF-16 text. Save it as “CSV UTF-8”.",
    b"\xfe\xff": "It is UTF-16 text. Save it as “CSV UTF-8”.",
    b"%PDF": "It is a PDF document, not a CSV file or an Excel workbook.",
    b"{": "It is not a CSV file or an Excel workbook.",
    b"<": "It is a web page or XML, not a CSV file or an Excel workbook.",
}


def read_csv(file: PoolFile) -> Table:
    for start, message in _NOT_CSV.items():
        if file.content.startswith(start):
            raise refusal(message)
    if b"\0" in file.content:
        raise refusal("It is not a CSV file or an Excel workbook.")
    stream = _decoded(file)
    delimiter = _delimiter(stream)
    rows = collect(_records(csv.reader(stream, delimiter=delimiter, strict=True)))
    separated = {";": "semicolons", "\t": "tabs"}.get(delimiter)
    notes = (f"Columns are separated by {separated}.",) if separated else ()
    return Table(rows, notes, short_rows_are_faults=True)


def _records(reader: Iterable[list[str]]) -> Iterator[tuple[int, Cells]]:
    """The rows by number, until one cannot be read."""
    number = 0
    try:
        for number, cells in enumerate((Cells(map(_cell, row)) for row in reader), 1):
            yield number, cells
    except csv.Error:
        message = "It cannot be read: a quotation mark is out of place or never closed."
        raise refusal(message, number + 1) from None


def _cell(text: str) -> str:
    return tidy(text) if len(text) <= LONGEST_KEPT else BadCell(TOO_LONG)


def _decoded(file: PoolFile) -> StringIO:
    """The text of the file; where it is not UTF-8, every line that is not is named."""
    try:
        return StringIO(file.content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError:
        lines = enumerate(file.content.splitlines(), 1)
        message = "This line is not UTF-8 text. Save the file as “CSV UTF-8”."
        faults = [Fault(number, None, message) for number, line in lines if not _is_utf8(line)]
    raise PoolFaults(cut_short(faults))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(stream: StringIO) -> str:
    """Comma, semicolon or tab: whichever makes the most columns of the first line."""
    first = stream.readline()
    stream.seek(0)
    return max(",;\t", key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
