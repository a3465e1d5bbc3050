"""Whose turn it is: the typed names with which rooms write their flows.

Only this package touches viewflow. A flow is a class whose attributes are nodes; its dotted path
and the names of its nodes are stored in rows, so they are frozen (a test lists them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import autodiscover_modules, import_string
from viewflow import this as this  # noqa: PLC0414 - passed on to the rooms under its own name
from viewflow.workflow import flow, lock
from viewflow.workflow.activation import Activation
from viewflow.workflow.nodes import mixins
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import PROCESS, STATUS

from notifications.rows import insert, update
from workflows import clock
from workflows.assignment import place
from workflows.models import Process, WorkItem
from workflows.rules import allows

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import Model

    from workflows.lifecycle import Act
    from workflows.models import Record


@dataclass(frozen=True)
class Work:
    """A piece of work as a person sees it in the queue.

    `owner` holds it; where that is None it waits in `team`'s queue and `watchers` are told.
    `title` says what it is where the node's own would say too little.
    `team` and `tenant` are rows of the models named in the settings.
    """

    page: str
    due: date
    team: Model
    tenant_id: int
    owner: AbstractBaseUser | None = None
    watchers: tuple[AbstractBaseUser, ...] = ()
    why: str = ""
    title: str = ""


CoverOf = Callable[[Any], Any]


class Flow(flow.Flow):
    """One kind of work from person to person. The class docstring is its title and its story."""

    process_class = Process
    task_class = WorkItem
    # Waits for the row instead of sleeping and trying again; without any lock two people who
    # finish the same task at once would create two next tasks.
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)


# The engine took these from the docstring above, and every flow would inherit them.
Flow.process_title = Flow.process_description = ""


def flows() -> list[type[Flow]]:
    """Every flow of this site, each room's under its `flow.py`, in order of its dotted path."""
    autodiscover_modules("flow")
    ours = [
        each for each in Flow.__subclasses__() if apps.get_containing_app_config(each.__module__)
    ]
    return sorted(ours, key=lambda each: f"{each.__module__}.{each.__name__}")


def nodes(flow_class: type[Flow]) -> list[Any]:
    """The nodes of a flow, in the order in which its class names them."""
    by_name = {node.name: node for node in flow_class.instance.nodes()}
    return [by_name[name] for name in vars(flow_class) if name in by_name]


class Passing(Activation):
    """A node that decides, and leaves no row: nothing reads one, and the graph still decides."""

    # The engine collects activations in sets by their stored task; these have none.
    __hash__ = object.__hash__
    __eq__ = object.__eq__

    @classmethod
    def create(cls, flow_task: Any, prev_activation: Any, token: Any, **_unused: Any) -> Any:
        """Stand at the node without storing anything; remember the last human task."""
        item = WorkItem(process=prev_activation.process, flow_task=flow_task, token=token)
        item.after = last_item(prev_activation)
        return cls(item)

    @Activation.status.super()
    def activate(self) -> None:
        """Nothing to do when one comes to the node."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        """Pass on."""


def last_item(activation: Any) -> WorkItem | None:
    """The human task that led here."""
    item: WorkItem = activation.task
    return item if item.pk else item.after


class StartActivation(mixins.NextNodeActivationMixin, Passing):
    """Begins a process."""


class Start(flow.StartHandle):
    """Where a flow begins. A flow may have several beginnings."""

    activation_class = StartActivation

    def __init__(self, following: Any) -> None:
        super().__init__()
        self.Next(following)


class SwitchActivation(Passing):
    """Takes the first case that holds."""

    @Activation.status.super()
    def create_next(self) -> Any:
        """Stand at the node the subject leads to."""
        subject = self.process.subject
        for node, holds in self.flow_task._branches:
            if holds is None or holds(subject):
                yield node._create(self, self.task.token)
                return


class Switch(flow.Switch):
    """A fork: `.Case(node, question)` takes the first whose question about the subject is true."""

    activation_class = SwitchActivation


class EndActivation(Passing):
    """Ends the process. One open item at a time, so there is nothing left to count."""

    @Activation.status.super()
    def activate(self) -> None:
        """The work is done."""
        self.process.status = PROCESS.DONE
        self.process.finished = clock.now()
        update(self.process, ["status", "finished"])

    @Activation.status.super()
    def create_next(self) -> Any:
        """Nothing follows."""
        return iter(())


class End(flow.End):
    """Where a flow ends."""

    activation_class = EndActivation


class HumanActivation(ViewActivation):
    """A task for a person: created with its owner, its due date and its page."""

    @classmethod
    def create(cls, flow_task: Any, prev_activation: Any, token: Any, **_unused: Any) -> Any:
        """Create the work item, record whose it is, and tell them."""
        process, node = prev_activation.process, flow_task
        work = node.work(process.subject)
        after = last_item(prev_activation)
        item = node.item(process, process.subject, work, at=clock.now(), after=after)
        item.token = token
        insert(item)
        place(item, work, process.doing)
        return cls(item)

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.DONE)
    def finish(self) -> None:
        """The person has done it."""
        assert transaction.get_connection().in_atomic_block
        self.task.finished = clock.now()
        self.task.status = STATUS.DONE
        update(self.task, ["finished", "status", "owner"])

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.ASSIGNED)
    def give(self, person: AbstractBaseUser) -> None:
        """The person has it from now on."""
        self._hold(person)

    @Activation.status.transition(source=STATUS.ASSIGNED, target=STATUS.NEW)
    def put_back(self) -> None:
        """Nobody has it; it waits in the team's queue."""
        self._hold(None)

    def _hold(self, person: AbstractBaseUser | None) -> None:
        self.task.owner = person
        self.task.assigned = clock.now() if person else None
        self.task.status = STATUS.ASSIGNED if person else STATUS.NEW
        self.task.version += 1
        update(self.task, ["owner", "assigned", "status", "version"])

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.CANCELED)
    def withdraw(self) -> None:
        """It need not be done any more; its process ends with it."""
        self.task.finished = clock.now()
        self.task.status = STATUS.CANCELED
        update(self.task, ["finished", "status"])
        self.process.status = PROCESS.CANCELED
        self.process.finished = self.task.finished
        update(self.process, ["status", "finished"])


