"""What happened: an entry for every transition, assignment and decision, in a chain for each
record, written in the same transaction as what it tells (R56; docs/adr/0003)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, OuterRef

from notifications.rows import insert_many
from workflows import clock
from workflows.models import LedgerEntry, LedgerText, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser


BATCH = 500
CHAIN_FIELDS = ("ledger_length", "ledger_head")


#: Verbs of the engine itself; each room's records add their own in `SAYS`.
SAYS = {
    "assigned": "gave “{task}” to {to_person}",
    "landed": "The task “{task}” went to {to_person}",
    "took": "has “{task}” to do next",
    "claimed": "claimed “{task}”",
    "moved": "moved “{task}” from {from_person} to {to_person}",
    "put_back": "put “{task}” back in the queue of {team}",
    "queued": "left “{task}” in the queue of {team}",
    "work_withdrawn": "withdrew “{task}”",
}


@dataclass(frozen=True)
class Happening:
    """Something to write into a record's ledger.

    `facts` are codes, numbers and public ids; a key ending in `_person` holds a person's public
    id. `text` is free text and lies beside the chain.
    """

    verb: str
    facts: Mapping[str, str | int | bool | list[str] | list[int] | None]
    text: str = ""


def record_type(model: type[Record]) -> str:
    """The name a kind of record has in the ledger."""
    return str(model._meta.label_lower)


def sentences(model: type[Record]) -> dict[str, str]:
    """What each verb says of a kind of record, after the name of who did it."""
    return {**SAYS, **model.SAYS}


def placeholders(says: str) -> list[str]:
    """The facts that a sentence names."""
    return [name for _text, name, _spec, _conversion in Formatter().parse(says) if name is not None]


def check_sayable(model: type[Record], happening: Happening) -> None:
    """Raise where the timeline could not read an entry aloud: no sentence, or a fact missing."""
    wanted = _wanted(model, happening.verb)
    missing = wanted - happening.facts.keys()
    if missing:
        raise ValueError(f"“{happening.verb}” of {model.__name__} lacks {sorted(missing)}.")


@cache
def _wanted(model: type[Record], verb: str) -> frozenset[str]:
    says = sentences(model).get(verb)
    if says is None:
        raise ValueError(f"SAYS of {model.__name__} has no sentence for “{verb}”.")
    return frozenset(placeholders(says))


def write(
    record: Record,
    happenings: Sequence[Happening],
    *,
    by: AbstractBaseUser | None,
    token: str | None = None,
) -> None:
    """Add happenings to one record's chain. The caller saves the record's `CHAIN_FIELDS`.

    The record must be locked by the act that calls, so that the chain cannot fork. `token` is
    the one-use token of the form that asked for the act; a second one violates its uniqueness.
    """
    write_many([(record, happening) for happening in happenings], by=by, token=token)


def write_many(
    happenings: Iterable[tuple[Record, Happening]],
    *,
    by: AbstractBaseUser | None,
    token: str | None = None,
) -> None:
    """Add happenings to the chains of many records, in batches of one INSERT."""
    at = clock.now()
    actor = getattr(by, "public_id", "")
    entries, texts = [], []
    for record, happening in happenings:
        entry, text = _next_entry(record, happening, at=at, actor=actor, token=token)
        token = None  # only the first entry of an act carries it
        entries.append(entry)
        if text:
            texts.append(text)
    insert_many(entries)
    insert_many(texts)


def _next_entry(
    record: Record, happening: Happening, *, at: datetime, actor: str, token: str | None
) -> tuple[LedgerEntry, LedgerText | None]:
    check_sayable(type(record), happening)
    record.ledger_length += 1
    entry = LedgerEntry(
        record_type=record_type(type(record)),
        record=record.public_id,
        position=record.ledger_length,
        thread=record.thread,
        reference=record.reference,
        verb=happening.verb,
        actor=actor,
        at=at,
        facts=dict(happening.facts),
        token=token,
    )
    text = None
    if happening.text:
        text = LedgerText(entry=entry, salt=secrets.token_hex(16), text=happening.text)
        entry.text_hash = text_hash(text.salt, text.text)
    entry.hash = entry_hash(entry, previous=record.ledger_head)
    record.ledger_head = entry.hash
    return entry, text


def text_hash(salt: str, text: str) -> str:
    """The salted hash of free text: proves it unchanged, and says nothing once it is erased."""
    return hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()


def entry_hash(entry: LedgerEntry, *, previous: str) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the entry's facts."""
    body = {
        "previous": previous,
        "record": f"{entry.record_type}:{entry.record}",
        "position": entry.position,
        "thread": entry.thread,
        "reference": entry.reference,
        "verb": entry.verb,
        "actor": entry.actor,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "facts": entry.facts,
        "text": entry.text_hash,
        "token": entry.token,
    }
    canonical = json.dumps(
        body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def faults() -> Iterator[str]:
    """What is wrong with the ledger, a sentence each: nothing where it is whole.

    Reads every entry once, in order; memory does not grow with the ledger.
    """
    ends: list[_End] = []
    for end in _walk():
        if isinstance(end, str):
            yield end
            continue
        if ends and (len(ends) == BATCH or ends[0].record_type != end.record_type):
            yield from _check_ends(ends)
            ends = []
        ends.append(end)
    yield from _check_ends(ends)
    for model in record_models():
        yield from _untold(model)


@dataclass(frozen=True)
class _End:
    """Where the chain of one record ends, as its entries say."""

    record_type: str
    record: str
    length: int = 0
    head: str = ""

    def holds(self, entry: LedgerEntry) -> bool:
        return (self.record_type, self.record) == (entry.record_type, entry.record)


def _walk() -> Iterator[_End | str]:
    """Every entry of every chain: the faults in them, and where each chain ends."""
    end: _End | None = None
    entries = LedgerEntry.objects.order_by("record_type", "record", "position")
    for entry in entries.select_related("said").iterator(chunk_size=2000):
        if end is None or not end.holds(entry):
            if end:
                yield end
            end = _End(entry.record_type, entry.record)
        yield from _entry_faults(entry, end)
        end = replace(end, length=entry.position, head=entry.hash)
    if end:
        yield end


def _entry_faults(entry: LedgerEntry, before: _End) -> Iterator[str]:
    name = f"{entry.record_type} {entry.record}, entry {entry.position}"
    if entry.position != before.length + 1:
        yield f"{name}: entries are missing before it."
    if entry_hash(entry, previous=before.head) != entry.hash:
        yield f"{name}: has been changed."
    said = getattr(entry, "said", None)
    if said and text_hash(said.salt, said.text) != entry.text_hash:
        yield f"{name}: its text has been changed."


def _check_ends(ends: Sequence[_End]) -> Iterator[str]:
    """Whether the records' own heads agree with where their chains end."""
    if not ends:
        return
    kinds = {record_type(model): model for model in record_models()}
    model = kinds.get(ends[0].record_type)
    heads = _heads(model, [end.record for end in ends]) if model else {}
    for end in ends:
        head = heads.get(end.record)
        if head is None:
            yield f"{end.record_type} {end.record}: the record is gone."
        elif head != (end.length, end.head):
            yield _wrong_end(end.record_type, end.record)


def _heads(model: type[Record], records: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = model._default_manager.filter(public_id__in=records)
    return {
        public_id: (length, head)
        for public_id, length, head in rows.values_list("public_id", *CHAIN_FIELDS)
    }


def _untold(model: type[Record]) -> Iterator[str]:
    """Records of which the ledger says nothing at all."""
    kind = record_type(model)
    entries = LedgerEntry.objects.filter(record_type=kind, record=OuterRef("public_id"))
    silent = model._default_manager.filter(~Exists(entries)).values_list("public_id", flat=True)
    for public_id in silent.iterator(chunk_size=2000):
        yield _wrong_end(kind, public_id)


def _wrong_end(kind: str, public_id: str) -> str:
    return f"{kind} {public_id}: its ledger does not end where the record says it does."


def record_models() -> list[type[Record]]:
    """Every kind of record of this site."""
    return [model for model in apps.get_models() if issubclass(model, Record)]
