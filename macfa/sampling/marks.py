"""Whether two lists name the same child: by a mark, made of a number that is that child's alone.

Lists number their rows as they like, so a row id says nothing of it. An NHS number, a UPN or a
social care number does, and lies sealed in the identity key. The mark is its keyed hash: alike
for the same child in every list of a partnership, and without the encryption key nobody reads a
number from it, or finds out by trying which child it is (R7). Where a list has no such number
nothing is claimed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac

from macfa.sampling.pool_file.guess import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Numbers of somebody else on the same row: brothers and sisters would share them.
_NOT_THE_CHILDS = re.compile(
    r"parent|mother|father|carer|guardian|sibling|brother|sister|family|household|worker|team"
    r"|\bgp\b"
)


@dataclass(frozen=True)
class Number:
    """A number that only one child has: what its column is called, and what it looks like."""

    name: str
    column: str
    value: str

    def is_in(self, column: str) -> bool:
        """Whether a column of this name holds it."""
        written = (words_of(column), column.lower())
        named = any(re.search(self.column, words) for words in written)
        return named and not any(_NOT_THE_CHILDS.search(words) for words in written)

    def read(self, cell: str) -> str:
        """The number without the ways in which people write it; none where a cell holds
        something else, or is filled with one digit."""
        value = re.sub(r"[^0-9A-Z]", "", cell.upper())
        is_one = re.fullmatch(self.value, value) and len(set(value)) > 1
        return value if is_one else ""


#: The first of these that a row has makes its mark, so that like is compared with like.
NUMBERS = (
    Number("NHS number", r"nhs", r"\d{10}"),
    Number("UPN", r"\b(upn|unique pupil)\b", r"[A-Z]\d{11}[\dA-Z]"),
    Number(
        "social care number",
        r"\b(social care|mosaic|liquidlogic|lcs)\b.*\b(id|no|num|number|ref|reference)$",
        r"[A-Z]{0,4}\d{4,12}",
    ),
)


def told_by(columns: Iterable[str]) -> list[str]:
    """The columns by which a child is known again in another list."""
    return [column for _number, column in _numbered(columns)]


def _numbered(columns: Iterable[str]) -> list[tuple[Number, str]]:
    names = list(columns)
    return [(each, name) for each in NUMBERS for name in names if each.is_in(name)]


def mark(identity: Mapping[str, str], partnership: int) -> str:
    """The mark of a child, made with the first of the encryption keys; empty where none of its
    numbers is known. `reseal_identities` makes them anew after a change of keys."""
    for number, column in _numbered(identity):
        if value := number.read(identity[column]):
            return _hashed(f"{partnership}:{number.name}:{value}")
    return ""


def _hashed(text: str) -> str:
    key = settings.FIELD_ENCRYPTION_KEYS[0]
    return salted_hmac("macfa.sampling.marks", text, secret=key, algorithm="sha256").hexdigest()
