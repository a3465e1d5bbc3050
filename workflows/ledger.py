"""What happened: an entry for every transition, assignment and decision, in a chain for each
record, written in the same transaction as what it tells (R56; docs/adr/0003)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from workflows import clock
from workflows.models import LedgerEntry, LedgerText, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser


CHAIN_FIELDS = ("ledger_length", "ledger_head")


@dataclass(frozen=True)
class Happening:
    """Something to write into a record's ledger.

    `facts` are codes, numbers and public ids; a key ending in `_person` holds a person's public
    id. `text` is free text and lies beside the chain.
    """

    verb: str
    facts: Mapping[str, str | int | bool | None | list[str] | list[int]]
    text: str = ""


def record_type(model: type[Record]) -> str:
    """The name a kind of record has in the ledger."""
    return str(model._meta.label_lower)


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
    LedgerEntry.objects.bulk_create(entries, batch_size=500)
    if texts:
        LedgerText.objects.bulk_create(texts, batch_size=500)


def _next_entry(
    record: Record, happening: Happening, *, at: datetime, actor: str, token: str | None
) -> tuple[LedgerEntry, LedgerText | None]:
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
    """What is wrong with the ledger, a sentence each: nothing where it is whole."""
    heads: dict[tuple[str, str], tuple[int, str]] = {}
    entries = LedgerEntry.objects.order_by("record_type", "record", "position")
    for entry in entries.select_related("said").iterator(chunk_size=2000):
        key = (entry.record_type, entry.record)
        length, head = heads.get(key, (0, ""))
        yield from _entry_faults(entry, length, head)
        heads[key] = (entry.position, entry.hash)
    yield from _head_faults(heads)


def _entry_faults(entry: LedgerEntry, length: int, head: str) -> Iterator[str]:
    name = f"{entry.record_type} {entry.record}, entry {entry.position}"
    if entry.position != length + 1:
        yield f"{name}: entries are missing before it."
    if entry_hash(entry, previous=head) != entry.hash:
        yield f"{name}: has been changed."
    said = getattr(entry, "said", None)
    if said and text_hash(said.salt, said.text) != entry.text_hash:
        yield f"{name}: its text has been changed."


def _head_faults(heads: Mapping[tuple[str, str], tuple[int, str]]) -> Iterator[str]:
    seen = set()
    for model in record_models():
        rows = model._default_manager.values_list("public_id", *CHAIN_FIELDS)
        for public_id, length, head in rows.iterator(chunk_size=2000):
            key = (record_type(model), public_id)
            seen.add(key)
            if heads.get(key, (0, "")) != (length, head):
                yield f"{key[0]} {public_id}: its ledger does not end where the record says it does."
    for kind, public_id in heads.keys() - seen:
        yield f"{kind} {public_id}: the record is gone."


def record_models() -> list[type[Record]]:
    """Every kind of record of this site."""
    return [model for model in apps.get_models() if issubclass(model, Record)]
