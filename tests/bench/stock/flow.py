"""An agency return on viewflow as its documentation has it: complete, assign, notify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process, Task

from tests.bench.stock.models import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.people.models import User


class StockReturn(flow.Flow):  # type: ignore[misc]
    """The auditor writes a return, the agency's lead signs it off."""

    process_class = Process
    task_class = Task
    lock_impl = lock.select_for_update_lock

    #: Who gets the next task. Kept at hand, so that finding them costs the peer nothing.
    next_owner: User

    start = flow.StartHandle().Next(this.write)
    write = flow.View(view=None).Assign(this.owner).onCreate(this.tell).Next(this.sign_off)
    sign_off = flow.View(view=None).Assign(this.owner).onCreate(this.tell).Next(this.end)
    end = flow.End()

    def owner(self, _activation: Any) -> User:
        """Whose turn it is next."""
        return StockReturn.next_owner

    def tell(self, activation: Any) -> None:
        """Store a notification for the new owner."""
        task = activation.task
        text = "New task: Sign off the return NEG-01 POL"
        Note(recipient=task.owner_id, text=text, url=f"/tasks/{task.pk}/").save()


def begin(owner: User) -> Any:
    """Start one return with its auditor: process, first task, owner, notification."""
    StockReturn.next_owner = owner
    return StockReturn.start.run()


def first_task(process: Any) -> Any:
    """The auditor's task of a return."""
    return Task.objects.get(process=process, flow_task=StockReturn.write)


def complete(task: Any, lead: User) -> None:
    """Finish the auditor's task; viewflow gives the next one to the lead."""
    StockReturn.next_owner = lead
    with task.activation() as activation:
        activation.start(None)
        activation.execute()


def allow(person: User, permissions: Iterable[str]) -> User:
    """Let somebody answer what viewflow's inbox and queue ask, at no cost to the peer."""
    held = frozenset(permissions)
    answers = {
        "is_superuser": False,
        "has_perm": lambda *_asked, **_of: True,
        "get_all_permissions": lambda: held,
    }
    for name, answer in answers.items():
        setattr(person, name, answer)
    return person
