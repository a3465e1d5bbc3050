"""The pool as a file: a CSV or XLSX list of cases, read whole or refused with every fault named.

Two steps, since a person says between them what the columns mean: ``read_header`` shows column
names and a preview, ``read_pool`` gives the rows. Nothing is stored here, and the kind of file is
told by its content, never by its name.

What identifies a child is kept in ``Row.identity`` alone (R7). No message and no ``repr`` shows
the value of a cell, so neither a log nor a traceback can.
"""

import csv
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import get_column_letter, range_boundaries
from openpyxl.utils.escape import unescape

from workflows.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_ELEMENTS = 2_500_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 200
MAX_COLUMN_NAME = 100
MAX_FAULTS = 1_000
LAST_EXCEL_ROW = 1_048_576
PREVIEW_ROWS = 10

_BREAKS = re.compile(r"[\t\r\n]+")
# Control characters, and those that hide or turn round the text beside them. The joiners that
# some scripts need in names are allowed.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LOOKS_LIKE_A_VALUE = re.compile(r"[\d\s/.:-]+")


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


class PoolFaults(Refused):
    """The file cannot be used; ``faults`` says why, in the order of its rows."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"The file has {count} and nothing was stored. {faults[0]}")
        self.faults = tuple(faults)


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


def read_header(file: PoolFile) -> PoolHeader:
    """Column names, the first rows and how many there are."""
    table = _open(file)
    columns = _columns(table)
    shown = islice(table.rows[1:], PREVIEW_ROWS)
    return PoolHeader(
        columns=columns,
        preview=tuple(_filled(cells, len(columns)) for _, cells in shown),
        row_count=len(table.rows) - 1,
        notes=table.notes,
    )


def read_pool(file: PoolFile, layout: PoolLayout) -> Pool:
    """Every row of the file, or ``PoolFaults`` with every fault in it."""
    table = _open(file)
    columns = _columns(table)
    _check_layout(columns, layout)
    reading = _Reading(columns, layout, table.short_rows_are_faults)
    rows = tuple(reading.rows(table.rows[1:]))
    if reading.faults:
        raise PoolFaults(reading.faults)
    return Pool(columns, rows, table.notes)


# The table: what CSV and XLSX have in common


class _Cells(tuple[str, ...]):
    """The cells of one row as trimmed text, which no traceback can show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} cells>"


class _BadCell(str):
    """A cell that holds something other than a value; its text says what."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a file that are not blank, each with its number; the header is the first."""

    rows: list[tuple[int, _Cells]] = field(repr=False)
    notes: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    short_rows_are_faults: bool = False


def _refusal(message: str, row: int | None = None, column: str | None = None) -> PoolFaults:
    return PoolFaults([Fault(row, column, message)])


def _open(file: PoolFile) -> _Table:
    """The table in the file, whichever kind of file its content says it is."""
    if len(file.content) > MAX_BYTES:
        raise _refusal("It is larger than 10 MB.")
    if not file.content.strip():
        raise _refusal("It is empty.")
    is_workbook = file.content.startswith(b"PK\x03\x04")
    table = _read_xlsx(file) if is_workbook else _read_csv(file)
    if len(table.rows) < 2:
        raise _refusal("It has column names but no rows." if table.rows else "It has no rows.")
    return replace(table, notes=table.notes + _name_notes(file.name, is_workbook=is_workbook))


def _name_notes(name: str, *, is_workbook: bool) -> tuple[str, ...]:
    kind, ending = ("an Excel workbook", ".xlsx") if is_workbook else ("a CSV file", ".csv")
    named_otherwise = Path(name).suffix.lower() in {".csv", ".xlsx", ".xls"} - {ending}
    return (f"The file was read as {kind}, whatever its name says.",) if named_otherwise else ()


def _collect(numbered: Iterable[tuple[int, _Cells]]) -> list[tuple[int, _Cells]]:
    """The rows that hold something, within the limits."""
    rows: list[tuple[int, _Cells]] = []
    for number, cells in numbered:
        if number > LAST_EXCEL_ROW:
            break
        if len(cells) > MAX_COLUMNS:
            raise _refusal(f"It reaches beyond {MAX_COLUMNS} columns.", number)
        if any(cells) or number == 1:
            rows.append((number, cells))
        if len(rows) > MAX_ROWS + 1:
            raise _refusal(f"The file has more than {MAX_ROWS:,} rows.", number)
    return rows


def _tidy(text: str) -> str:
    """Trimmed, with a line break inside a cell (as in an address) turned into a space."""
    text = text.strip()
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def _filled(cells: Sequence[str], width: int) -> _Cells:
    return _Cells((*cells[:width], *[""] * (width - len(cells))))


# The header


def _columns(table: _Table) -> tuple[str, ...]:
    """The column names; blank ones to the right of the list do not count."""
    names = table.rows[0][1]
    while names and not names[-1]:
        names = _Cells(names[:-1])
    if not names:
        raise _refusal("It is empty, and must hold the column names.", row=1)
    faults = list(_header_faults(names)) + [_merge_fault(ref, names) for ref in table.merged]
    if faults:
        raise PoolFaults(faults[:MAX_FAULTS])
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
    if isinstance(name, _BadCell):
        return str(name)
    if len(name) > MAX_COLUMN_NAME:
        return f"This column name is longer than {MAX_COLUMN_NAME} characters."
    if _UNSEEN.search(name):
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


