"""Giving, claiming, moving and putting back work. Every one is kept, and both sides are told.

The functions of this module are the acts behind the queue's pages; each is one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications import inbox
from workflows.errors import NotAllowed, WrongState
from workflows.lifecycle import Act, act
from workflows.models import Assignment, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

    from workflows.flow import Work

Kind = Assignment.Kind


def place(item: WorkItem, work: Work, doing: Act) -> None:
    """New work lands: with its owner, or in the team's queue, whose watchers are told."""
    if item.owner_id is None:
        doing.note("queued", facts={"task": item.title, "team": str(work.team)})
        inbox.tell_many([_waiting(item, person.pk) for person in work.watchers])
        return
    owner = work.owner
    assert owner is not None
    verb = landing_verb(owner, doing.by)
    doing.note(verb, facts=assigned_facts(item, owner), text=work.why)
    _hand_over(item, owner, doing, Kind.GIVEN, work.why)


def landing_verb(owner: AbstractBaseUser, by: AbstractBaseUser | None) -> str:
    """What the ledger says when new work lands with its owner: given, or one's own next step."""
    return "took" if by is not None and owner.pk == by.pk else "assigned"


def assigned_facts(item: WorkItem, person: AbstractBaseUser) -> dict[str, str]:
    """What the ledger keeps when work is given to somebody."""
    return {"task": item.title, "to_person": str(person.public_id)}  # type: ignore[attr-defined]


def _hand_over(
    item: WorkItem, person: AbstractBaseUser, doing: Act, kind: str, why: str
) -> Assignment:
    """Store that the person has it, let the room follow, and tell them."""
    row = Assignment.objects.create(item=item, person=person, by=doing.by, kind=kind, why=why)
    item.node.held(doing, person)
    told = given(row, item)
    inbox.tell(
        told.recipient_id, event=told.event, event_key=told.event_key, text=told.text, url=told.url
    )
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
    )


def _waiting(item: WorkItem, recipient_id: int) -> inbox.Message:
    return inbox.Message(
        recipient_id,
        event="task.waiting",
        event_key=f"waiting-{item.pk}",
        text=f"Waiting in your team’s queue: {item}",
        url="/tasks/team/",
    )


def _gone(row: Assignment, item: WorkItem, recipient_id: int, where: str) -> None:
    inbox.tell(
        recipient_id,
        event="task.moved",
        event_key=f"assignment-{row.pk}-from",
        text=f"No longer yours: {item}. It is now {where}.",
        url="/tasks/",
    )


def _locked(item: WorkItem, expects: int | None) -> WorkItem:
    fresh = WorkItem.objects.select_for_update(of=("self",)).select_related("process", "owner")
    locked = fresh.get(pk=item.pk)
    if locked.finished is not None:
        raise WrongState(f"“{locked}” has been done or withdrawn, so it cannot be given to anyone.")
    if expects is not None and locked.version != expects:
        holder = locked.owner.get_full_name() if locked.owner else "nobody"  # type: ignore[attr-defined]
        raise WrongState(f"“{locked}” has changed hands: {holder} has it now.")
    return locked


def claim(*, item: WorkItem, by: AbstractBaseUser, expects: int | None = None) -> WorkItem:
    """Take work from the team's queue. Raises `NotAllowed` where somebody already has it."""
    with act(item.subject, by=by) as (doing, subject):
        locked = _locked(item, expects)
        if locked.owner_id is not None:
            raise NotAllowed(f"Somebody has already claimed “{locked}”.")
        locked.node.check_may_hold(subject, by)
        locked.node.activation_class(locked).give(by)
        doing.note("claimed", facts={"task": locked.title})
        _hand_over(locked, by, doing, Kind.CLAIMED, "")
    return locked


def release(*, item: WorkItem, why: str, by: AbstractBaseUser) -> WorkItem:
    """Put work back in the team's queue, with a reason."""
    with act(item.subject, by=by) as (doing, _subject):
        locked = _locked(item, None)
        before = locked.owner_id
        if before is None:
            raise WrongState(f"Nobody holds “{locked}”; it is already in the team’s queue.")
        locked.node.activation_class(locked).put_back()
        row = Assignment.objects.create(item=locked, person=None, by=by, kind=Kind.RELEASED, why=why)
        facts = {"task": locked.title, "team": str(locked.team)}
        doing.note("released", facts=facts, text=why)
        if before != by.pk:
            _gone(row, locked, before, "in the team’s queue")
    return locked


def give(
    *,
    item: WorkItem,
    to: AbstractBaseUser,
    by: AbstractBaseUser,
    why: str = "",
    expects: int | None = None,
) -> WorkItem:
    """Give work to a person. Where somebody holds it already, `why` is asked for, and both
    the old and the new owner are told."""
    with act(item.subject, by=by) as (doing, subject):
        locked = _locked(item, expects)
        old = locked.owner
        if old is not None and old.pk == to.pk:
            return locked
        if old is not None and not why:
            raise NotAllowed("Say why the work moves from one person to another.")
        locked.node.check_may_hold(subject, to)
        locked.node.activation_class(locked).give(to)
        facts = assigned_facts(locked, to)
        if old is None:
            doing.note("assigned", facts=facts, text=why)
        else:
            facts["from_person"] = str(old.public_id)  # type: ignore[attr-defined]
            doing.note("moved", facts=facts, text=why)
        row = _hand_over(locked, to, doing, Kind.MOVED if old else Kind.GIVEN, why)
        if old is not None:
            _gone(row, locked, old.pk, f"with {to.get_full_name()}")  # type: ignore[attr-defined]
    return locked


def give_many(
    *, items: Iterable[WorkItem], to: AbstractBaseUser, by: AbstractBaseUser, why: str = ""
) -> list[WorkItem]:
    """Give several pieces of work to one person: all of them, or none."""
    from workflows.lifecycle import beginning

    with beginning():
        return [give(item=item, to=to, by=by, why=why) for item in sorted(items, key=_order)]


def _order(item: WorkItem) -> tuple[int, int]:
    """Records are always locked in the same order, so that two bulk acts cannot deadlock."""
    return (item.subject_type_id, item.subject_id)


def store_many(
    placed: Sequence[tuple[WorkItem, Work]], *, by: AbstractBaseUser
) -> None:
    """Record and tell the owners of many new work items, a statement a batch.

    Work left in a team's queue tells each watcher once for the whole batch.
    """
    owned = [item for item, work in placed if work.owner]
    at = owned[0].created if owned else None
    rows = [
        Assignment(item=item, person_id=item.owner_id, by=by, kind=Kind.GIVEN, at=at)
        for item in owned
    ]
    rows = Assignment.objects.bulk_create(rows, batch_size=500)
    messages = [given(row, item) for row, item in zip(rows, owned, strict=True)]
    waiting: dict[int, inbox.Message] = {}
    for item, work in placed:
        if not work.owner:
            for person in work.watchers:
                waiting.setdefault(person.pk, _waiting(item, person.pk))
    inbox.tell_many([*messages, *waiting.values()])
