"""What happened: an entry for every transition, assignment and decision, in a chain for each
record, written in the same transaction as what it tells (R56; docs/adr/0003)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from notifications.rows import insert_many
from workflows import clock
from workflows.models import LedgerEntry, LedgerText, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

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
    "text_erased": "erased what was written beside {count} of these lines",
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
    written, texts = [], []
    for record, happening in happenings:
        entry, text = _next_entry(record, happening, at=at, actor=actor, token=token)
        token = None  # only the first entry of an act carries it
        written.append((record, entry))
        if text:
            texts.append(text)
    insert_many([entry for _record, entry in written])
    insert_many(texts)
    _seal(written)


def _seal(written: Sequence[tuple[Record, LedgerEntry]]) -> None:
    """The database has numbered the new rows: let the heads of their records cover the numbers."""
    numbers: dict[int, tuple[Record, list[int]]] = {}
    for record, entry in written:
        numbers.setdefault(id(record), (record, []))[1].append(entry.pk)
    for record, new in numbers.values():
        record.ledger_head = sealed(record.ledger_head, new)


def sealed(head: str, numbers: Sequence[int]) -> str:
    """The head of a chain after an act: over the hash of its last entry, and over the numbers of
    the rows that the act wrote. The next entry follows on this."""
    return hashlib.sha256(f"{head}:{','.join(map(str, numbers))}".encode()).hexdigest()


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
        facts=dict(sorted(happening.facts.items())),
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
    from workflows import ledger_check  # noqa: PLC0415 - it builds on this module

    return ledger_check.faults()


def record_models() -> list[type[Record]]:
    """Every kind of record of this site."""
    return [model for model in apps.get_models() if issubclass(model, Record)]
