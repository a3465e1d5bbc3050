"""The chain of one record, entry by entry: what is wrong with each, and where."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflows.ledger import entry_hash, sealed
from workflows.ledger_place import Place, in_entry, in_numbers, in_text, only_difference
from workflows.models import LedgerEntry
from workflows.stored import Misspelt, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator

#: So many faults, the first, are looked into for their place.
LOOKED_INTO = 3
#: What an entry follows on is the end of the act before, or an entry of its own act.
LIKELY = 2
ERASED = "text_erased"
KEY = {"record_type", "record", "position"}


class Looking:
    """How many faults may still be looked into: each costs seconds."""

    def __init__(self, left: int = LOOKED_INTO) -> None:
        self.left = left

    def may(self) -> bool:
        """Whether there is one left; it is taken."""
        self.left -= 1
        return self.left >= 0


@dataclass
class Hole:
    """Where an entry is missing, and what it would have to follow on."""

    record_type: str
    record: str
    position: int
    follows: list[str]


@dataclass
class Chain:
    """A record's chain as far as it was read, and what is yet to be held against it."""

    record_type: str
    record: str
    looking: Looking
    length: int = 0
    last: str = ""
    numbers: list[int] = field(default_factory=list)
    texts: dict[int, bytes] = field(default_factory=dict)
    told: dict[int, set[bytes]] = field(default_factory=dict)
    holes: list[Hole] = field(default_factory=list)
    strays: list[Stored] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.record_type} {self.record}"

    def holds(self, row: Stored) -> bool:
        return self.name == f"{row.text('record_type')} {row.text('record')}"

    def follows(self) -> Iterator[str]:
        """What the next entry may follow on: the end of an act, or an entry of its own act; and
        the end of an act that came after entries from before heads covered numbers."""
        if self.numbers:
            yield sealed(self.last, self.numbers)
        yield self.last
        for start in range(1, len(self.numbers)):
            yield sealed(self.last, self.numbers[start:])

    def ends_at(self, length: int, head: str) -> bool:
        """Whether a record's own head is where its chain ends."""
        return self.length == length and head in self.follows()

    def hole(self) -> Hole:
        """The entry that would come next, which is missing."""
        return Hole(self.record_type, self.record, self.length + 1, list(self.follows()))

    # --- entries ---------------------------------------------------------------------------------

    def check(self, row: Stored, said: Stored | None) -> Iterator[str]:
        """What is wrong with the next entry and its text; and go on behind it."""
        name = f"{self.name}, entry {row.text('position')}"
        entry, wrong = _entry(row)
        position = entry.position if entry else self.length + 1
        if position != self.length + 1:
            yield f"{name}: entries are missing before it."
            self.holes.append(self.hole())
            self.strays.append(row)
            if position > self.length:
                self._goes_on(row, position, row.text("hash"))
            return
        yield from self._changed(name, row, entry, wrong)
        if entry is not None and wrong is None:
            yield from self._check_text(name, entry, said)
            self._remember(entry, row)

    def _changed(
        self, name: str, row: Stored, entry: LedgerEntry | None, wrong: str | None
    ) -> Iterator[str]:
        stored = row.text("hash")
        hashes = []
        for previous in self.follows():
            if entry is None:
                break
            hashes.append(entry_hash(entry, previous=previous))
            if wrong is None and stored == hashes[-1]:
                self._goes_on(row, self.length + 1, stored, previous)
                return
        for right in hashes:
            byte = only_difference(right.encode(), row.spelled["hash"] or b"")
            if byte is not None:
                yield f"{name}: {_changed_in(Place('hash', byte))}"
                self._goes_on(row, self.length + 1, right)
                return
        yield self._number_changed(stored, entry) or f"{name}: {self._where(row, wrong)}"
        self._goes_on(row, self.length + 1, stored)

    def _where(self, row: Stored, wrong: str | None) -> str:
        stored, follows = row.text("hash"), list(self.follows())[:LIKELY]
        place = self.looking.may() and in_entry(
            row, lambda entry: any(entry_hash(entry, previous=one) == stored for one in follows)
        )
        if place:
            return _changed_in(place)
        return f"has been changed, in the column {wrong}." if wrong else "has been changed."

    def _number_changed(self, stored: str, entry: LedgerEntry | None) -> str:
        """The row number of an entry before it, if changing one back makes this one follow."""
        if entry is None or not self.numbers:
            return ""
        return self._found_number(
            lambda numbers: entry_hash(entry, previous=sealed(self.last, numbers)) == stored
        )

    def _found_number(self, is_right: Any) -> str:
        found = in_numbers(self.numbers, is_right) if self.looking.may() else None
        if not found:
            return ""
        position = self.length - len(self.numbers) + 1 + found[0]
        return f"{self.name}, entry {position}: {_changed_in(found[1])}"

    def _goes_on(self, row: Stored, position: int, last: str, followed: str = "") -> None:
        in_the_same_act = bool(self.numbers) and followed == self.last != ""
        try:
            number = [int(row.spelled["id"] or b"")]
        except ValueError:
            number = []
        self.numbers = [*self.numbers, *number] if in_the_same_act else number
        self.length, self.last = position, last

    # --- texts -----------------------------------------------------------------------------------

    def _check_text(self, name: str, entry: LedgerEntry, said: Stored | None) -> Iterator[str]:
        if said is None:
            if entry.text_hash:
                yield f"{name}: its text is gone, and was not erased."
            return
        salt, text = said.spelled["salt"] or b"", said.spelled["text"] or b""
        if said.spelled["erased_at"] is not None:
            self.texts[entry.position] = said.spelled["erased_at"] or b""
            if salt or text:
                yield f"{name}: its text is there and is said to be erased."
        elif entry.text_hash != _text_hash(salt, text) or _strange(said):
            right = entry.text_hash
            place = self.looking.may() and in_text(
                said, lambda salt, text: _text_hash(salt, text) == right
            )
            yield f"{name}: its text {_changed_in(place) if place else 'has been changed.'}"

    def _remember(self, entry: LedgerEntry, row: Stored) -> None:
        """What an entry says was erased, and when."""
        if entry.verb == ERASED:
            for position in entry.facts.get("positions", []):
                self.told.setdefault(position, set()).add(row.spelled["at"] or b"")

    def end(self) -> Iterator[str]:
        """Every erased text has its entry that says so, of the same moment."""
        for position, at in self.texts.items():
            if at not in self.told.get(position, set()):
                yield (
                    f"{self.name}, entry {position}: its text is gone, and no entry says that it "
                    "was erased then (the column erased_at)."
                )

    def number_changed_at_end(self, head: str) -> str:
        """The row number that was changed in the last act, if that is what is wrong."""
        return self._found_number(lambda numbers: sealed(self.last, numbers) == head)


