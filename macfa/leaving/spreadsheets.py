"""The same rows for people who open them in a spreadsheet. Nothing is loaded from these."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from macfa.exports import safe_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.leaving.folder import Hashed


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet runs; several in one as JSON."""
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return safe_cell(value)


class Spreadsheet:
    """One table as CSV, with the mark by which Excel knows that it is UTF-8."""

    def __init__(self, out: Hashed, columns: Iterable[str]) -> None:
        out.write("\ufeff")
        self._columns = list(columns)
        self._writer = csv.writer(out)
        self._writer.writerow(self._columns)

    def add(self, row: dict[str, Any]) -> None:
        """One row."""
        self._writer.writerow([cell(row[name]) for name in self._columns])