# The rows


def _check_layout(columns: Sequence[str], layout: PoolLayout) -> None:
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


class _Reading:
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

    def rows(self, numbered: Iterable[tuple[int, _Cells]]) -> Iterator[Row]:
        for number, cells in numbered:
            self.faults += self._faults(number, cells)
            if len(self.faults) > MAX_FAULTS:
                more = f"There are more than {MAX_FAULTS:,} faults. Mend these first."
                self.faults[MAX_FAULTS:] = [Fault(None, None, more)]
                return
            yield self._row(number, _filled(cells, self.width))

    def _row(self, number: int, cells: _Cells) -> Row:
        return Row(
            number=number,
            row_id=self._row_id(number, cells),
            characteristics={c: cells[self.place[c]] for c in self.layout.characteristics},
            identity={c: cells[self.place[c]] for c in self.layout.identifying},
        )

    def _row_id(self, number: int, cells: _Cells) -> str:
        column = self.layout.row_id_column
        return cells[self.place[column]] if column else str(number)

    def _faults(self, number: int, cells: _Cells) -> Iterator[Fault]:
        if self.short_is_fault and len(cells) < self.width:
            message = f"This row has {len(cells)} cells and the header has {self.width}."
            yield Fault(number, None, message)
            return
        for place in range(self.width, len(cells)):
            if cells[place]:
                message = "This cell lies beyond the last column that has a name."
                yield Fault(number, get_column_letter(place + 1), message)
        full = _filled(cells, self.width)
        for column in self.read:
            message = _cell_fault(full[self.place[column]], required=column in self.required)
            if message:
                yield Fault(number, column, message)
        yield from self._repeated(number, full)

    def _repeated(self, number: int, cells: _Cells) -> Iterator[Fault]:
        row_id = self._row_id(number, cells)
        first = self.seen.setdefault(row_id, number)
        if row_id and first != number:
            message = f"This row id is also that of row {first}. Each row needs its own."
            yield Fault(number, self.layout.row_id_column, message)


def _cell_fault(cell: str, *, required: bool) -> str:
    if isinstance(cell, _BadCell):
        return str(cell)
    if not cell:
        return "This cell is empty, and every row needs a value here." if required else ""
    if len(cell) > MAX_CELL:
        return f"This cell holds more than {MAX_CELL} characters."
    if not cell.isprintable() and _UNSEEN.search(cell):
        return "This cell holds a character that cannot be seen. Type its text again."
    return ""


# CSV

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


def _read_csv(file: PoolFile) -> _Table:
    for start, message in _NOT_CSV.items():
        if file.content.startswith(start):
            raise _refusal(message)
    if b"\0" in file.content:
        raise _refusal("It is not a CSV file or an Excel workbook.")
    stream = _decoded(file)
    delimiter = _delimiter(stream)
    rows = _collect(_records(csv.reader(stream, delimiter=delimiter, strict=True)))
    separated = {";": "semicolons", "\t": "tabs"}.get(delimiter)
    notes = (f"Columns are separated by {separated}.",) if separated else ()
    return _Table(rows, notes, short_rows_are_faults=True)


def _records(reader: Iterable[list[str]]) -> Iterator[tuple[int, _Cells]]:
    """The rows by number, until one cannot be read."""
    number = 0
    try:
        for number, cells in enumerate((_Cells(map(_tidy, row)) for row in reader), 1):
            yield number, cells
    except csv.Error:
        message = "It cannot be read: a quotation mark is out of place or never closed."
        raise _refusal(message, number + 1) from None


