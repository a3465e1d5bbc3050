"""Giving, claiming, moving and putting back work. Every one is kept, and both sides are told.

The functions of this module are the acts behind the queue's pages; each is one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications import inbox
from notifications.rows import insert, insert_many
from workflows import queue
from workflows.errors import NotAllowed, WrongState
from workflows.lifecycle import Act, act, beginning, lock_order, tell_at_the_end
from workflows.models import Assignment, Record, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

    from workflows.flow import Work

Kind = Assignment.Kind


def place(item: WorkItem, work: Work, doing: Act) -> None:
    """New work lands: with its owner, or in the team's queue, whose watchers are told."""
    if work.owner is None:
        doing.note("queued", facts={"task": item.title, "team": str(work.team)})
        tell_at_the_end([_waiting(item, person.pk) for person in work.watchers])
        return
    verb = landing_verb(work.owner, doing.by)
    doing.note(verb, facts=assigned_facts(item, work.owner), text=work.why)
    _hand_over(item, work.owner, doing, Kind.GIVEN, work.why)


def landing_verb(owner: AbstractBaseUser, by: AbstractBaseUser | None) -> str:
    """What the ledger says when new work lands with its owner: one's own next step, or
    somebody's whose turn it is by the flow. Nobody gave it to them."""
    return "took" if by is not None and owner.pk == by.pk else "landed"


def assigned_facts(item: WorkItem, person: AbstractBaseUser) -> dict[str, str]:
    """What the ledger keeps when work is given to somebody."""
    return {"task": item.title, "to_person": str(person.public_id)}  # type: ignore[attr-defined]


def _hand_over(
    item: WorkItem, person: AbstractBaseUser, doing: Act, kind: str, why: str
) -> Assignment:
    """Store that the person has it, let the room follow, and tell them."""
    assert doing.by is not None
    row = Assignment(
        item=item, person_id=person.pk, by_id=doing.by.pk, kind=kind, why=why, at=item.assigned
    )
    insert(row)
    item.node.held(doing, person)
    tell_at_the_end([given(row, item)])
    return row


def given(row: Assignment, item: WorkItem) -> inbox.Message:
    """What the new owner of a work item is told."""
    assert row.person_id is not None
    return inbox.Message(
        row.person_id,
        event="task.assigned",
        event_key=f"assignment-{row.pk}",
        text=f"New task: {item}",
        url=f"/tasks/{item.public_id}/",
        at=row.at,
    )


def _waiting(item: WorkItem, recipient_id: int) -> inbox.Message:
    return inbox.Message(
        recipient_id,
        event="task.waiting",
        event_key=f"waiting-{item.pk}",
        text=f"Waiting in your team’s queue: {item}",
        url="/tasks/team/",
        at=item.created,
    )


def _gone(row: Assignment, item: WorkItem, recipient_id: int, where: str) -> inbox.Message:
    return inbox.Message(
        recipient_id,
        event="task.moved",
        event_key=f"assignment-{row.pk}-from",
        text=f"No longer yours: {item}. It is now {where}.",
        url="/tasks/",
        at=row.at,
    )


def _record(item: WorkItem) -> Record:
    record = item.subject
    assert isinstance(record, Record)
    return record


def _locked(item: WorkItem, expects: int | None) -> WorkItem:
    rows = WorkItem.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("process", "owner", "team").get(pk=item.pk)
    if locked.finished is not None:
        raise WrongState(f"“{locked}” has been done or withdrawn, so it cannot be given to anyone.")
    if expects is not None and locked.version != expects:
        holder = locked.owner.get_full_name() if locked.owner else "nobody"
        raise WrongState(f"“{locked}” has changed hands: {holder} has it now.")
    return locked


def check_moves(item: WorkItem) -> None:
    """Raise `NotAllowed` for work that one person has to do themselves."""
    if item.node.personal and item.owner_id is not None:
        raise NotAllowed(f"“{item}” is asked of one person alone, so it cannot move.")


def _check_gives(item: WorkItem, by: AbstractBaseUser) -> None:
    if not queue.may_give(by, item):
        raise NotAllowed(f"“{item}” is not yours to give. Ask whoever runs the audit.")


def claim(
    *, item: WorkItem, by: AbstractBaseUser, expects: int | None = None, token: str | None = None
) -> WorkItem:
    """Take work from the queue of one's team. Nothing changes where one has it already.

    Raises `WrongState` where somebody else has it, `NotAllowed` where the person may not.
    """
    with act(_record(item), by=by, token=token) as (doing, subject):
        locked = _locked(item, expects)
        if locked.owner_id == by.pk:
            return locked
        if locked.owner is not None:
            holder = locked.owner.get_full_name()
            raise WrongState(f"{holder} has “{locked}” already.")
        if locked.team_id not in queue.team_ids(by):
            _check_gives(locked, by)
        locked.node.check_may_hold(subject, by)
        locked.node.activation_class(locked).give(by)
        doing.note("claimed", facts={"task": locked.title})
        _hand_over(locked, by, doing, Kind.CLAIMED, "")
    return locked


