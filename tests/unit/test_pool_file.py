"""The pool file: read whole, or refused with every fault named by row and column."""

import time
import traceback
from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from types import TracebackType
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from macfa.sampling.pool_file import (
    Fault,
    Pool,
    PoolFaults,
    PoolFile,
    PoolLayout,
    package,
    read_header,
    read_pool,
    suggest_layout,
    table,
)

HEADER = ("row id", "status", "age", "name", "date of birth")
LAYOUT = PoolLayout("row id", ("status", "age"), ("name", "date of birth"), strata=("status",))
ROWS = (
    ("R1", "EH", "5 to 9", "Wren Larkspur", "2018-03-01"),
    ("R2", "CP", "", "Robin Teasel", "2019-11-30"),
)


def csv_file(text: str, name: str = "pool.csv") -> PoolFile:
    return PoolFile(name, text.encode())


def csv_of(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> PoolFile:
    return csv_file("".join(",".join(row) + "\n" for row in (header, *rows)))


def saved(book: Workbook, name: str = "pool.xlsx") -> PoolFile:
    stream = BytesIO()
    book.save(stream)
    return PoolFile(name, stream.getvalue())


def xlsx_of(
    rows: Sequence[Sequence[object]], edit: Callable[[Worksheet], object] = lambda _: None
) -> PoolFile:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (HEADER, *rows):
        sheet.append(list(row))
    edit(sheet)
    return saved(book)


def repacked(
    file: PoolFile, part: str, edit: Callable[[bytes], bytes], packing: int = ZIP_DEFLATED
) -> PoolFile:
    """The same workbook with one part changed, or added where it was not there."""
    stream = BytesIO()
    with ZipFile(BytesIO(file.content)) as old, ZipFile(stream, "w", packing) as new:
        for name in old.namelist():
            new.writestr(name, edit(old.read(name)) if name == part else old.read(name))
        if part not in old.namelist():
            new.writestr(part, edit(b""))
    return PoolFile(file.name, stream.getvalue())


def faults_of(file: PoolFile, layout: PoolLayout = LAYOUT) -> list[str]:
    with pytest.raises(PoolFaults) as refusal:
        read_pool(file, layout)
    return [str(fault) for fault in refusal.value.faults]


BOTH = pytest.mark.parametrize("file", [csv_of(ROWS), xlsx_of(ROWS)], ids=["csv", "xlsx"])


@BOTH
def test_both_formats_give_the_same_pool(file: PoolFile) -> None:
    pool = read_pool(file, LAYOUT)
    assert pool.columns == HEADER
    assert [(row.number, row.row_id) for row in pool.rows] == [(2, "R1"), (3, "R2")]
    assert pool.rows[0].characteristics == {"status": "EH", "age": "5 to 9"}
    assert pool.rows[0].identity == {"name": "Wren Larkspur", "date of birth": "2018-03-01"}
    assert pool.notes == ()


@BOTH
def test_the_header_shows_columns_first_rows_and_how_many_there_are(file: PoolFile) -> None:
    header = read_header(file)
    assert header.columns == HEADER
    assert header.preview == ROWS
    assert header.row_count == 2


def test_the_preview_stops_at_ten_rows() -> None:
    header = read_header(csv_file("id\n" + "\n".join(map(str, range(30)))))
    assert (len(header.preview), header.row_count) == (10, 30)


def test_columns_without_a_meaning_are_not_read() -> None:
    pool = read_pool(csv_of(ROWS), PoolLayout("row id", ("status",), ()))
    assert "Larkspur" not in str([(row.characteristics, row.identity) for row in pool.rows])


def test_a_list_without_row_ids_uses_the_number_of_the_row() -> None:
    pool = read_pool(csv_of(ROWS), PoolLayout("", ("status",), ("name",)))
    assert [row.row_id for row in pool.rows] == ["2", "3"]


def test_values_are_trimmed_and_a_line_break_in_a_cell_becomes_a_space() -> None:
    file = csv_file('id,address\n 7 ,"1 Mill Lane\r\nFernhollow "\n')
    pool = read_pool(file, PoolLayout("id", (), ("address",)))
    assert pool.rows[0].row_id == "7"
    assert pool.rows[0].identity == {"address": "1 Mill Lane Fernhollow"}


@pytest.mark.parametrize(
    ("delimiter", "note"),
    [
        (",", ()),
        (";", ("Columns are separated by semicolons.",)),
        ("\t", ("Columns are separated by tabs.",)),
    ],
)
def test_the_separator_is_found_and_said(delimiter: str, note: tuple[str, ...]) -> None:
    header = read_header(csv_file('id,"a,b;c",d\n1,2,3\n'.replace(",", delimiter)))
    assert len(header.columns) == 3
    assert header.notes == note


def test_a_byte_order_mark_blank_lines_and_blank_columns_at_the_right_do_no_harm() -> None:
    file = PoolFile("pool.csv", b"\xef\xbb\xbfid,status,,\r\n1,EH,,\r\n\r\n2,CP,,\r\n,,,\r\n")
    pool = read_pool(file, PoolLayout("id", ("status",), ()))
    assert [(row.number, row.row_id) for row in pool.rows] == [(2, "1"), (4, "2")]


def test_workbook_values_become_plain_text() -> None:
    values = ("R1", 3.0, 2.5, True, date(2018, 3, 1))
    late = ("R2", "x", datetime.fromisoformat("2018-03-01T14:30"), 4857773456, None)
    pool = read_pool(xlsx_of([values, late]), PoolLayout("row id", HEADER[1:], ()))
    assert list(pool.rows[0].characteristics.values()) == ["3", "2.5", "TRUE", "2018-03-01"]
    assert list(pool.rows[1].characteristics.values()) == [
        "x",
        "2018-03-01 14:30:00",
        "4857773456",
        "",
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (7, "00000", "00007"),
        (7.0, "00000;-00000;@", "00007"),
        (123456, "00000", "123456"),
        (70, r"000\-000", "000-070"),
        (4857773456, "000 000 0000", "485 777 3456"),
        (12, '"P"0000_)', "P0012"),
        (7, "General", "7"),
        (7, "0", "7"),
        (7, "0.00", "7"),
        (7, "#,##0", "7"),
        (7.5, "00000", "7.5"),
        (True, "00000", "TRUE"),
        ("7", "00000", "7"),
    ],
)
def test_a_number_keeps_the_leading_zeros_that_excel_shows(
    value: float | str, number_format: str, shown: str
) -> None:
    def padded(sheet: Worksheet) -> None:
        sheet.cell(2, 1, value).number_format = number_format

    assert read_pool(xlsx_of(ROWS[:1], padded), LAYOUT).rows[0].row_id == shown


