"""What a file shows at a glance, as it is kept between upload and loading: sealed like the file."""

from __future__ import annotations

import json
import re

from macfa.sampling.pool_file import PoolHeader

_LETTERS = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d")


def pack(header: PoolHeader) -> bytes:
    """A header as bytes, to be sealed."""
    kept = [header.columns, header.preview, header.row_count, header.notes]
    return json.dumps(kept, ensure_ascii=False).encode()


def unpack(packed: bytes) -> PoolHeader:
    """The header again."""
    columns, preview, row_count, notes = json.loads(packed)
    rows = tuple(tuple(row) for row in preview)
    return PoolHeader(tuple(columns), rows, row_count, tuple(notes))


def shape(value: str) -> str:
    """The shape of a value without what it says: `Wren 7` becomes `xxxx 9` (R7)."""
    return _DIGITS.sub("9", _LETTERS.sub("x", value))