def _entry(row: Stored) -> tuple[LedgerEntry | None, str | None]:
    """An entry as it can be read, and the first column that is not written as the site does."""
    wrong, values = None, {}
    for name in row.spelled:
        try:
            values[name] = row.value(name)
        except Misspelt:
            wrong = wrong or name
    if wrong in {None, "hash"}:
        return LedgerEntry(**values), wrong
    return None, wrong


def _strange(said: Stored) -> bool:
    try:
        said.values()
    except Misspelt:
        return True
    return False


def _text_hash(salt: bytes, text: bytes) -> str:
    return hashlib.sha256(salt + b":" + text).hexdigest()


def _changed_in(place: Place) -> str:
    return f"has been changed, in {place}."


def moved(row: Stored, hole: Hole) -> str:
    """The column by which an entry was laid elsewhere, if it is the one that is missing here."""
    values = {name: spelled for name, spelled in row.spelled.items() if name not in KEY | {"hash"}}
    try:
        entry = LedgerEntry(**{name: row.value(name) for name in values})
    except Misspelt:
        return ""
    key = {"record_type": hole.record_type, "record": hole.record, "position": hole.position}
    for name, value in key.items():
        setattr(entry, name, value)
    if not any(entry_hash(entry, previous=one) == row.text("hash") for one in hole.follows):
        return ""
    return ", ".join(name for name, value in key.items() if row.text(name) != str(value))