def _decoded(file: PoolFile) -> StringIO:
    """The text of the file; where it is not UTF-8, every line that is not is named."""
    try:
        return StringIO(file.content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError:
        lines = enumerate(file.content.splitlines(), 1)
        message = "This line is not UTF-8 text. Save the file as “CSV UTF-8”."
        faults = [Fault(number, None, message) for number, line in lines if not _is_utf8(line)]
    raise PoolFaults(faults[:MAX_FAULTS])


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


# XLSX


def _read_xlsx(file: PoolFile) -> _Table:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _workbook_table(file)
    except PoolFaults:
        raise
    except Exception:  # noqa: BLE001  a damaged workbook makes its reader raise almost anything
        raise _refusal("It is damaged, or is not an Excel workbook (.xlsx).") from None


def _workbook_table(file: PoolFile) -> _Table:
    with ZipFile(BytesIO(file.content)) as archive:
        scan = _PackageScan(archive)
    reader = ExcelReader(BytesIO(file.content), read_only=True, data_only=False, keep_links=False)
    reader.read()
    sheets = reader.wb.worksheets
    sheet = next((s for s in sheets if s.sheet_state == "visible"), None)
    if sheet is None:
        raise _refusal("It has no sheet with rows.")
    part = {child.name: relation.target for child, relation in reader.parser.find_sheets()}
    hidden = scan.hidden_rows[part[sheet.title]]
    sheet.reset_dimensions()
    limited = (islice(cells, MAX_COLUMNS + 1) for cells in sheet.iter_rows())
    rows = _collect(enumerate((_Cells(map(_cell_text, cells)) for cells in limited), 1))
    reader.wb.close()
    merged = tuple(scan.merged[part[sheet.title]])
    return _Table(rows, tuple(_sheet_notes(len(sheets), hidden)), merged)


def _sheet_notes(sheets: int, hidden: int) -> Iterator[str]:
    if sheets > 1:
        yield f"The workbook has {sheets} sheets. Only the first that can be seen was read."
    if hidden:
        rows = "1 row is" if hidden == 1 else f"{hidden} rows are"
        yield f"{rows} hidden in the workbook, by a filter perhaps, and read all the same."


def _cell_text(cell: Cell | MergedCell) -> str:
    if cell.data_type == "f":
        return _BadCell("This cell holds a formula. Paste its value in its place.")
    if cell.data_type == "e":
        return _BadCell("This cell holds an error instead of a value.")
    return _value_text(cell.value)


def _value_text(value: object) -> str:
    """A value as text: dates in ISO form, whole numbers without a point."""
    match value:
        case None:
            return ""
        case str():
            return _tidy(unescape(value) if "_x" in value else value)
        case bool():
            return str(value).upper()
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


class _PackageScan:
    """One pass over every part of a workbook, before any of it is built in memory.

    It refuses what only an attack would hold (entities, millions of elements, a row of thousands
    of cells), and finds merged cells and hidden rows, of which openpyxl's reader of large
    workbooks says nothing.
    """

    def __init__(self, archive: ZipFile) -> None:
        self.merged: dict[str, list[str]] = defaultdict(list)
        self.hidden_rows: dict[str, int] = defaultdict(int)
        self.elements = 0
        self.cells = 0
        self.in_sheet = False
        _check_archive(archive)
        for part in archive.infolist():
            self._scan(part.filename, archive.read(part))

    def _scan(self, part: str, content: bytes) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            self._element(part, name.rpartition(":")[2], attributes)

        self.in_sheet = False
        parser = ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = start
        try:
            parser.Parse(content, True)
        except ExpatError:
            return  # a picture, or damage that openpyxl meets at the same place

    def _doctype(self, *_: object) -> None:
        raise _refusal("It declares XML entities, which no ordinary workbook does.")

    def _element(self, part: str, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if tag == "worksheet":
            self.in_sheet = True
        elif tag == "c":
            self.cells += self.in_sheet
        elif tag == "row":
            self.cells = 0
            self.hidden_rows[part] += attributes.get("hidden") in {"1", "true"}
        elif tag == "mergeCell":
            self.merged[part].append(attributes["ref"])
        if self.elements > MAX_ELEMENTS or self.cells > MAX_COLUMNS:
            raise _refusal(f"It holds too much. Keep to one sheet of up to {MAX_COLUMNS} columns.")


def _check_archive(archive: ZipFile) -> None:
    """Refuse by the table of contents alone; a part never unpacks to more than it declares."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _refusal("It unpacks to more than 50 MB.")
    if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
        raise _refusal("It is packed in a way that no ordinary workbook is.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise _refusal("It holds macros. Save it as an Excel workbook without them (.xlsx).")


# The first guess at what columns mean

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IDENTIFYING = re.compile(
    r"\b(names?|forenames?|firstname|surname|lastname|fullname|initials|alias|dob|birth|birthdate"
    r"|born|address|street|post ?code|uprn|phone|telephone|mobile|e ?mail|nhs|upn|uln|pnc|crn"
    r"|social care|record|mosaic|liquidlogic|lcs|parents?|mothers?|fathers?|carers?|guardians?"
    r"|siblings?|brothers?|sisters?|worker|school|gp)\b"
)
_ROW_ID_NAMES = (
    "row id", "rowid", "row", "row no", "row number", "list no", "list number", "pool id", "id",
    "ref", "reference", "no", "number", "case id", "case ref", "case no", "case number", "case",
)  # fmt: skip
_ROW_ID_ENDING = re.compile(r"\b(id|ref|reference|no|number)$")


def suggest_layout(columns: Sequence[str]) -> PoolLayout:
    """A guess for the coordinator to correct; in doubt a column is taken as identifying."""
    words = {c: " ".join(_WORDS.findall(c)).lower() for c in columns}
    identifying = tuple(c for c in columns if _IDENTIFYING.search(words[c]))
    row_id = _guess_row_id({words[c]: c for c in columns if c not in identifying})
    taken = {row_id, *identifying}
    return PoolLayout(row_id, tuple(c for c in columns if c not in taken), identifying)


def _guess_row_id(by_name: Mapping[str, str]) -> str:
    """The column that most looks like a number in the list; none when no column does."""
    known = [by_name[name] for name in _ROW_ID_NAMES if name in by_name]
    alike = [column for name, column in by_name.items() if _ROW_ID_ENDING.search(name)]
    return next(iter(known + alike), "")
