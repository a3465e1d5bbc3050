"""A workbook as a package of parts, looked through before any of it is built in memory."""

from collections import defaultdict
from collections.abc import Mapping
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from macfa.sampling.pool_file.table import MAX_COLUMNS, refusal

MAX_UNPACKED = 50 * 1024 * 1024
MAX_ELEMENTS = 2_500_000


class PackageScan:
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
        raise refusal("It declares XML entities, which no ordinary workbook does.")

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
            raise refusal(f"It holds too much. Keep to one sheet of up to {MAX_COLUMNS} columns.")


def _check_archive(archive: ZipFile) -> None:
    """Refuse by the table of contents alone; a part never unpacks to more than it declares."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refusal("It unpacks to more than 50 MB.")
    if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
        raise refusal("It is packed in a way that no ordinary workbook is.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise refusal("It holds macros. Save it as an Excel workbook without them (.xlsx).")
