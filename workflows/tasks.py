"""Starting, finishing and withdrawing human tasks. Services call these; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from notifications.rows import insert, insert_many, update
from workflows import assignment, clock, ledger
from workflows.composed import composed
from workflows.errors import NotAllowed, WrongState
from workflows.ledger import Happening
from workflows.lifecycle import made
from workflows.models import Process, Record, WorkItem
from workflows.rules import allows
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet

    from workflows.flow import HumanTask, Start, Work
    from workflows.lifecycle import Act


def _process(node: Any, subject: Record, at: datetime) -> Process:
    return Process(flow_class=node.flow_class, status=PROCESS.NEW, created=at, subject=subject)


def start(doing: Act, node: Start) -> None:
    """Begin a flow for the act's record at one of its beginnings."""
    process = _process(node, doing.record, clock.now())
    insert(process)
    process.doing = doing
    beginning = WorkItem(process=process, flow_task=node, status=STATUS.DONE, token=Token("start"))
    node.activation_class(beginning).activate_next()


def finish(doing: Act, node: HumanTask, *, owned: bool = True) -> WorkItem:
    """The act's record is done at `node`; the flow decides whose turn it is next.

    `owned` asks that the person acting holds the task; work nobody holds becomes theirs. Whoever
    held what somebody else has done is told.
    Raises `NotAllowed` when it is somebody else's, `WrongState` when there is no such task.
    """
    item = next((each for each in _open_items(doing.record) if each.flow_task == node), None)
    if item is None:
        raise WrongState(f"{doing.record.reference}: “{node.title}” is not waiting to be done.")
    by = doing.by.pk if doing.by else None
    if owned and item.owner_id not in (None, by) and item.owner:
        holder = item.owner.get_full_name()
        raise NotAllowed(f"“{item}” is with {holder}. Ask for it to be moved to you first.")
    if item.owner_id not in (None, by):
        _tell_done(doing, item)
    if item.owner_id is None and doing.by is not None:
        if owned:
            node.check_may_hold(doing.record, doing.by)
        item.owner = doing.by
    item.process.subject = doing.record
    item.process.doing = doing
    activation = node.activation_class(item)
    activation.finish()
    activation.activate_next()
    return item


def _tell_done(doing: Act, item: WorkItem) -> None:
    """Whoever held work hears that it is done, and by whom."""
    assert item.owner_id is not None
    who = f" by {doing.by.get_full_name()}" if doing.by else ""  # type: ignore[attr-defined]
    doing.tell(
        item.owner_id,
        event="task.done",
        event_key=f"done-{item.pk}",
        text=f"Done{who}: {item}",
        url=item.page,
    )


def _open_items(record: Record, node: HumanTask | None = None) -> list[WorkItem]:
    """What is waiting for somebody on the act's record (at one node), taken for this act."""
    items = _taken(ContentType.objects.get_for_model(type(record)).pk, record.pk)
    return [item for item in items if node is None or item.flow_task == node]


@composed
def _taken(kind: int, record: int) -> QuerySet[WorkItem]:
    items = WorkItem.objects.open().filter(subject_type=kind, subject_id=record)
    locked = items.select_for_update(of=("self",), no_key=True)
    return locked.select_related("process").order_by("pk")


def open_items(records: Iterable[Record]) -> list[WorkItem]:
    """What is waiting for somebody on these records of one kind."""
    rows = list(records)
    if not rows:
        return []
    kind = ContentType.objects.get_for_model(type(rows[0]))
    items = WorkItem.objects.open().filter(
        subject_type=kind, subject_id__in=[row.pk for row in rows]
    )
    return list(items.select_related("process", "owner", "team"))


def withdraw(doing: Act, *, why: str, node: HumanTask | None = None) -> None:
    """The record's open work (at one node), if any, need not be done; its owner is told."""
    for item in _open_items(doing.record, node):
        item.node.activation_class(item).withdraw()
        doing.note("work_withdrawn", facts={"task": item.title}, text=why)
        if item.owner_id and item.owner_id != (doing.by.pk if doing.by else None):
            doing.tell(
                item.owner_id,
                event="task.withdrawn",
                event_key=f"withdrawn-{item.pk}",
                text=f"No longer needed: {item}",
                url="/tasks/",
            )


def put_back(doing: Act, *, held_by: AbstractBaseUser, why: str) -> list[WorkItem]:
    """What somebody holds of the record goes back to its team's queue, since they may not do it.

    Returns what did. Work that others hold stays with them.
    """
    theirs = [item for item in _open_items(doing.record) if item.owner_id == held_by.pk]
    for item in theirs:
        assignment.put_back(item, doing, why)
    return theirs


def put_back_barred(doing: Act, *, why: str) -> None:
    """The record's open work goes back to its team's queue where whoever holds it no longer may."""
    for item in _open_items(doing.record):
        may_hold = item.node.check_may_hold
        if item.owner is not None and not allows(may_hold, doing.record, item.owner):
            assignment.put_back(item, doing, why)


def postpone(doing: Act, due: date, *, node: HumanTask | None = None) -> list[WorkItem]:
    """The record's open work (at one node) is due on another day. Gives back what was not due
    then already."""
    moved = [item for item in _open_items(doing.record, node) if item.due != due]
    for item in moved:
        _due_on(item, due)
    return moved


def postpone_by(doing: Act, working_days: int) -> None:
    """The record's open work is due so many working days later."""
    for item in _open_items(doing.record):
        _due_on(item, add_working_days(item.due, working_days))


def _due_on(item: WorkItem, due: date) -> None:
    item.due = due
    item.version += 1
    update(item, ["due", "version"])


def begin_many(records: Sequence[Record], verb: str, node: Start, *, by: AbstractBaseUser) -> None:
    """Store many new records of one kind and begin their flow, in batches.

    The same rows come out as from `begin` and `start` on each. The flow's beginning must lead
    straight to a human task, and nothing may follow for the room from somebody's holding it.
    """
    if not records:
        return
    first: HumanTask = node._next
    first.check_in_bulk()
    cover_of = first.covering()
    works = [first.work(record, cover_of) for record in records]
    _write_first_entries(records, verb, first, works, by)
    insert_many(records)
    made(records)
    at = clock.now()
    processes = [_process(node, record, at) for record in records]
    insert_many(processes)
    items = [
        first.item(process, record, work, at=at)
        for process, record, work in zip(processes, records, works, strict=True)
    ]
    insert_many(items)
    assignment.store_many(list(zip(items, works, strict=True)), by=by)


def _write_first_entries(
    records: Sequence[Record],
    verb: str,
    first: HumanTask,
    works: Sequence[Work],
    by: AbstractBaseUser,
) -> None:
    happenings = []
    for record, work in zip(records, works, strict=True):
        happenings.append((record, Happening(verb, {})))
        happenings.append((record, _landed(first, work, by)))
    ledger.write_many(happenings, by=by)


def _landed(node: HumanTask, work: Work, by: AbstractBaseUser) -> Happening:
    title = work.title or node.title
    if work.owner is None:
        return Happening("queued", {"task": title, "team": str(work.team)})
    owner = str(work.owner.public_id)  # type: ignore[attr-defined]
    verb = assignment.landing_verb(work.owner, by)
    return Happening(verb, {"task": title, "to_person": owner}, work.why)