class HumanTask(flow.View):
    """A node at which a person has something to do.

    `title` is what the queue says; `work(subject)` computes page, due date, team and owner;
    `may_hold(subject, person)` raises `NotAllowed` for somebody who may not take it;
    `on_hold(doing, person)` runs whenever somebody gets it, and `on_let_go(doing, person)`
    whenever it is moved from them or put back, as part of the same act. `personal` work is one
    person's alone: it can be withdrawn, but neither moved nor put back. `weight` says how much
    work it is beside others: 1 is one page to read and answer.
    """

    activation_class = HumanActivation

    def __init__(
        self,
        title: str,
        *,
        work: Callable[[Any], Work],
        may_hold: Callable[[Any, Any], None] | None = None,
        on_hold: Callable[[Act, Any], None] | None = None,
        on_let_go: Callable[[Act, Any], None] | None = None,
        personal: bool = False,
        weight: int = 1,
    ) -> None:
        super().__init__(view=None)
        self.title = self.task_title = title
        self.work_of = work
        self._may_hold = may_hold
        self._on_hold = on_hold
        self._on_let_go = on_let_go
        self.personal = personal
        self.weight = weight

    def work(self, subject: Any, cover_of: CoverOf | None = None) -> Work:
        """The work for a subject; with whoever covers where its owner is away, and they may."""
        work = self.work_of(subject)
        if work.owner is None or self.personal:
            return work
        cover = (cover_of or self.covering())(work.owner)
        if cover is None or not allows(self.check_may_hold, subject, cover):
            return work
        covers = f"Covers for {work.owner.get_full_name()}."  # type: ignore[attr-defined]
        return replace(work, owner=cover, why=f"{work.why} {covers}".strip())

    @staticmethod
    def covering() -> CoverOf:
        """Who covers for somebody today, if anybody does; asked once for each person."""
        return cache(import_string(settings.WORKFLOWS_STAND_IN))

    def check_may_hold(self, subject: object, person: AbstractBaseUser) -> None:
        """Raise `NotAllowed` when this person may not have this task."""
        if self._may_hold:
            self._may_hold(subject, person)

    def held(self, doing: Act, person: AbstractBaseUser) -> None:
        """Somebody has it now: whatever follows from that for the subject's room."""
        if self._on_hold:
            self._on_hold(doing, person)

    def check_in_bulk(self) -> None:
        """Raise where what follows from holding it would be left out in a bulk beginning."""
        if self._on_hold:
            raise TypeError(f"“{self.title}” has an `on_hold`: begin these one by one.")

    def let_go(self, doing: Act, person: AbstractBaseUser) -> None:
        """Somebody has it no longer: whatever follows from that for the subject's room."""
        if self._on_let_go:
            self._on_let_go(doing, person)

    def item(
        self,
        process: Process,
        subject: Record,
        work: Work,
        *,
        at: datetime,
        after: WorkItem | None = None,
    ) -> WorkItem:
        """The work item for a subject at this node, not stored yet."""
        return WorkItem(
            process=process,
            flow_task=self,
            flow_task_type=self.task_type,
            status=STATUS.ASSIGNED if work.owner else STATUS.NEW,
            created=at,
            assigned=at if work.owner else None,
            after=after,
            owner=work.owner,
            team_id=work.team.pk,
            tenant_id=work.tenant_id,
            subject=subject,
            thread=subject.thread,
            reference=subject.reference,
            title=work.title or self.title,
            page=work.page,
            due=work.due,
        )
