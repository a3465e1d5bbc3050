"""Which number each row of an export gets where it is loaded.

Rows keep their numbers where a table is empty; else they all move up by as much as it takes to
come after what is there. Audits and entries of the ledger keep their numbers always, since the
ledger's hashes hold them.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Model

from macfa.audits.models import Audit
from macfa.leaving.columns import NUMBER
from macfa.leaving.folder import jsonl
from macfa.leaving.kinds import BY_MODEL, KINDS
from macfa.people.models import Partnership, User
from workflows.errors import WrongState
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from macfa.leaving.kinds import Kind


#: What keeps its number, and of how many rows it is asked at once whether that is free.
KEPT, BATCH = (Audit, LedgerEntry), 500
#: What comes of a row that is not as the schema says.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, LookupError)


def unreadable(kind: Kind, line: int) -> WrongState:
    """That a row is not as the schema says, and where it stands."""
    return WrongState(f"{jsonl(kind.name)}, line {line}, is not as the schema says.")


def rows_of(folder: Path, model: type[Model]) -> Iterator[dict[str, Any]]:
    """The rows of one file, one after the other."""
    kind = BY_MODEL[model]
    names = {column.name for column in kind.columns}
    with (folder / jsonl(kind.name)).open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError:
                raise unreadable(kind, number) from None
            if not isinstance(row, dict) or row.keys() != names:
                raise unreadable(kind, number)
            yield row


class Places:
    """The numbers here for the numbers in an export.

    Nothing may point to a row that did not come with it: such a number could be another
    partnership's row here.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        facts = {each["path"]: each for each in manifest["files"]}
        self._ranges = {kind.model: _range(kind.model, facts[jsonl(kind.name)]) for kind in KINDS}
        self.known = _known_people(folder)
        self._audits = _audits(folder)
        _check_entries(folder)
        self.partnership = self.of(Partnership, _the_one(folder, manifest))

    def of(self, model: type[Model], number: int) -> int:
        """The number here of a row. Raises `WrongState` where the export has no such row."""
        if model is User and number in self.known:
            return self.known[number]
        first, last, shift = self._ranges[model]
        there = number in self._audits if model is Audit else first <= number <= last
        if not there:
            name = model._meta.label_lower
            raise WrongState(
                f"A row points to number {number} of {name}, which did not come along."
            )
        return number + shift


def _the_one(folder: Path, manifest: Mapping[str, Any]) -> int:
    """The number of the partnership that the manifest names, and there is no other."""
    found = {row["code"]: int(row[NUMBER]) for row in rows_of(folder, Partnership)}
    if found.keys() != {manifest["partnership"]["code"]}:
        raise WrongState("The export is not of the one partnership that its manifest names.")
    return found[manifest["partnership"]["code"]]


def _range(model: type[Model], facts: Mapping[str, Any]) -> tuple[int, int, int]:
    first, last = int(facts["first"]), int(facts["last"])
    if model in KEPT or not BY_MODEL[model].numbers_rows:
        return first, last, 0
    highest = model._base_manager.aggregate(highest=Max("pk"))["highest"] or 0
    return first, last, max(0, highest + 1 - first)


def _audits(folder: Path) -> frozenset[int]:
    """The audits' numbers. Raises `WrongState` where one of them is an audit's here already."""
    there = {int(row[NUMBER]): str(row["prefix"]) for row in rows_of(folder, Audit)}
    taken = Audit._base_manager.filter(pk__in=there).order_by("pk").values_list("pk", flat=True)
    if names := ", ".join(there[number] for number in taken):
        raise WrongState(
            f"The numbers of these audits are taken here: {names}. Their ledger holds them, so "
            "they cannot change. Load the partnership into an installation of its own."
        )
    return frozenset(there)


def _check_entries(folder: Path) -> None:
    """Raise `WrongState` where an entry of the ledger here has the number of one that comes."""
    numbers = (int(row[NUMBER]) for row in rows_of(folder, LedgerEntry))
    while some := list(islice(numbers, BATCH)):
        if LedgerEntry.objects.filter(pk__in=some).exists():
            raise WrongState(
                "The numbers of entries of its ledger are taken here. Their chains hold them, so "
                "they cannot change. Load the partnership into an installation of its own."
            )


def _known_people(folder: Path) -> dict[int, int]:
    """Whoever has an account here already keeps it, and it gains what they are in the partnership.

    Raises `WrongState` where somebody else has the address of one of them.
    """
    known = {}
    for row in rows_of(folder, User):
        here = User.objects.filter(public_id=row["public_id"]).values_list("pk", flat=True).first()
        if here is not None:
            known[int(row[NUMBER])] = here
        elif User.objects.filter(email__iexact=row["email"]).exists():
            raise WrongState(
                f"{row['email']} is the address of another account here. Change it on one of the "
                "two sites, and export again if it was there."
            )
    return known