def test_the_first_sheet_that_can_be_seen_is_read_and_the_note_says_so() -> None:
    book = Workbook()
    book.worksheets[0].append(["hidden"])
    book.worksheets[0].sheet_state = "hidden"
    for title, value in (("Pool", "EH"), ("Other", "CP")):
        sheet = book.create_sheet(title)
        sheet.append(["id", "status"])
        sheet.append([1, value])
    pool = read_pool(saved(book), PoolLayout("id", ("status",), ()))
    assert pool.rows[0].characteristics == {"status": "EH"}
    assert pool.notes == ("The workbook has 3 sheets. Only the first that can be seen was read.",)


def test_rows_hidden_by_a_filter_are_read_and_the_note_says_so() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    pool = read_pool(xlsx_of(ROWS, hide), LAYOUT)
    assert len(pool.rows) == 2
    assert pool.notes == (
        "1 row is hidden in the workbook, by a filter perhaps, and read all the same.",
    )


def test_the_content_and_not_the_name_says_what_a_file_is() -> None:
    as_csv = PoolFile("pool.csv", xlsx_of(ROWS).content)
    assert read_header(as_csv).notes == (
        "The file was read as an Excel workbook, whatever its name says.",
    )
    as_xlsx = PoolFile("pool.xlsx", csv_of(ROWS).content)
    assert read_header(as_xlsx).notes == (
        "The file was read as a CSV file, whatever its name says.",
    )


