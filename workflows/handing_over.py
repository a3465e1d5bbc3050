"""Handing everything over: all that somebody holds moves to one other person, with a note.

For whoever goes on leave, changes duties or has left: their work is listed, and moves in one act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

from workflows import assignment, queue
from workflows.candidates import Candidate, anybody_of, away
from workflows.errors import NotAllowed
from workflows.lifecycle import beginning
from workflows.models import WorkItem
from workflows.rules import allows
from workflows.workload import Load, loads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser

    from workflows.models import WorkItemQuerySet


@dataclass(frozen=True)
class Holder:
    """Somebody who holds work: how much, whether they still serve, and whether they are away."""

    person: Any
    load: Load
    serves: bool
    away: str


@dataclass(frozen=True)
class TeamLoad:
    """A team: how many tasks wait in its queue, and what its people hold of its work."""

    team: Any
    waiting: Load
    held: Load

    @property
    def both(self) -> Load:
        """What waits and what is held, together."""
        return self.waiting + self.held


@dataclass(frozen=True)
class HandedOver:
    """What moved, and what stays because the other person may not have it, or nobody else may."""

    moved: list[WorkItem]
    left: list[WorkItem]


def holders(giver: AbstractBaseUser) -> list[Holder]:
    """Who holds work that `giver` gives to people: those who have left first, then those who are
    away, then by name."""
    held = loads(_givable(giver).filter(owner__isnull=False))
    serving = _serving(held)
    people = get_user_model()._default_manager.in_bulk(list(held))
    absent = away(people.values())
    found = [
        Holder(people[pk], load, pk in serving, absent.get(pk, "")) for pk, load in held.items()
    ]
    return sorted(found, key=lambda each: (each.serves, not each.away, each.person.get_full_name()))


def teams(giver: AbstractBaseUser) -> list[TeamLoad]:
    """The teams whose work `giver` gives: what waits in their queues, what their people hold."""
    work = _givable(giver)
    waiting = loads(work.filter(owner=None), by="team")
    held = loads(work.filter(owner__isnull=False), by="team")
    model = apps.get_model(settings.WORKFLOWS_TEAM_MODEL)
    found = [
        TeamLoad(team, waiting.get(number, Load()), held.get(number, Load()))
        for number, team in model._default_manager.in_bulk({*waiting, *held}).items()
    ]
    return sorted(found, key=lambda each: str(each.team))


def _serving(people: Iterable[int]) -> Collection[int]:
    """Those of these people who still serve, in whatever role."""
    serving: Collection[int] = import_string(settings.WORKFLOWS_SERVING)(list(people))
    return serving


def held_by(holder: AbstractBaseUser, giver: AbstractBaseUser) -> list[WorkItem]:
    """What somebody holds of the work that `giver` gives to people, oldest due first."""
    held = _givable(giver).filter(owner=holder.pk)
    return list(held.select_related("team", "owner", "process").order_by("due", "pk"))


def _givable(giver: AbstractBaseUser) -> WorkItemQuerySet:
    """The open work of the tenant somebody is in that they give to people, but for what they may
    not have themselves."""
    here = queue.reach(giver).here
    work = WorkItem.objects.open().filter(team__in=queue.gives(giver), tenant=here)
    return work.exclude(pk__in=queue.barred(giver))


def takers(
    items: Collection[WorkItem], holder: AbstractBaseUser, giver: AbstractBaseUser
) -> list[Candidate]:
    """Who may take work over: the people of any of its teams, and whoever gives it."""
    return [each for each in anybody_of(items, giver) if each.person.pk != holder.pk]


def hand_over(
    *,
    holder: AbstractBaseUser,
    to: AbstractBaseUser,
    why: str,
    by: AbstractBaseUser,
    expects: Mapping[int, int] | None = None,
    token: str | None = None,
) -> HandedOver:
    """Everything that somebody holds, and `by` may give, moves to one other person with a note.

    Each task keeps the note in its ledger, and both people are told of each. What the other
    person may not have stays where it is. `expects` is as in `give_many`.

    Raises `NotAllowed` where nothing can move.
    """
    if to.pk == holder.pk:
        raise NotAllowed("Choose somebody else: this person has it all already.")
    with beginning(token):
        items = held_by(holder, by)
        moving = [item for item in items if _may_take(item, to)]
        if not moving:
            raise NotAllowed(f"{to.get_full_name()} may have none of this work.")  # type: ignore[attr-defined]
        seen = {item.pk: item.version for item in moving} | dict(expects or {})
        moved = assignment.give_many(items=moving, to=to, by=by, why=why, expects=seen, token=token)
    return HandedOver(moved, [item for item in items if item not in moving])


def _may_take(item: WorkItem, person: AbstractBaseUser) -> bool:
    moves = allows(assignment.check_moves, item)
    return moves and allows(item.node.check_may_hold, item.subject, person)
