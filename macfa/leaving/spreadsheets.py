"""The same rows for people who open them in a spreadsheet. Nothing is loaded from these."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.leaving.folder import Hashed

#: With these a spreadsheet takes a text for a formula.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """A value as a cell that no spreadsheet runs: what looks like a formula gets an apostrophe."""
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.lstrip(" ").startswith(BEGINS_A_FORMULA):
        return f"'{value}"
    return value


class Spreadsheet:
    """One table as CSV, with the mark by which Excel knows that it is UTF-8."""

    def __init__(self, out: Hashed, columns: Iterable[str]) -> None:
        out.write("\ufeff")
        self._columns = list(columns)
        self._writer = csv.writer(out)
        self._writer.writerow(self._columns)

    def add(self, row: dict[str, Any]) -> None:
        """One row."""
        self._writer.writerow([safe_cell(row[name]) for name in self._columns])