def test_every_fault_is_named_by_row_and_column() -> None:
    rows = (
        ("R1", "EH", "5", "a", "b"),
        ("", "CP", "5", "a", "b"),
        ("R1", "", "5", "a", "b"),
        ("R3", "EH", "5", "x" * 201, "b"),
        ("R4", "EH", "5", "a\x07", "b"),
        ("R5", "EH", "5"),
        ("R6", "EH", "5", "a", "b", "more"),
    )
    assert faults_of(csv_of(rows)) == [
        "Row 3, column row id: This cell is empty, and every row needs a value here.",
        "Row 4, column status: This cell is empty, and every row needs a value here.",
        "Row 4, column row id: This row id is also that of row 2. Each row needs its own.",
        "Row 5, column name: This cell holds more than 200 characters.",
        "Row 6, column name: This cell holds a character that cannot be seen. Type its text again.",
        "Row 7: This row has 3 cells and the header has 5.",
        "Row 8, column F: This cell lies beyond the last column that has a name.",
    ]


def test_formulas_and_errors_are_refused_in_words() -> None:
    rows = [("R1", "=A1", "5", "a", "b"), ("R2", "EH", "#N/A", "a", "b")]
    assert faults_of(xlsx_of(rows)) == [
        "Row 2, column status: This cell holds a formula. Paste its value in its place.",
        "Row 3, column age: This cell holds an error instead of a value.",
    ]


@pytest.mark.parametrize("size", [201, 140_000])
def test_a_cell_that_is_far_too_long_is_named_like_any_other(size: int) -> None:
    file = csv_of([ROWS[0], (*ROWS[1][:3], "x" * size, ROWS[1][4])])
    assert faults_of(file) == ["Row 3, column name: This cell holds more than 200 characters."]
    assert "x" * 140_000 not in str(read_header(file).preview)
    header = csv_of([], header=("row id", "x" * size))
    assert faults_of(PoolFile("pool.csv", header.content + b"1,2")) != []


def test_text_that_only_looks_like_a_formula_is_text() -> None:
    pool = read_pool(csv_of([("R1", "=EH", "5", "a", "b")]), LAYOUT)
    assert pool.rows[0].characteristics["status"] == "=EH"


def test_merged_cells_are_refused_even_before_the_columns_have_a_meaning() -> None:
    file = xlsx_of(ROWS, lambda sheet: sheet.merge_cells("B2:B3"))
    with pytest.raises(PoolFaults) as refusal:
        read_header(file)
    message = "The cells B2:B3 are merged. Unmerge them and fill in each of them."
    assert refusal.value.faults == (Fault(2, "status", message),)


def test_merged_cells_on_another_sheet_do_no_harm() -> None:
    book = Workbook()
    book.worksheets[0].append(["id"])
    book.worksheets[0].append([1])
    book.create_sheet("Notes").merge_cells("A1:C1")
    assert read_header(saved(book)).row_count == 1


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("id,Status,status", "Row 1, column C: This name is also that of column B."),
        ("id,,status", "Row 1, column B: This column has no name."),
        (f"id,{'x' * 101},c", "Row 1, column B: This column name is longer than 100 characters."),
        ("id,a\x07b,c", "Row 1, column B: This column name holds a character that cannot be seen."),
        (
            "Larkspur,01/03/2018,c",
            "Row 1, column B: This looks like a value. The first row must hold the column names.",
        ),
        (",,", "Row 1: It is empty, and must hold the column names."),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_by_column(header: str, fault: str) -> None:
    assert faults_of(csv_file(header + "\n1,2,3\n")) == [fault]


