"""A workbook as a package of parts, looked through before any of it is built in memory."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from macfa.sampling.pool_file.table import MAX_COLUMNS, MAX_ROWS, refusal

MAX_UNPACKED = 50 * 1024 * 1024
#: A part packs to a tenth or a twentieth. One beyond this holds the same few bytes over and over.
MAX_RATIO, SMALL_PART = 100, 1024 * 1024
#: How many there may be of an element in all parts together: enough for a pool of 50,000 rows in
#: twenty columns, ten of them text, with four times as many blank rows. Whatever is neither cell
#: nor text (formats, links, merged cells) costs the reader ten times as much, and is few.
CELLS, OTHERS = frozenset({"c", "v", "is", "t"}), "others"
LIMITS = {"row": 5 * MAX_ROWS, "si": 10 * MAX_ROWS, "f": 10 * MAX_ROWS, OTHERS: 2 * MAX_ROWS}
MAX_ELEMENTS = 2_500_000
#: A tag or comment that does not end is read again from its start with each piece of the part.
PIECE, LONGEST_TOKEN = 64 * 1024, 128 * 1024
#: A formula that cells share is worked out for each of them: so many characters, and some more
#: for the trouble with each.
MAX_FORMULA_TEXT, EACH_FORMULA = 5_000_000, 20
TOO_MUCH = (
    "It holds far more than a list of cases can. Copy the list alone into a new workbook: one "
    f"sheet of up to {MAX_ROWS:,} rows and {MAX_COLUMNS} columns."
)


class PackageScan:
    """One pass over every part of a workbook, before any of it is built in memory.

    It refuses what only an attack would hold (entities, endless tags, millions of elements, a row
    of thousands of cells), and finds merged cells and hidden rows, of which openpyxl's reader of
    large workbooks says nothing.
    """

    def __init__(self, archive: ZipFile) -> None:
        self.merged: dict[str, list[str]] = defaultdict(list)
        self.hidden_rows: dict[str, int] = defaultdict(int)
        self.counted: Counter[str] = Counter()
        self.shared: Counter[tuple[str, str]] = Counter()
        self.formula_text = 0
        self.elements = 0
        self.cells = 0
        self.in_sheet = False
        _check_archive(archive)
        for part in archive.infolist():
            self._scan(part.filename, archive.read(part))

    def _scan(self, part: str, content: bytes) -> None:
        def start(name: str, attributes: dict[str, str]) -> None:
            tag = name.rpartition(":")[2]
            self._element(part, tag, attributes)
            parser.CharacterDataHandler = self._formula(part, attributes) if tag == "f" else None

        self.in_sheet = False
        parser = ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = start
        try:
            for place in range(0, len(content), PIECE):
                piece = content[place : place + PIECE]
                parser.Parse(piece, False)
                if place + len(piece) - parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise refusal(TOO_MUCH)
            parser.Parse(b"", True)
        except ExpatError:
            return  # a picture, or damage that openpyxl meets at the same place

    def _doctype(self, *_: object) -> None:
        raise refusal("It declares XML entities, which no ordinary workbook does.")

    def _element(self, part: str, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if tag == "c":
            self.cells += self.in_sheet
        elif tag not in CELLS:
            self._seldom(part, tag, attributes)
        if self.elements > MAX_ELEMENTS or self.cells > MAX_COLUMNS:
            raise refusal(TOO_MUCH)

    def _seldom(self, part: str, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "worksheet":
            self.in_sheet = True
        elif tag == "row":
            self.cells = 0
            self.hidden_rows[part] += attributes.get("hidden") in {"1", "true"}
        elif tag == "mergeCell":
            self.merged[part].append(attributes["ref"])
        kind = tag if tag in LIMITS else OTHERS
        self.counted[kind] += 1
        if self.counted[kind] > LIMITS[kind]:
            raise refusal(TOO_MUCH)

    def _formula(self, part: str, attributes: Mapping[str, str]) -> Callable[[str], object] | None:
        """Count what a shared formula costs; the first of those that share it holds its text."""
        key = (part, attributes.get("si", ""))
        if attributes.get("t") != "shared":
            return None
        if key not in self.shared:
            self.shared[key] = EACH_FORMULA
            return lambda text: self.shared.update({key: len(text)})
        self.formula_text += self.shared[key]
        if self.formula_text > MAX_FORMULA_TEXT:
            raise refusal("It holds too many formulas. Paste their values in their place.")
        return None


def _check_archive(archive: ZipFile) -> None:
    """Refuse by the table of contents alone; a part never unpacks to more than it declares."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refusal("It unpacks to more than 50 MB.")
    if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
        raise refusal("It is packed in a way that no ordinary workbook is.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise refusal("It holds macros. Save it as an Excel workbook without them (.xlsx).")
    if any(map(_repeats_itself, parts)):
        raise refusal(TOO_MUCH)


def _repeats_itself(part: ZipInfo) -> bool:
    return part.file_size > max(SMALL_PART, MAX_RATIO * part.compress_size)
