"""Giving work in bulk with a look at it first, and taking back within a minute what was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from workflows import assignment, clock, timeline
from workflows.errors import WrongState
from workflows.lifecycle import beginning
from workflows.models import Assignment, Record, WorkItem
from workflows.rules import allows, refusal
from workflows.workload import Load, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser

#: How long what was given can be taken back in one step.
UNDO_WITHIN = timedelta(minutes=1)
TAKEN_BACK = "Taken back within a minute."


@dataclass(frozen=True)
class Staying:
    """A task that somebody may not be given, and why not."""

    item: WorkItem
    why: str


@dataclass(frozen=True)
class Plan:
    """What would happen if these tasks were given to somebody: what goes, and what stays."""

    to: Any
    going: list[WorkItem]
    staying: list[Staying]
    load: Load
    most: int | None

    @property
    def will_hold(self) -> int:
        """How many open tasks they hold then."""
        return self.load.holds + len(self.going)

    @property
    def is_too_much(self) -> bool:
        """Whether that is more than the partnership wants one person to hold."""
        return self.most is not None and self.will_hold > self.most

    @property
    def wants_a_look(self) -> bool:
        """Whether to show what would happen before it does."""
        return len(self.going) + len(self.staying) > 1 or self.is_too_much


def plan(items: Sequence[WorkItem], to: AbstractBaseUser) -> Plan:
    """What would happen if these tasks were given to somebody. What they have already is left
    out."""
    moving = [item for item in items if item.owner_id != to.pk]
    refused = {item.pk: _refusal(item, to) for item in moving}
    return Plan(
        to,
        [item for item in moving if not refused[item.pk]],
        [Staying(item, refused[item.pk]) for item in moving if refused[item.pk]],
        loads(WorkItem.objects.open().filter(owner=to.pk)).get(to.pk, Load()),
        _most(items[0].tenant_id),
    )


def _refusal(item: WorkItem, person: AbstractBaseUser) -> str:
    moves = refusal(assignment.check_moves, item)
    return moves or refusal(item.node.check_may_hold, item.subject, person)


def _most(tenant_id: int) -> int | None:
    """So many open tasks one person should hold at most, where that was said."""
    most: int | None = import_string(settings.WORKFLOWS_MOST_OPEN)(tenant_id)
    return most


def take_back(
    *, items: Iterable[WorkItem], by: AbstractBaseUser, token: str | None = None
) -> list[WorkItem]:
    """What somebody gave within the last minute goes back to where it was: all of it, or none.

    To whoever had it before, where they may still have it; else to the team's queue. Both acts,
    and the notices of both, are kept.

    Raises `WrongState` where the minute is over, or where it has moved on since.
    """
    with beginning(token):
        return [_take_back(item, by) for item in sorted(items, key=assignment.order)]


def _take_back(item: WorkItem, by: AbstractBaseUser) -> WorkItem:
    rows = item.assignments.select_related("person").order_by("-pk")
    last, *earlier = rows[:2]
    _check_take_back(item, last, by)
    before = earlier[0].person if earlier else None
    if before is not None and allows(item.node.check_may_hold, item.subject, before):
        return assignment.give(item=item, to=before, by=by, why=TAKEN_BACK, expects=item.version)
    return assignment.release(item=item, why=TAKEN_BACK, by=by, expects=item.version)


def _has_begun(item: WorkItem, last: Assignment) -> bool:
    """Whether whoever got it has done anything about it since."""
    subject = item.subject
    assert isinstance(subject, Record)
    assert last.person is not None
    done = timeline.of_record(subject).filter(actor=last.person.public_id, at__gt=last.at)
    return bool(done.exists())


def _check_take_back(item: WorkItem, last: Assignment, by: AbstractBaseUser) -> None:
    mine = last.by_id == by.pk and last.person_id == item.owner_id
    if item.finished or not mine:
        raise WrongState(f"“{item}” has moved on since you gave it.")
    if _has_begun(item, last):
        raise WrongState(f"{last.person} has begun “{item}” since you gave it.")
    if clock.now() - last.at > UNDO_WITHIN:
        raise WrongState("The minute is over. Give the tasks to somebody else, or put them back.")
