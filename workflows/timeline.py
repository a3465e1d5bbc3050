"""The ledger read aloud: entries as sentences with a person, a time and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.formats import date_format

from workflows.ledger import record_models, record_type, sentences
from workflows.models import LedgerEntry, LedgerText, Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet


@dataclass(frozen=True)
class Line:
    """One line of a timeline, ready to be shown."""

    reference: str
    sentence: str
    text: str
    at: datetime


def of_record(record: Record) -> QuerySet[LedgerEntry]:
    """What happened to one record, newest first."""
    return _own(record).select_related("said").order_by("-position")


def of_thread(record: Record) -> QuerySet[LedgerEntry]:
    """What happened to a record and to everything in its thread, newest first."""
    entries = _own(record) | LedgerEntry.objects.filter(thread=record.pk)
    return entries.select_related("said").order_by("-at", "-id")


def _own(record: Record) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(
        record_type=record_type(type(record)), record=record.public_id
    )


def lines(entries: Iterable[LedgerEntry]) -> list[Line]:
    """Entries as sentences. Costs one query for the people they name."""
    rows = list(entries)
    names = _names(rows)
    return [Line(entry.reference, sentence(entry, names), _text(entry), entry.at) for entry in rows]


def sentence(entry: LedgerEntry, names: dict[str, str]) -> str:
    """One entry as a sentence: who, what, and the facts that belong to it."""
    facts = _Facts((key, _fact(key, value, names)) for key, value in entry.facts.items())
    said = _says(entry).format_map(facts)
    if said[:1].isupper():  # a sentence of its own: it followed from an act, and nobody did it
        return said
    return f"{names.get(entry.actor, 'The system')} {said}"


class _Facts(dict[str, str]):
    """What an entry's sentence is filled with. Entries outlive the sentences of their day."""

    def __missing__(self, key: str) -> str:
        return "(not recorded)"


def _says(entry: LedgerEntry) -> str:
    try:
        model = apps.get_model(entry.record_type)
    except LookupError:
        return entry.verb.replace("_", " ")
    says: str = sentences(model).get(entry.verb, entry.verb.replace("_", " "))
    return says


def last_sentence(record: Record) -> str:
    """Who changed a record last, what they did and when, as one sentence."""
    entry = of_record(record).first()
    if entry is None:
        return ""
    (line,) = lines([entry])
    at = timezone.localtime(line.at)
    return f"{line.sentence} at {at:%H:%M} on {date_format(at, 'j F Y')}."


def last_change(public_id: str) -> str:
    """Who changed the record with this public id last, and when. Not what they did: whoever may
    open a page of the record may not read all of its history."""
    kinds = [record_type(model) for model in record_models()]
    entries = LedgerEntry.objects.filter(record_type__in=kinds, record=public_id)
    entry = entries.order_by("-position").first()
    if entry is None:
        return ""
    who = _names([entry]).get(entry.actor, "The system")
    at = timezone.localtime(entry.at)
    return f"{who} changed it last, at {at:%H:%M} on {date_format(at, 'j F Y')}."


def _text(entry: LedgerEntry) -> str:
    said = getattr(entry, "said", None)
    return said_aloud(said) if said else ""


def said_aloud(said: LedgerText) -> str:
    """What was written beside an entry, or when that was erased."""
    if said.erased_at is None:
        return said.text
    return f"(erased on {date_format(timezone.localtime(said.erased_at), 'j F Y')})"


def _fact(key: str, value: object, names: dict[str, str]) -> str:
    if key.endswith("_person"):
        return names.get(str(value), "nobody")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _names(entries: list[LedgerEntry]) -> dict[str, str]:
    ids = {entry.actor for entry in entries}
    for entry in entries:
        ids.update(str(v) for k, v in entry.facts.items() if k.endswith("_person") and v)
    people = get_user_model()._default_manager.filter(public_id__in=ids)
    return dict(people.values_list("public_id", "name"))
