"""What is true: states, lawful moves, and the one way to make a move.

An act is a `with act(...)` block in a room's `services.py`. Inside it `move` changes the state
of the locked record; at the end of the block state, version and ledger are written together.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, models, transaction
from django_fsm import FSMField, FSMModelMixin, TransitionNotAllowed, can_proceed
from django_fsm import transition as fsm_transition

from workflows import ledger
from workflows.errors import AlreadyDone, Stale, WrongState
from workflows.ledger import Happening
from workflows.models import LedgerEntry, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

R = TypeVar("R", bound=Record)
L = TypeVar("L", bound="Lifecycle")
Facts = dict[str, "str | int | bool | None | list[str] | list[int]"]

_acting: ContextVar[bool] = ContextVar("acting", default=False)


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

    def move(self, name: str, *, text: str = "", facts: Facts | None = None) -> None:
        """Make the lawful move `name`, or raise `WrongState`."""
        source = _fire(self.record, name)
        self.changed.add("state")
        self.note(name, text=text, facts={"from": source, "to": _state(self.record), **(facts or {})})


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
        raise WrongState(
            f"{what} is at “{label}”, so “{words}” is not possible now."
        ) from refused
    return source


@contextmanager
def act(
    record: R, *, by: AbstractBaseUser | None, expects: int | None = None, token: str | None = None
) -> Iterator[tuple[Act, R]]:
    """One act on one record: lock it, let the block change it, write record and ledger.

    Yields the act and the locked, fresh record. `expects` is the version the person's page was
    made from; `token` the one-use token of their form.

    Raises `Stale` when the record has changed since, `AlreadyDone` when the same form was
    posted before. Any refusal inside the block undoes the whole act.
    """
    with _transaction():
        fresh = lock(record, expects=expects, token=token)
        doing = Act(fresh, by)
        try:
            yield doing, fresh
        except WrongState:
            _refuse_repeat(token)
            raise
        _write(doing, token)


@contextmanager
def _transaction() -> Iterator[None]:
    """One transaction for the outermost act; an act inside it is part of it."""
    inner = _acting.get()
    mark = _acting.set(True)
    try:
        with transaction.atomic(savepoint=not inner):
            yield
    finally:
        _acting.reset(mark)


def lock(record: R, *, expects: int | None, token: str | None = None) -> R:
    """Take the row for this transaction, fresh, and refuse a stale version."""
    model = type(record)
    fresh = model._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if expects is not None and fresh.version != expects:
        _refuse_repeat(token)
        raise Stale(_who_changed(fresh))
    return fresh


def _refuse_repeat(token: str | None) -> None:
    first = LedgerEntry.objects.filter(token=token).first() if token else None
    if first:
        raise AlreadyDone(first.record_type, first.record)


def _who_changed(record: Record) -> str:
    from workflows.timeline import last_sentence  # words need the rooms' tables, loaded late

    return (
        "Somebody changed this while your page was open, so nothing was saved. "
        f"{last_sentence(record)} What you typed is kept below."
    )


def _write(doing: Act, token: str | None) -> None:
    record = doing.record
    if not doing.changed and not doing.happenings:
        return
    record.version += 1
    try:
        ledger.write(record, doing.happenings, by=doing.by, token=token)
    except IntegrityError as conflict:
        raise AlreadyDone(ledger.record_type(type(record)), record.public_id) from conflict
    record.save(update_fields=[*doing.changed, "version", *ledger.CHAIN_FIELDS])


@contextmanager
def beginning() -> Iterator[None]:
    """The transaction of an act that makes new records with `begin` or `begin_many`."""
    with _transaction():
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
    _refuse_repeat(token)
    ledger.write(record, [Happening(verb, facts or {}, text)], by=by, token=token)
    record.save()
    return record


def begin_many(
    records: Sequence[R],
    verb: str,
    *,
    by: AbstractBaseUser | None,
    facts: Callable[[R], Facts] | None = None,
) -> list[R]:
    """Store many new records of one kind, each with its first ledger entry, in batches."""
    if not records:
        return []
    ledger.write_many(
        [(record, Happening(verb, facts(record) if facts else {})) for record in records], by=by
    )
    return type(records[0])._default_manager.bulk_create(records, batch_size=500)


def move_many(
    records: Sequence[L], name: str, *, by: AbstractBaseUser | None, text: str = ""
) -> None:
    """The only bulk form of a move: many locked records of one kind, a statement a batch."""
    happenings = []
    for record in records:
        source = _fire(record, name)
        record.version += 1
        happenings.append((record, Happening(name, {"from": source, "to": _state(record)}, text)))
    if not happenings:
        return
    ledger.write_many(happenings, by=by)
    manager = type(records[0])._default_manager
    manager.bulk_update(records, ["state", "version", *ledger.CHAIN_FIELDS], batch_size=200)


def may_move(record: Lifecycle, name: str) -> bool:
    """Whether the lifecycle allows the move now, whoever asks."""
    return bool(can_proceed(getattr(record, name)))
