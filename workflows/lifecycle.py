"""What is true: states, lawful moves, and the one way to make a move.

An act is a `with act(...)` block in a room's `services.py`. Inside it `move` changes the state
of the locked record; at the end of the block state, version and ledger are written together.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django_fsm import FSMField, FSMModelMixin, TransitionNotAllowed, can_proceed
from django_fsm import transition as fsm_transition

from notifications import inbox
from notifications.rows import insert_many, update, update_many
from workflows import clock, ledger
from workflows.composed import composed
from workflows.errors import AlreadyDone, Refused, Stale, WrongState
from workflows.ledger import Happening
from workflows.models import LedgerEntry, Record
from workflows.timeline import last_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

R = TypeVar("R", bound=Record)
L = TypeVar("L", bound="Lifecycle")
Facts = Mapping[str, str | int | bool | list[str] | list[int] | None]


@dataclass
class _Underway:
    """The transaction of the outermost act: what all the acts inside it share."""

    token: str | None
    messages: list[inbox.Message] = field(default_factory=list)
    records: set[tuple[type[Record], int]] = field(default_factory=set)
    taken: set[tuple[int, int]] = field(default_factory=set)
    last: tuple[int, int] = (0, 0)

    @contextmanager
    def alone(self, record: Record) -> Iterator[None]:
        """Only one act at a time on a record: a second one inside it would be overwritten."""
        key = (type(record), record.pk)
        if key in self.records:
            raise RuntimeError(f"“{record}” is in an act already: hand that act on.")
        self.records.add(key)
        try:
            yield
        finally:
            self.records.discard(key)

    def takes(self, record: Record) -> None:
        """A record is locked. Raise `RuntimeError` where that breaks the one order of locks.

        Two acts that take the same records in the same order wait for each other and never
        deadlock. That an act keeps the order shows in any run of it, so tests ask for it.
        """
        place = lock_order(record)
        if place in self.taken:
            return
        if place < self.last and settings.WORKFLOWS_LOCKS_ARE_CHECKED:
            raise RuntimeError(f"“{record}” is locked after a record that comes after it.")
        self.taken.add(place)
        self.last = max(self.last, place)

    def makes(self, record: Record) -> None:
        """A record is new: nobody else can wait for it, so it may be locked at any time."""
        self.taken.add(lock_order(record))


def lock_order(record: Record) -> tuple[int, int]:
    """Where a record comes in the one order of locks: by the rooms in the order of the work,
    what belongs to something after it, and by number among records of one kind."""
    return _kinds()[type(record)], record.pk


@cache
def _kinds() -> dict[type[Record], int]:
    return {model: number for number, model in enumerate(ledger.record_models(), start=1)}


_underway: ContextVar[_Underway | None] = ContextVar("underway", default=None)


class Lifecycle(FSMModelMixin, Record):
    """A record with states. A room's `lifecycle.py` adds the `state` field and the moves."""

    state: Any

    class Meta:
        abstract = True


def state_field(states: type[models.TextChoices], first: str) -> Any:
    """The protected state of a record: only `move` can change it."""
    return FSMField(
        default=first, choices=states.choices, protected=True, max_length=30, editable=False
    )


