"""Loading an export: every row as it was, in one transaction, and sound at the end or not at all.

No act is played again and nobody is told anything: what happened has happened. The values go
into the tables as they are, so that the ledger's chains still hold.
"""

from __future__ import annotations

import json
from collections import Counter as Tally
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.color import no_style
from django.db import connection
from django.db.models import BinaryField

from macfa.leaving.belonging import happenings, leaving
from macfa.leaving.columns import NUMBER
from macfa.leaving.event_keys import renumbered
from macfa.leaving.kinds import KINDS, OF_ACCOUNT
from macfa.leaving.places import UNREADABLE, Places, rows_of, unreadable
from macfa.overview.invariants import faults as of_the_audits
from macfa.people.models import Partnership, User
from macfa.people.roles import Role
from macfa.people.rules import check_holds
from macfa.sampling.marks import mark
from macfa.sampling.models import IdentityKey
from notifications import inbox
from notifications.models import Counter, Notification
from workflows import invariants
from workflows.errors import NotAllowed, WrongState
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.models import Model

    from macfa.leaving.columns import Column
    from macfa.leaving.kinds import Kind
    from macfa.leaving.packing import Step
    from macfa.leaving.sealing import Seal

BATCH = 1000


def load(
    folder: Path,
    manifest: dict[str, Any],
    seal: Seal,
    email: str,
    step: Step,
    *,
    unsound: bool,
) -> tuple[Partnership, User, int]:
    """Store every row: the partnership, the coordinator with this address who has it loaded, and
    how many faults it has, which only `unsound` allows.

    Call it in the transaction that also says so in the ledger.
    """
    code = str(manifest["partnership"]["code"])
    if Partnership.objects.filter(code=code).exists():
        raise WrongState(f"There is a partnership “{code}” here already. Nothing was loaded.")
    before = set(_faults())
    loading = Loading(folder, Places(folder, manifest), seal)
    stored: Tally[type[Model]] = Tally()
    for kind in KINDS:
        for rows in loading.table(kind):
            stored[kind.model] += rows
            step(stored.total(), int(manifest["rows"]))
    loading.count()
    _number_on()
    partnership = Partnership.objects.get(code=code)
    by = User.objects.filter(email__iexact=email).first()
    if by is None:
        raise NotAllowed(f"Nobody in the export has the address {email}.")
    check_holds(by, Role.COORDINATOR, partnership)
    connection.check_constraints()
    if happenings(leaving(partnership, KINDS)).count() != stored[LedgerEntry]:
        raise WrongState("The ledger tells of records that did not come along.")
    new = [fault for fault in _faults() if fault not in before]
    if new and not unsound:
        raise WrongState(
            f"What was loaded is not sound, so nothing was kept: {new[0]} There are {len(new):,} "
            "such faults. If they were there before it left, load it with --unsound."
        )
    return partnership, by, len(new)


def _faults() -> Iterator[str]:
    """What is wrong with what is stored. That nobody was reminded in time is no matter here."""
    for found in (invariants.faults(), inbox.faults(), of_the_audits()):
        yield from found


def _number_on() -> None:
    """New rows are numbered after those that were loaded."""
    models = [kind.model for kind in KINDS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


class Loading:
    """An export on its way into the tables."""

    def __init__(self, folder: Path, places: Places, seal: Seal) -> None:
        self._folder = folder
        self._places = places
        self._seal = seal
        self._told: dict[int, int] = {}
        self._partnership = places.partnership

    def table(self, kind: Kind) -> Iterator[int]:
        """Store the rows of one table; how many, batch by batch."""
        insertion = _insertion(kind)
        lines = enumerate(rows_of(self._folder, kind.model), 1)
        while batch := list(islice(lines, BATCH)):
            values = [
                self._values(kind, line, row) for line, row in batch if not self._stays(kind, row)
            ]
            with connection.cursor() as cursor:
                cursor.executemany(insertion, values)
            yield len(batch)

    def count(self) -> None:
        """Number what people are told from now on after what they were told."""
        for person, last in self._told.items():
            Counter.objects.update_or_create(recipient_id=person, defaults={"last_seq": last})

    def _stays(self, kind: Kind, row: dict[str, Any]) -> bool:
        """Whether somebody has an account here, and with it what they chose."""
        if kind.model is User:
            return row.get(NUMBER) in self._places.known
        return kind.model in OF_ACCOUNT and row.get("recipient") in self._places.known

    def _values(self, kind: Kind, line: int, row: dict[str, Any]) -> list[Any]:
        """What the database is given for one row."""
        try:
            values = [self._value(kind, column, row) for column in kind.columns]
            return values + [self._added(field, row) for field in _added(kind)]
        except (*UNREADABLE, ValidationError, ObjectDoesNotExist):
            raise unreadable(kind, line) from None

    def _value(self, kind: Kind, column: Column, row: dict[str, Any]) -> Any:
        value = row[column.name]
        if value is None:
            return column.read(None)
        if kind.model is Notification and column.name in {"event_key", "seq"}:
            return self._renumbered(column.name, row)
        if column.sealed:
            return self._unsealed(column, value)
        if column.target is ContentType:
            return ContentType.objects.get_by_natural_key(*value.split(".")).pk
        return column.read(self._placed(kind, column, row, value))

    def _placed(self, kind: Kind, column: Column, row: dict[str, Any], value: Any) -> Any:
        """A value, or the number here of the row that it names."""
        if column.typed_by:
            return self._places.of(apps.get_model(row[column.typed_by]), value)
        if column.target is not None:
            return self._places.of(column.target, value)
        return self._places.of(kind.model, value) if column.name == NUMBER else value

    def _unsealed(self, column: Column, value: str) -> Any:
        if isinstance(column.field, BinaryField):
            return column.field.get_db_prep_save(self._seal.resealed(value), connection=connection)
        return self._seal.opened(value)

    def _renumbered(self, name: str, row: dict[str, Any]) -> str | int:
        """Whoever has been told things here already is told these after them."""
        if name == "event_key":
            return renumbered(row["event_key"], self._places.of)
        person = self._places.of(User, row["recipient"])
        self._told[person] = self._told.get(person, inbox.last_seq(person)) + 1
        return self._told[person]

    def _added(self, field: Any, row: dict[str, Any]) -> Any:
        """What stayed behind, made anew."""
        value = field.get_default()
        if field.model is User and field.name == "password":
            value = make_password(None)
        elif field.model is IdentityKey and (identity := self._seal.opened(row["sealed"])):
            value = mark(json.loads(identity), self._partnership)
        return field.get_db_prep_save(value, connection=connection)


def _added(kind: Kind) -> list[Any]:
    return [each for each in kind.model._meta.concrete_fields if each.name in kind.without]


def _insertion(kind: Kind) -> str:
    fields = [*(column.field for column in kind.columns), *_added(kind)]
    name = connection.ops.quote_name
    columns = ", ".join(name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = name(kind.model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names of ours
