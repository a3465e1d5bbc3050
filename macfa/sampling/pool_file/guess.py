"""The first guess at what the columns of a pool file mean, for the coordinator to correct."""

import re
from collections.abc import Mapping, Sequence

from macfa.sampling.pool_file.shapes import PoolLayout

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
