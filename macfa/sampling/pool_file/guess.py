"""The first guess at what the columns of a pool file mean, for the coordinator to correct."""

import re
from collections.abc import Mapping, Sequence

from macfa.sampling.pool_file.shapes import PoolLayout

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PLAIN_WORDS = re.compile(r"[a-z]+|[0-9]+")
# The mark between two single letters: D.O.B. is read as DOB.
_SPELT_OUT = re.compile(r"(?<![^\W_])([^\W\d_])[ ./_-]+(?=[^\W\d_](?![^\W_]))")
_IDENTIFYING = re.compile(
    r"\b(names?|forenames?|firstname|surname|lastname|fullname|initials|aka|known as|dob|birth"
    r"|born|address|street|post ?code|uprn|phone|telephone|mobile|e ?mail|nhs|upn|uln|pnc|crn"
    r"|social care|record|mosaic|liquidlogic|lcs|parents?|mothers?|fathers?|carers?|guardians?"
    r"|siblings?|brothers?|sisters?|kin|contact|worker|school|gp)\b"
    # The number of a case is one of a record system, known outside this list.
    r"|^case$|\bcase (id|ref|reference|no|number)\b"
)
# So telling that they count wherever they stand, in "Childname" or "NHSno" too.
_INSIDE = re.compile("name|birth|dob|nhs|postcode|address|phone|e ?mail|alias")
# A heading of nothing but these is somebody, or part of what they are called: "Child", "Last",
# "Initial(s)". With another word it may be a plain characteristic: "First language".
_SOMEBODY = re.compile(
    r"(the|of|s|es|[0-9]+|child|children|kids?|bab(y|ies)|infants?|pupils?|students?|young|youth"
    r"|persons?|people|patients?|clients?|subjects?|victims?|first|last|middle|given|family"
    r"|initials?|preferred|known|called|who|[ ])+"
)
_ROW_ID_NAMES = (
    "row id", "rowid", "row", "row no", "row number", "list no", "list number", "pool id", "id",
    "ref", "reference", "no", "number",
)  # fmt: skip
_ROW_ID_ENDING = re.compile(r"\b(id|ref|reference|no|number)$")


def suggest_layout(columns: Sequence[str]) -> PoolLayout:
    """A guess for the coordinator to correct; in doubt a column is taken as identifying."""
    words = {c: words_of(c) for c in columns}
    identifying = tuple(c for c in columns if _identifies(c))
    row_id = _guess_row_id({words[c]: c for c in columns if c not in identifying})
    taken = {row_id, *identifying}
    return PoolLayout(row_id, tuple(c for c in columns if c not in taken), identifying)


def words_of(column: str) -> str:
    """The name of a column as plain words: `NHSNumber` and `nhs_number` are both `nhs number`."""
    return " ".join(_WORDS.findall(column)).lower()


def _identifies(column: str) -> bool:
    """Whether a heading may stand over what tells who a child is, however it is written."""
    column = _SPELT_OUT.sub(r"\1", column)
    parted = words_of(column)
    plain = " ".join(_PLAIN_WORDS.findall(column.lower()))
    return any(
        _IDENTIFYING.search(words) or _INSIDE.search(words) or _SOMEBODY.fullmatch(words)
        for words in (parted, plain)
    )


def _guess_row_id(by_name: Mapping[str, str]) -> str:
    """The column that most looks like a number in the list; none when no column does."""
    known = [by_name[name] for name in _ROW_ID_NAMES if name in by_name]
    alike = [column for name, column in by_name.items() if _ROW_ID_ENDING.search(name)]
    return next(iter(known + alike), "")