def transition(
    state: Any, *, source: str | Sequence[str], target: str
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Declare a lawful move of a lifecycle. The method's docstring says what it means."""
    sources = source if isinstance(source, str) else list(source)
    declared: Callable[[Callable[[Any], None]], Callable[[Any], None]] = fsm_transition(
        field=state, source=sources, target=target
    )
    return declared


class Act:
    """One act under way on one locked record: what it changes and what the ledger will say."""

    def __init__(self, record: Any, by: AbstractBaseUser | None) -> None:
        self.record = record
        self.by = by
        self.changed: set[str] = set()
        self.happenings: list[Happening] = []

    def note(self, verb: str, *, text: str = "", facts: Facts | None = None) -> None:
        """Something happened to the record that the ledger must tell."""
        self.happenings.append(Happening(verb, facts or {}, text))

    def change(self, **fields: object) -> None:
        """Set fields of the record, to be saved when the act ends."""
        for name, value in fields.items():
            setattr(self.record, name, value)
        self.changed.update(fields)

    def tell(self, recipient_id: int, *, event: str, event_key: str, text: str, url: str) -> None:
        """Tell somebody of it when the act ends."""
        tell_at_the_end([inbox.Message(recipient_id, event, event_key, text, url, clock.now())])

    def move(self, name: str, *, text: str = "", facts: Facts | None = None) -> None:
        """Make the lawful move `name`, or raise `WrongState`."""
        source = _fire(self.record, name)
        self.changed.add("state")
        self.note(
            name, text=text, facts={"from": source, "to": _state(self.record), **(facts or {})}
        )


def _state(record: Record) -> str:
    return str(record.state)  # type: ignore[attr-defined]


def _fire(record: Record, name: str) -> str:
    source = _state(record)
    try:
        getattr(record, name)()
    except TransitionNotAllowed as refused:
        label = record.get_state_display()  # type: ignore[attr-defined]
        what = record.reference or str(record._meta.verbose_name)
        words = name.replace("_", " ")
        raise WrongState(f"{what} is at “{label}”, so “{words}” is not possible now.") from refused
    return source


@contextmanager
def act(
    record: R,
    *,
    by: AbstractBaseUser | None,
    expects: int | None = None,
    token: str | None = None,
    within: Record | None = None,
) -> Iterator[tuple[Act, R]]:
    """One act on one record: lock it, let the block change it, write record and ledger.

    Yields the act and the locked, fresh record. `expects` is the version the person's page was
    made from; `token` the one-use token of their form. `within` is a record it belongs to: it is
    locked first, so that no gate of it closes meanwhile.

    Raises `Stale` when the record has changed since, `AlreadyDone` when the same form was
    posted before. Any refusal inside the block undoes the whole act.
    """
    with _transaction(token) as underway, underway.alone(record):
        if within is not None:
            lock(within)
        fresh = lock(record, expects=expects)
        doing = Act(fresh, by)
        yield doing, fresh
        _write(doing, token)


@contextmanager
def _transaction(token: str | None = None) -> Iterator[_Underway]:
    """One transaction for the outermost act; an act inside it is part of it.

    People are told last: the counters of their notifications stay locked until commit, and
    everybody takes them in one order, after all records, so that no two acts can deadlock.
    """
    outer = _underway.get()
    if outer is not None:
        with transaction.atomic(savepoint=False):
            yield outer
        return
    underway = _Underway(token)
    mark = _underway.set(underway)
    try:
        with transaction.atomic():
            yield underway
            inbox.tell_many(underway.messages)
    except (Refused, IntegrityError):
        _refuse_repeat(underway.token)
        raise
    finally:
        _underway.reset(mark)


def tell_at_the_end(messages: Sequence[inbox.Message]) -> None:
    """Tell people when everything else of the outermost act is written."""
    underway = _underway.get()
    if underway is None:
        inbox.tell_many(messages)
    else:
        underway.messages.extend(messages)


def lock(record: R, *, expects: int | None = None) -> R:
    """Take the row for this transaction, fresh, and refuse a stale version.

    Rows that point to it may still be stored meanwhile: its key is not locked. Inside an act
    records are taken in the one order of `lock_order`.
    """
    underway = _underway.get()
    if underway:
        underway.takes(record)
    found = _taking(type(record))(record.pk)
    if not found:
        raise type(record).DoesNotExist(f"“{record}” is not there any more.")
    fresh: R = found[0]
    if expects is not None and fresh.version != expects:
        raise Stale(_who_changed(fresh))
    return fresh


def hold(records: models.QuerySet[R]) -> list[R]:
    """Take several rows of one kind for this act, so that none changes under what it decides."""
    rows = list(records.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if underway := _underway.get():
        for row in rows:
            underway.takes(row)
    return rows


@cache
def _taking(model: type[R]) -> composed[R]:
    """How a row of a kind of record is taken, with what its manager reads beside it."""
    return composed(
        lambda number: model._default_manager.select_for_update(of=("self",), no_key=True).filter(
            pk=number
        )
    )


def _refuse_repeat(token: str | None) -> None:
    """A form whose token the ledger knows has been posted before: its first post counted."""
    first = LedgerEntry.objects.filter(token=token).first() if token else None
    if first:
        raise AlreadyDone(first.record_type, first.record)


def _who_changed(record: Record) -> str:
    return (
        "Somebody changed this while your page was open, so nothing was saved. "
        f"{last_sentence(record)} What you typed is kept below."
    )


def _write(doing: Act, token: str | None) -> None:
    record = doing.record
    if not doing.changed and not doing.happenings:
        return
    record.version += 1
    ledger.write(record, doing.happenings, by=doing.by, token=token)
    update(record, [*doing.changed, "version", *ledger.CHAIN_FIELDS])


@contextmanager
def beginning(token: str | None = None) -> Iterator[None]:
    """The transaction of an act that makes new records with `begin` or `begin_many`.

    With the form's token a refusal of a repeated post becomes `AlreadyDone`, also where a
    service refuses before it comes to `begin` (because the record is there already).
    """
    with _transaction(token):
        yield


def begin(
    record: R,
    verb: str,
    *,
    by: AbstractBaseUser | None,
    token: str | None = None,
    text: str = "",
    facts: Facts | None = None,
) -> R:
    """Store a new record with the first entry of its ledger. Call inside `beginning()`.

    Raises `AlreadyDone` when the same form was posted before.
    """
    underway = _underway.get()
    if underway is None:
        raise RuntimeError("Begin a record inside `with beginning():`.")
    underway.token = underway.token or token
    ledger.write(record, [Happening(verb, facts or {}, text)], by=by, token=token)
    record.save()
    made([record])
    return record


def made(records: Iterable[Record]) -> None:
    """These records are new in the act under way: nobody else can have taken them before it."""
    if underway := _underway.get():
        for record in records:
            underway.makes(record)


def begin_many(
    records: Sequence[R],
    verb: str,
    *,
    by: AbstractBaseUser | None,
    facts: Callable[[R], Facts] | None = None,
) -> list[R]:
    """Store many new records of one kind, each with its first ledger entry, in batches."""
    ledger.write_many(
        [(record, Happening(verb, facts(record) if facts else {})) for record in records], by=by
    )
    insert_many(records)
    made(records)
    return list(records)


def move_many(
    records: Sequence[L], name: str, *, by: AbstractBaseUser | None, text: str = ""
) -> None:
    """The only bulk form of a move: many locked records of one kind, a statement a batch."""
    happenings = []
    for record in records:
        source = _fire(record, name)
        record.version += 1
        happenings.append((record, Happening(name, {"from": source, "to": _state(record)}, text)))
    ledger.write_many(happenings, by=by)
    update_many(records, ["state", "version", *ledger.CHAIN_FIELDS])


def note_many(happenings: Sequence[tuple[Record, Happening]]) -> None:
    """What happened to many locked records of one kind by itself, in batches. Nothing of them
    changed, so whoever has their pages open goes on."""
    ledger.write_many(happenings, by=None)
    records = {record.pk: record for record, _happening in happenings}
    update_many(list(records.values()), ledger.CHAIN_FIELDS)


def lifecycles() -> list[type[Lifecycle]]:
    """Every kind of record with states of this site."""
    return [model for model in ledger.record_models() if issubclass(model, Lifecycle)]


def _field(model: type[models.Model]) -> Any:
    return model._meta.get_field("state")


@dataclass(frozen=True)
class Move:
    """One lawful move of a lifecycle, from one state to one other."""

    name: str
    source: str
    target: str
    means: str


def moves(model: type[Lifecycle]) -> list[Move]:
    """The lawful moves of a kind of record, in the order of its states."""
    order = list(states(model))
    found = [
        Move(each.name, str(each.source), str(each.target), (each.method.__doc__ or "").strip())
        for each in _field(model).get_all_transitions(model)
    ]
    return sorted(found, key=lambda move: (order.index(move.source), order.index(move.target)))


def states(model: type[Lifecycle]) -> dict[str, str]:
    """The states of a kind of record, each with its name on the pages."""
    return {str(state): str(label) for state, label in _field(model).flatchoices}


def first_state(model: type[Lifecycle]) -> str:
    """The state in which records of a kind begin."""
    return str(_field(model).get_default())


def may_move(record: Lifecycle, name: str) -> bool:
    """Whether the lifecycle allows the move now, whoever asks."""
    return bool(can_proceed(getattr(record, name)))
