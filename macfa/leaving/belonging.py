"""Whose it is, where no column says: who goes along, and what happened to and was told to them.

Whoever works in other partnerships too goes out with name, address and what they are here. What
they chose for their account, their absences, and what they were told elsewhere stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from macfa.leaving.event_keys import named_by
from macfa.people.models import Absence, Membership, User
from notifications.models import Email, Notification
from workflows.ledger import record_type
from workflows.models import LedgerEntry, LedgerText, Process, Record, WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model, QuerySet

    from macfa.leaving.kinds import Kind
    from macfa.people.models import Partnership


@dataclass(frozen=True)
class Leaving:
    """A partnership that leaves, with its people: all of them, and those who are only here."""

    partnership: Partnership
    kinds: Sequence[Kind]
    people: frozenset[int]
    only_here: frozenset[int]


def leaving(partnership: Partnership, kinds: Sequence[Kind]) -> Leaving:
    """Whoever holds or held a role here goes along, and whoever any of its rows names."""
    here = _numbers(Membership.objects.filter(team__partnership=partnership), "person")
    for kind in kinds:
        if isinstance(kind.of, str):
            here |= _named(kind.model._base_manager.filter(**{kind.of: partnership.pk}))
    elsewhere = Membership.objects.exclude(team__partnership=partnership)
    only_here = here - _numbers(elsewhere, "person")
    here |= _named(Absence.objects.filter(person__in=only_here))
    return Leaving(partnership, kinds, frozenset(here), frozenset(only_here))


def _named(rows: QuerySet[Any]) -> set[int]:
    """The people whom some rows name, in any column."""
    columns = [each for each in rows.model._meta.concrete_fields if each.related_model is User]
    return set().union(*(_numbers(rows, each.name) for each in columns))


def _numbers(rows: QuerySet[Any], column: str) -> set[int]:
    return set(rows.order_by().values_list(column, flat=True).distinct()) - {None}


def people(leaving: Leaving) -> QuerySet[User]:
    """Whoever goes along."""
    return User._base_manager.filter(pk__in=leaving.people)


def absences(leaving: Leaving) -> QuerySet[Absence]:
    """When those were away who are only here."""
    return Absence._base_manager.filter(person__in=leaving.only_here)


def of_account(model: type[Model]) -> Callable[[Leaving], QuerySet[Any]]:
    """What those who are only here chose for their account, in one of the tables for it."""
    return lambda leaving: model._base_manager.filter(recipient__in=leaving.only_here)


def processes(leaving: Leaving) -> QuerySet[Process]:
    """The processes whose work is the partnership's."""
    items = WorkItem.objects.filter(process=OuterRef("pk"), tenant=leaving.partnership.pk)
    rows: QuerySet[Process] = Process._base_manager.all()
    return rows.filter(Exists(items))


def happenings(leaving: Leaving) -> QuerySet[LedgerEntry]:
    """The whole chains of the records that go out, and no entry of another."""
    chains = Q(pk__in=())
    for kind in leaving.kinds:
        if issubclass(kind.model, Record):
            records = kind.rows(leaving).order_by().values("public_id")
            chains |= Q(record_type=record_type(kind.model), record__in=records)
    return LedgerEntry._base_manager.filter(chains)


def texts(leaving: Leaving) -> QuerySet[LedgerText]:
    """What was said with them."""
    return LedgerText._base_manager.filter(entry__in=happenings(leaving).values("pk"))


def told(leaving: Leaving) -> QuerySet[Notification]:
    """What those who go along were told, each in order. Of those who work elsewhere too, `ours`
    takes what is not of here out again."""
    rows = Notification._base_manager.filter(recipient__in=leaving.people)
    return rows.order_by("recipient", "seq")


def emails(leaving: Leaving) -> QuerySet[Email]:
    """E-mail to those who are only here: what was not sent yet is sent from where they go."""
    return Email._base_manager.filter(recipient__in=leaving.only_here)


def accounts(leaving: Leaving, rows: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Accounts as they go out: when somebody who works elsewhere too was away stays."""
    for row in rows:
        yield row if row["id"] in leaving.only_here else {**row, "absence_id": None}


def ours(leaving: Leaving, rows: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Of what people were told, what is of this partnership, as its key says."""
    others = [row for row in rows if row["recipient_id"] not in leaving.only_here]
    known = _known(leaving, {name for row in others for name in named_by(row["event_key"])})
    for row in rows:
        if row["recipient_id"] in leaving.only_here:
            yield row
        elif known.intersection(named_by(row["event_key"])):
            yield {**row, "email_id": None}


def _known(
    leaving: Leaving, names: set[tuple[type[Model], str, str]]
) -> set[tuple[type[Model], str, str]]:
    """Of these rows those that go out."""
    known = set()
    for kind in leaving.kinds:
        for column in ("pk", "public_id"):
            asked = [value for model, by, value in names if (model, by) == (kind.model, column)]
            if asked:
                found = kind.rows(leaving).filter(**{f"{column}__in": asked})
                values = found.order_by().values_list(column, flat=True)
                known |= {(kind.model, column, str(value)) for value in values}
    return known
