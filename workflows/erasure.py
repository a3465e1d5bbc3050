"""Erasing free text of the ledger lawfully: the words go, that they went is written down, and the
chain stays whole (docs/adr/0017).

What may be erased, when and by whom is for those who call: retention, or an answer to somebody's
request. Here it only has to be said by whom and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

from workflows.errors import NotYet
from workflows.ledger import record_type
from workflows.lifecycle import Facts, act, beginning, lock_order
from workflows.models import LedgerEntry, LedgerText, Record
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.base_user import AbstractBaseUser

Key = tuple[str, str]


def erase(entries: Iterable[LedgerEntry], *, by: AbstractBaseUser | None, why: str) -> int:
    """Erase what was written beside these entries, for good. Says how many texts that were.

    Each record's ledger says how many, by whom and why, and the rows say when. What was erased
    before, and entries without a text, are passed over. All of it is one act.

    Raises `NotYet` where no reason is given, or a record of an entry is not there any more.
    """
    check_says(why, "Say why these words are erased.")
    wanted: dict[Key, list[LedgerEntry]] = {}
    for entry in entries:
        wanted.setdefault((entry.record_type, entry.record), []).append(entry)
    with beginning():
        records = sorted(map(_record, wanted), key=lock_order)
        return sum(_erase(record, wanted[_key(record)], by, why) for record in records)


def _key(record: Record) -> Key:
    return record_type(type(record)), record.public_id


def _record(key: Key) -> Record:
    model = apps.get_model(key[0])
    record: Record | None = model._default_manager.filter(public_id=key[1]).first()
    if record is None:
        raise NotYet("What these words were written about is not there any more.")
    return record


def _erase(
    record: Record, entries: list[LedgerEntry], by: AbstractBaseUser | None, why: str
) -> int:
    with act(record, by=by) as (doing, locked):
        texts = LedgerText.objects.filter(entry__in=[entry.pk for entry in entries], erased_at=None)
        positions = sorted(texts.values_list("entry__position", flat=True))
        if not positions:
            return 0
        facts: Facts = {"count": len(positions), "positions": positions}
        doing.note("text_erased", text=why, facts=facts)
    kind, public_id = _key(locked)
    own = LedgerEntry.objects.filter(record_type=kind, record=public_id)
    told = own.get(position=locked.ledger_length)
    return texts.update(salt="", text="", erased_at=told.at)
