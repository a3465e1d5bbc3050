"""Who read what is sensitive: one row a person, record, way and day, and one for every export.

A page that shows such a thing writes it down before it answers. The second look on the same day
costs one question and writes nothing, so reading stays quick (docs/adr/0017).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from notifications.rows import insert
from workflows import clock
from workflows.ledger import record_type, sealed
from workflows.models import Read, Record
from workflows.stored import Misspelt, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

#: Two pages of one person may be opened at once: each takes the next place in their chain.
TRIES = 20
#: Somebody who guesses addresses is known for it by then.
MOST_NOT_FOUND = 100
UNHASHED = {"id", "hash"}


def note(person: Any, how: Read.How, record: Record, *, about: Record | None = None) -> None:
    """Somebody reads a record today; `about` is what it belongs to, where it has no reference."""
    named = about or record
    _once_today(
        actor=person.public_id,
        how=how,
        record_type=record_type(type(record)),
        record=record.public_id,
        thread=named.thread,
        reference=named.reference,
    )


def exported(person: Any, name: str, rows: int, *, thread: int | None = None) -> None:
    """Somebody took a copy: which file, and how many rows it has."""
    _add(
        Read(actor=person.public_id, how=Read.How.EXPORT, reference=name, rows=rows, thread=thread)
    )


def not_found(person: Any, model: type[Model], public_id: str) -> None:
    """Somebody asked for a record that is not theirs or not there; they are told neither (R13)."""
    today = Read.objects.filter(actor=person.public_id, day=clock.today())
    if today.filter(how=Read.How.NOT_FOUND)[:MOST_NOT_FOUND].count() == MOST_NOT_FOUND:
        return
    there = model._default_manager.filter(public_id=public_id).first()
    named = there if isinstance(there, Record) else None
    _once_today(
        actor=person.public_id,
        how=Read.How.NOT_FOUND,
        record_type=model._meta.label_lower,
        record=public_id,
        thread=named.thread if named else None,
        reference=named.reference if named else "",
    )


def _once_today(**what: Any) -> None:
    what["day"] = clock.today()
    known = ("actor", "day", "how", "record_type", "record")
    if not Read.objects.filter(**{name: what[name] for name in known}).exists():
        _add(Read(**what))


def _add(read: Read) -> None:
    """The next row in a person's chain; nothing where another page has just written the same."""
    read.at = clock.now()
    for tries_left in reversed(range(TRIES)):
        last = Read.objects.filter(actor=read.actor).order_by("-position").first()
        read.position = last.position + 1 if last else 1
        read.hash = read_hash(read, previous=sealed(last.hash, [last.pk]) if last else "")
        try:
            with transaction.atomic():
                insert(read)
        except IntegrityError:
            same = Read.objects.filter(
                actor=read.actor,
                day=read.day,
                how=read.how,
                record_type=read.record_type,
                record=read.record,
            )
            if read.day and same.exists():
                return
            if not tries_left:
                raise
        else:
            return


def read_hash(read: Read, *, previous: str) -> str:
    """SHA-256 over the end of a person's chain and everything that this row says."""
    said = {
        field.attname: str(getattr(read, field.attname))
        for field in Read._meta.concrete_fields
        if field.attname not in UNHASHED
    }
    canonical = json.dumps({"previous": previous, **said}, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def faults() -> Iterator[str]:
    """What is wrong with the log of reads, a sentence each: nothing where it is whole."""
    actor, position, end = b"", 0, ""
    for row in rows(Read, order=("actor", "position")):
        if row.spelled["actor"] != actor:
            actor, position, end = row.spelled["actor"] or b"", 0, ""
        name = f"Read {row.text('position')} of {row.text('actor')}"
        if row.text("position") != str(position + 1):
            yield f"{name}: rows are missing before it."
        elif fault := _fault(row.values, row.text("hash"), end):
            yield f"{name}: {fault}"
        try:
            position, number = int(row.text("position")), int(row.text("id"))
        except ValueError:
            continue
        end = sealed(row.text("hash"), [number])


def _fault(values: Any, stored: str, previous: str) -> str:
    try:
        read = Read(**values())
    except Misspelt as wrong:
        return f"has been changed, in the column {wrong.column}."
    return "" if read_hash(read, previous=previous) == stored else "has been changed."
