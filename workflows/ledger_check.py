"""Whether the ledger is whole: every chain computed anew from what is stored, every fault named.

Reads every row once, in order; memory does not grow with the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from workflows.ledger import CHAIN_FIELDS, record_models, record_type
from workflows.ledger_chain import Chain, Hole, Looking, moved
from workflows.models import LedgerEntry, LedgerText, Record
from workflows.stored import Stored, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BATCH = 500
#: So many of each are held against one another.
A_FEW = 20
ORDER = ("record_type", "record", "position")


@dataclass
class _Lost:
    """Entries that lie where none belongs, and where some are missing; a few of each."""

    strays: list[Stored] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)

    def add(self, strays: Iterable[Stored], holes: Iterable[Hole]) -> None:
        self.strays = [*self.strays, *strays][:A_FEW]
        self.holes = [*self.holes, *holes][:A_FEW]

    def found(self) -> Iterator[str]:
        for row in self.strays:
            for hole in self.holes:
                if column := moved(row, hole):
                    yield (
                        f"{hole.record_type} {hole.record}, entry {hole.position}: has been "
                        f"changed, in the column {column}. It lies at {row.text('record_type')} "
                        f"{row.text('record')}, entry {row.text('position')}."
                    )


def faults() -> Iterator[str]:
    """What is wrong with the ledger, a sentence each: nothing where it is whole."""
    looking, lost = Looking(), _Lost()
    ends: list[tuple[Chain, Stored]] = []
    for found in _walk(looking):
        if isinstance(found, str):
            yield found
            continue
        if ends and (len(ends) == BATCH or ends[0][0].record_type != found[0].record_type):
            yield from _check_ends(ends, lost)
            ends = []
        ends.append(found)
    yield from _check_ends(ends, lost)
    yield from lost.found()
    yield from _texts_alone()
    for model in record_models():
        yield from _untold(model)


def _walk(looking: Looking) -> Iterator[tuple[Chain, Stored] | str]:
    """Every entry of every chain: the faults in them, and where each chain ends."""
    chain, first = None, None
    for row, said in _with_texts(rows(LedgerEntry, order=ORDER)):
        if chain is None or first is None or not chain.holds(row):
            if chain and first:
                yield from chain.end()
                yield chain, first
            chain, first = Chain(row.text("record_type"), row.text("record"), looking), row
        yield from chain.check(row, said)
    if chain and first:
        yield from chain.end()
        yield chain, first


def _with_texts(entries: Iterator[Stored]) -> Iterator[tuple[Stored, Stored | None]]:
    """Each entry with the text that lies beside it."""
    batch: list[Stored] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH:
            yield from _beside(batch)
            batch = []
    yield from _beside(batch)


def _beside(batch: Sequence[Stored]) -> Iterator[tuple[Stored, Stored | None]]:
    numbers = [int(entry.text("id")) for entry in batch]
    if not numbers:
        return
    where = f"entry_id IN ({', '.join(['%s'] * len(numbers))})"
    texts = rows(LedgerText, order=("entry_id",), where=where, given=numbers)
    said = {text.text("entry_id"): text for text in texts}
    for entry in batch:
        yield entry, said.get(entry.text("id"))


def _check_ends(ends: Sequence[tuple[Chain, Stored]], lost: _Lost) -> Iterator[str]:
    """Whether the records' own heads agree with where their chains end."""
    if not ends:
        return
    kinds = {record_type(model): model for model in record_models()}
    model = kinds.get(ends[0][0].record_type)
    heads = _heads(model, [chain.record for chain, _first in ends]) if model else {}
    for chain, first in ends:
        head = heads.get(chain.record)
        lost.add(chain.strays, chain.holes)
        if head is None or model is None:
            lost.add([first], [])
            yield f"{chain.name}: the record is gone."
        elif not chain.ends_at(*head) and not _has_gone_on(model, chain):
            if chain.length < head[0]:
                lost.add([], [chain.hole()])
            yield chain.number_changed_at_end(head[1]) or _wrong_end(chain.name)


def _has_gone_on(model: type[Record], chain: Chain) -> bool:
    """Whether an act wrote between our reading of the entries and of the record's head, and all
    is well at a second look."""
    again = Chain(chain.record_type, chain.record, Looking(0))
    key = (chain.record_type, chain.record)
    entries = rows(LedgerEntry, order=ORDER, where="record_type = %s AND record = %s", given=key)
    sound = not [fault for row, said in _with_texts(entries) for fault in again.check(row, said)]
    head = _heads(model, [chain.record]).get(chain.record)
    return sound and again.length > chain.length and head is not None and again.ends_at(*head)


def _heads(model: type[Record], records: Sequence[str]) -> dict[str, tuple[int, str]]:
    found = model._default_manager.filter(public_id__in=records)
    return {
        public_id: (length, head)
        for public_id, length, head in found.values_list("public_id", *CHAIN_FIELDS)
    }


def _texts_alone() -> Iterator[str]:
    """Texts that lie beside no entry."""
    entries = LedgerEntry.objects.filter(pk=OuterRef("entry_id"))
    alone = LedgerText.objects.filter(~Exists(entries)).order_by("entry_id")
    for number in alone.values_list("entry_id", flat=True).iterator(chunk_size=BATCH):
        yield f"Text {number}: there is no entry of this number (the column entry_id)."


def _untold(model: type[Record]) -> Iterator[str]:
    """Records of which the ledger says nothing at all."""
    kind = record_type(model)
    entries = LedgerEntry.objects.filter(record_type=kind, record=OuterRef("public_id"))
    silent = model._default_manager.filter(~Exists(entries)).values_list("public_id", flat=True)
    for public_id in silent.iterator(chunk_size=2000):
        yield _wrong_end(f"{kind} {public_id}")


def _wrong_end(name: str) -> str:
    return f"{name}: its ledger does not end where the record says it does."