def test_columns_of_the_layout_must_be_there_and_have_one_meaning() -> None:
    layout = PoolLayout("row id", ("status", "sex"), ("status", "name"), strata=("age",))
    assert faults_of(csv_of(ROWS), layout) == [
        "Row 1, column sex: This column is not in the file.",
        "Row 1, column status: This column can have one meaning only.",
        "Row 1, column age: A stratum needs a column of characteristics.",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The file: It is empty."),
        (b" \r\n ", "The file: It is empty."),
        (b"id,status\r\n", "The file: It has column names but no rows."),
        (
            b"id\n\xe9\nok\nb\xff\n",
            "Row 2: This line is not UTF-8 text. Save the file as “CSV UTF-8”.",
        ),
        ("id\n1\n".encode("utf-16"), "The file: It is UTF-16 text. Save it as “CSV UTF-8”."),
        (
            b'id\n1\n"open\n2\n',
            "Row 3: It cannot be read: a quotation mark is out of place or never closed.",
        ),
        (b"%PDF-1.7", "The file: It is a PDF document, not a CSV file or an Excel workbook."),
        (b"<html>", "The file: It is a web page or XML, not a CSV file or an Excel workbook."),
        (b"id\n\0", "The file: It is not a CSV file or an Excel workbook."),
        (
            b"PK\x03\x04" + b"x" * 99,
            "The file: It is damaged, or is not an Excel workbook (.xlsx).",
        ),
        (b"x" * (10 * 1024 * 1024 + 1), "The file: It is larger than 10 MB."),
        (b"," * 300 + b"x\n1\n", "Row 1: It reaches beyond 200 columns."),
    ],
)
def test_a_file_that_cannot_be_a_pool_says_why(content: bytes, fault: str) -> None:
    assert faults_of(PoolFile("pool.csv", content))[0] == fault


