"""Where in a row one byte was changed: each byte is tried as it may have been, until the hash is
right again. It takes seconds, so only the first faults are looked into."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from workflows.models import LedgerEntry
from workflows.stored import Misspelt, Stored, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEXADECIMAL = b"0123456789abcdef"
OPAQUE = string.ascii_letters.encode() + b"0123456789-_"
MOMENT = b"0123456789-:. "
ANY = bytes(range(256))
#: What the bytes of a column can be; of other text, anything.
SIGNS = {
    "text_hash": HEXADECIMAL,
    "hash": HEXADECIMAL,
    "salt": HEXADECIMAL,
    "record": OPAQUE,
    "actor": OPAQUE,
    "token": OPAQUE,
    "at": MOMENT,
    "record_type": string.ascii_lowercase.encode() + b".",
    "verb": string.ascii_lowercase.encode() + b"_",
}
#: An integer is eight bytes.
WIDTH = 8


@dataclass(frozen=True)
class Place:
    """A column, and which of its bytes is not what it was."""

    column: str
    byte: int

    def __str__(self) -> str:
        return f"the column {self.column}, at byte {self.byte + 1}"


def in_entry(row: Stored, is_right: Callable[[LedgerEntry], bool]) -> Place | None:
    """Which byte of an entry was changed, if it was one alone."""
    values: dict[str, Any] = {}
    wrong = []
    for name in row.spelled:
        try:
            values[name] = row.value(name)
        except Misspelt:
            wrong.append(name)
    if len(wrong) > 1:
        return None
    for name in wrong or [name for name in row.spelled if name not in {"id", "hash"}]:
        for byte, spelled in flips(row, name):
            try:
                value = read(LedgerEntry, name, spelled, None)
            except Misspelt:
                continue
            if is_right(LedgerEntry(**{**values, name: value})):
                return Place(name, byte)
    return None


def flips(row: Stored, name: str) -> Iterator[tuple[int, bytes]]:
    """Everything a column may have held before one byte of it was changed, with that byte."""
    spelled = row.spelled[name]
    field = row.model._meta.get_field(name.removesuffix("_id"))
    counted = isinstance(field, models.IntegerField)
    if connection.vendor == "postgresql":
        counted = counted or isinstance(field, models.DateTimeField)
    if spelled is None:
        return
    if counted:
        yield from ((byte, str(number).encode()) for byte, number in other_numbers(spelled))
        return
    signs = SIGNS.get(name, ANY)
    for byte, was in enumerate(spelled):
        for sign in signs:
            if sign != was:
                yield byte, spelled[:byte] + bytes((sign,)) + spelled[byte + 1 :]


def other_numbers(spelled: bytes) -> Iterator[tuple[int, int]]:
    """The numbers that differ from this one in one byte of eight."""
    try:
        whole = int(spelled).to_bytes(WIDTH, "big", signed=True)
    except (ValueError, OverflowError):
        return
    for byte in range(WIDTH):
        for other in range(256):
            if other != whole[byte]:
                changed = whole[:byte] + bytes((other,)) + whole[byte + 1 :]
                yield byte, int.from_bytes(changed, "big", signed=True)


def in_numbers(
    numbers: list[int], is_right: Callable[[list[int]], bool]
) -> tuple[int, Place] | None:
    """Which of the numbers of some rows was changed, by its place among them, and where."""
    for place, number in enumerate(numbers):
        for byte, other in other_numbers(str(number).encode()):
            if is_right([*numbers[:place], other, *numbers[place + 1 :]]):
                return place, Place("id", byte)
    return None


def only_difference(one: bytes, other: bytes) -> int | None:
    """The one byte in which two strings of a length differ."""
    if len(one) != len(other):
        return None
    places = [
        place for place, pair in enumerate(zip(one, other, strict=True)) if len(set(pair)) > 1
    ]
    return places[0] if len(places) == 1 else None


def in_text(row: Stored, is_right: Callable[[bytes, bytes], bool]) -> Place | None:
    """Which byte of a text or of its salt was changed."""
    salt, text = row.spelled["salt"] or b"", row.spelled["text"] or b""
    for byte, other in flips(row, "salt"):
        if is_right(other, text):
            return Place("salt", byte)
    for byte, other in flips(row, "text"):
        if is_right(salt, other):
            return Place("text", byte)
    return None