def release(
    *,
    item: WorkItem,
    why: str,
    by: AbstractBaseUser,
    expects: int | None = None,
    token: str | None = None,
) -> WorkItem:
    """Put work back in the team's queue, with a reason: one's own, or work one may give."""
    with act(_record(item), by=by, token=token) as (doing, _subject):
        locked = _locked(item, expects)
        before = locked.owner
        if before is None:
            raise WrongState(f"Nobody holds “{locked}”; it is already in the team’s queue.")
        if before.pk != by.pk:
            _check_gives(locked, by)
        check_moves(locked)
        if not why.strip():
            raise NotAllowed("Say why the work goes back to the team’s queue.")
        put_back(locked, doing, why)
    return locked


def put_back(item: WorkItem, doing: Act, why: str) -> None:
    """Work that somebody holds goes back to the team's queue as part of an act."""
    before = item.owner
    assert before is not None
    assert doing.by is not None
    item.node.activation_class(item).put_back()
    item.node.let_go(doing, before)
    row = Assignment.objects.create(
        item=item, person=None, by_id=doing.by.pk, kind=Kind.RELEASED, why=why
    )
    doing.note("put_back", facts={"task": item.title, "team": str(item.team)}, text=why)
    if before.pk != doing.by.pk:
        tell_at_the_end([_gone(row, item, before.pk, "in the team’s queue")])


def give(
    *,
    item: WorkItem,
    to: AbstractBaseUser,
    by: AbstractBaseUser,
    why: str = "",
    expects: int | None = None,
    token: str | None = None,
) -> WorkItem:
    """Give work to a person. Where somebody holds it already, `why` is asked for, and both
    the old and the new owner are told. Nothing changes where that person has it already."""
    with act(_record(item), by=by, token=token) as (doing, subject):
        locked = _locked(item, None if item.owner_id == to.pk else expects)
        old = locked.owner
        if old is not None and old.pk == to.pk:
            return locked
        _check_gives(locked, by)
        check_moves(locked)
        if old is not None and not why.strip():
            raise NotAllowed("Say why the work moves from one person to another.")
        locked.node.check_may_hold(subject, to)
        locked.node.activation_class(locked).give(to)
        _note_given(doing, locked, old, to, why)
        if old is not None:
            locked.node.let_go(doing, old)
        row = _hand_over(locked, to, doing, Kind.MOVED if old else Kind.GIVEN, why)
        if old is not None:
            tell_at_the_end([_gone(row, locked, old.pk, f"with {to.get_full_name()}")])  # type: ignore[attr-defined]
    return locked


def _note_given(
    doing: Act, item: WorkItem, old: AbstractBaseUser | None, to: AbstractBaseUser, why: str
) -> None:
    facts = assigned_facts(item, to)
    if old is None:
        doing.note("assigned", facts=facts, text=why)
        return
    facts["from_person"] = str(old.public_id)  # type: ignore[attr-defined]
    doing.note("moved", facts=facts, text=why)


def give_many(
    *,
    items: Iterable[WorkItem],
    to: AbstractBaseUser,
    by: AbstractBaseUser,
    why: str = "",
    expects: Mapping[int, int] | None = None,
    token: str | None = None,
) -> list[WorkItem]:
    """Give several pieces of work to one person: all of them, or none.

    `expects` says of each item, by its number, which version the person's page showed. What
    that person has already stays as it is and is left out of what is returned.
    """
    seen = expects or {}
    moving = sorted((item for item in items if item.owner_id != to.pk), key=order)
    with beginning(token):
        return [
            give(
                item=item,
                to=to,
                by=by,
                why=why if item.owner_id else "",
                expects=seen.get(item.pk),
                token=token if item is moving[0] else None,
            )
            for item in moving
        ]


def order(item: WorkItem) -> tuple[int, int]:
    """Records are always locked in the same order, so that two bulk acts cannot deadlock."""
    return lock_order(_record(item))


def store_many(placed: Sequence[tuple[WorkItem, Work]], *, by: AbstractBaseUser) -> None:
    """Record and tell the owners of many new work items, a statement a batch.

    Work left in a team's queue tells each watcher once for the whole batch.
    """
    owned = [(item, work) for item, work in placed if work.owner]
    rows = [
        Assignment(
            item=item,
            person_id=item.owner_id,
            by_id=by.pk,
            kind=Kind.GIVEN,
            why=work.why,
            at=item.created,
        )
        for item, work in owned
    ]
    insert_many(rows)
    messages = [given(row, item) for row, (item, _work) in zip(rows, owned, strict=True)]
    waiting: dict[int, inbox.Message] = {}
    for item, work in placed:
        if not work.owner:
            for person in work.watchers:
                waiting.setdefault(person.pk, _waiting(item, person.pk))
    tell_at_the_end([*messages, *waiting.values()])