def test_an_old_workbook_or_one_with_a_password_says_how_to_save_it() -> None:
    (fault,) = faults_of(PoolFile("pool.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600))
    assert "Save it as an Excel workbook (.xlsx) without a password." in fault


def test_every_line_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(PoolFaults) as refusal:
        read_header(PoolFile("pool.csv", b"id\r\n\xe9\r\nok\r\nb\xff\r\n"))
    assert [fault.row for fault in refusal.value.faults] == [2, 4]


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    assert read_header(csv_file("id\n1\n2\n3\n")).row_count == 3
    assert faults_of(csv_file("id\n1\n2\n3\n4\n")) == ["Row 5: The file has more than 3 rows."]


def test_very_many_faults_are_cut_short() -> None:
    faults = faults_of(
        csv_file("row id,status\n" + "1,\n" * 900),
        PoolLayout("row id", ("status",), (), ("status",)),
    )
    assert len(faults) == 1001
    assert faults[-1] == "The file: There are more than 1,000 faults. Mend these first."


def test_a_workbook_that_would_unpack_beyond_50_mb_is_refused() -> None:
    file = repacked(xlsx_of(ROWS), "xl/media/big.bin", lambda _: b"0" * (51 * 1024 * 1024))
    assert len(file.content) < 100_000
    assert faults_of(file) == ["The file: It unpacks to more than 50 MB."]


SHEET = "xl/worksheets/sheet1.xml"


STRINGS = "xl/sharedStrings.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRINGS_ARE_THERE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def with_strings(file: PoolFile, strings: bytes) -> PoolFile:
    """The same workbook with a table of shared strings, as Excel itself writes them."""
    listed = repacked(
        file, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", STRINGS_ARE_THERE)
    )
    return repacked(listed, STRINGS, lambda _: b"<sst " + MAIN + b">" + strings + b"</sst>")


def with_cells(cells: bytes) -> PoolFile:
    return repacked(xlsx_of(ROWS), SHEET, lambda xml: xml.replace(b"</row>", cells + b"</row>", 1))


def varied(pattern: bytes, times: int) -> bytes:
    """So many of something, no two alike: it does not pack well."""
    return b"".join(pattern % number for number in range(times))


@pytest.mark.parametrize(
    "make",
    [
        lambda: with_cells(b"<c/>" * 300),
        lambda: with_cells(b"</row><row>" * 300_000),
        lambda: with_cells(varied(b'</row><row a="%d">', 300_000)),
        lambda: with_strings(xlsx_of(ROWS), b"<si><t>a</t></si>" * 1_200_000),
        lambda: with_strings(xlsx_of(ROWS), varied(b"<si><t>%d</t></si>", 600_000)),
        lambda: with_strings(xlsx_of(ROWS), b'<si a="' + b"x" * 40_000_000 + b'"/>'),
        lambda: with_strings(xlsx_of(ROWS), b'<si a="' + varied(b">%d", 200_000) + b'"/>'),
        lambda: with_strings(xlsx_of(ROWS), b"<!--" + varied(b"<%d>", 200_000) + b"--><si/>"),
        lambda: repacked(
            xlsx_of(ROWS),
            "xl/styles.xml",
            lambda xml: xml.replace(b"</cellXfs>", varied(b'<xf a="%d"/>', 150_000)),
        ),
    ],
    ids=[
        *("wide", "long", "long and varied", "strings", "varied strings"),
        *("attribute", "varied attribute", "comment", "formats"),
    ],
)
def test_a_small_workbook_that_would_take_long_is_refused_at_once(
    make: Callable[[], PoolFile],
) -> None:
    file = make()
    began = time.process_time()
    assert faults_of(file) == [f"The file: {package.TOO_MUCH}"]
    assert time.process_time() - began < 3


def test_a_long_formula_that_very_many_cells_share_is_refused() -> None:
    shared = b'<c><f t="shared" si="0">A1' + b"+A1" * 2000 + b"</f></c>"
    others = b'</row><row><c><f t="shared" si="0"/></c>' * 1_000
    assert faults_of(with_cells(shared + others)) == [
        "The file: It holds too many formulas. Paste their values in their place."
    ]


@pytest.mark.slow
def test_a_pool_of_50_000_rows_is_read() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["id", "status", "age", "sex", "ward", "name", "surname", "dob"])
    for n in range(50_000):
        sheet.append([n, "EH", "5 to 9", "F", n % 20, f"N{n}", f"S{n}", date(2015, 1, 1)])
    pool = read_pool(saved(book), PoolLayout("id", ("status",), ("name",)))
    assert len(pool.rows) == 50_000


def test_shared_strings_are_read_as_excel_writes_them() -> None:
    row = b'<row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4" t="s"><v>0</v></c></row></sheetData>'
    file = repacked(xlsx_of(ROWS), SHEET, lambda xml: xml.replace(b"</sheetData>", row))
    pool = read_pool(with_strings(file, b"<si><t>CP</t></si><si><t>R3</t></si>"), LAYOUT)
    assert [row.row_id for row in pool.rows] == ["R1", "R2", "R3"]


def test_a_cell_far_to_the_right_is_refused() -> None:
    file = xlsx_of(ROWS, lambda sheet: sheet.cell(3, 16_000, "x"))
    assert faults_of(file) == ["Row 3: It reaches beyond 200 columns."]


def test_a_row_numbered_beyond_any_workbook_is_not_waited_for() -> None:
    file = repacked(
        xlsx_of(ROWS), SHEET, lambda xml: xml.replace(b'<row r="3"', b'<row r="99999999999"')
    )
    assert read_header(file).row_count == 1


def test_declared_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    file = repacked(xlsx_of(ROWS), SHEET, lambda xml: bomb + xml)
    assert faults_of(file) == [
        "The file: It declares XML entities, which no ordinary workbook does."
    ]


def test_macros_and_unusual_packing_are_refused() -> None:
    macros = repacked(xlsx_of(ROWS), "xl/vbaProject.bin", lambda _: b"code")
    assert "It holds macros." in faults_of(macros)[0]
    packed = repacked(xlsx_of(ROWS), SHEET, lambda xml: xml, ZIP_BZIP2)
    assert "It is packed in a way that no ordinary workbook is." in faults_of(packed)[0]


def test_a_zip_that_is_not_a_workbook_is_refused() -> None:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert faults_of(PoolFile("pool.xlsx", stream.getvalue())) == [
        "The file: It is damaged, or is not an Excel workbook (.xlsx)."
    ]


SECRETS = ("Larkspur", "2018-03-01")


def test_no_repr_shows_who_a_child_is() -> None:
    file = csv_of(ROWS)
    pool: Pool = read_pool(file, LAYOUT)
    for shown in (repr(file), repr(pool), repr(pool.rows[0]), repr(read_header(file))):
        assert not any(secret in shown for secret in SECRETS)


@pytest.mark.parametrize(
    "file",
    [
        csv_of([*ROWS, ROWS[0]]),
        csv_of([(*ROWS[0], "Larkspur")]),
        csv_of([('"Larkspur"x', *ROWS[0])]),
        csv_of(ROWS, header=(*ROWS[0][:4], "2018-03-01")),
        PoolFile("pool.csv", csv_of(ROWS).content + b"Larkspur,\xe9"),
        xlsx_of([*ROWS, ("=1", *ROWS[0][1:])]),
        xlsx_of(ROWS, lambda sheet: sheet.cell(2, 300, "Larkspur")),
        PoolFile("pool.xlsx", xlsx_of(ROWS).content[:-400]),
    ],
)
def test_a_traceback_with_all_its_variables_shows_no_child(file: PoolFile) -> None:
    with pytest.raises(PoolFaults) as refusal:
        read_pool(file, LAYOUT)
    inside: TracebackType | None = refusal.tb.tb_next
    told = traceback.TracebackException(
        PoolFaults, refusal.value, inside, capture_locals=True, compact=True
    )
    text = "".join(told.format()) + refusal.value.sentence
    assert "read_pool" in text
    assert not any(secret in text for secret in SECRETS)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_header_or_faults(content: bytes) -> None:
    try:
        header = read_header(PoolFile("pool.csv", content))
    except PoolFaults:
        return
    assert header.columns
    assert header.row_count > 0


WORKBOOK = xlsx_of(ROWS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WORKBOOK.content) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_gives_rows_or_faults(place: int, damage: bytes) -> None:
    content = WORKBOOK.content[:place] + damage + WORKBOOK.content[place + len(damage) :]
    try:
        pool = read_pool(PoolFile("pool.xlsx", content), LAYOUT)
    except PoolFaults:
        return
    assert pool.rows


SOMEBODY = (
    *("DoB", "D.O.B.", "d.o.b", "D O B", "Birthday", "BirthDay", "child_dob", "PlaceOfBirth"),
    *("Child", "Child 1", "Children", "The child", "Pupil", "Student(s)", "Kid", "Young person"),
    *("Initial", "Initial(s)", "Initials", "First", "Last", "LAST", "Given", "Family", "Middle"),
    *("Child first", "Alias", "Alias(es)", "Aliases", "AKA", "a.k.a.", "Known as", "Childname"),
    *("NHSnumber", "N.H.S. no", "nhsno", "U.P.N.", "Next of kin", "PupilAddress"),
)
PLAIN = ("status", "First language", "Family structure", "Child in need", "Last review", "Age band")


@pytest.mark.parametrize(
    ("columns", "row_id", "identifying"),
    [
        (HEADER, "row id", ("name", "date of birth")),
        *[(("Ref", column), "Ref", (column,)) for column in SOMEBODY],
        (("child_id", *PLAIN), "child_id", ()),
        (("Status", "NHS number", "Ref"), "Ref", ("NHS number",)),
        (("child_id", "status", "DateOfBirth"), "child_id", ("DateOfBirth",)),
        (("Case ref", "Row no", "Case type"), "Row no", ("Case ref",)),
        (
            ("Social care ID", "Mother's name", "Post code"),
            "",
            ("Social care ID", "Mother's name", "Post code"),
        ),
        (("UPN", "siblings", "parental conflict"), "", ("UPN", "siblings")),
        (("list_no", "id", "E-mail"), "list_no", ("E-mail",)),
    ],
)
def test_a_layout_is_suggested_from_the_column_names(
    columns: tuple[str, ...], row_id: str, identifying: tuple[str, ...]
) -> None:
    layout = suggest_layout(columns)
    assert (layout.row_id_column, layout.identifying) == (row_id, identifying)
    used = {row_id, *identifying}
    assert layout.characteristics == tuple(column for column in columns if column not in used)
