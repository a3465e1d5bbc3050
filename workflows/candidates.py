"""Who may be given work: its team's people and whoever gives it, who has least first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from workflows.models import WorkItem
from workflows.rules import refusal
from workflows.workload import Load, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be given work, and how much they hold already."""

    person: Any
    load: Load


@dataclass(frozen=True)
class Unfit:
    """Somebody of the team who may not be given a task, and why not."""

    person: Any
    why: str


def candidates(items: Iterable[WorkItem], giver: AbstractBaseUser) -> list[Candidate]:
    """Who may be given all of this work: who has least first.

    These are the people of its team, and whoever gives it, so far as the work itself allows.
    """
    rows = list(items)
    people = _by_team(rows)
    absent = _away(people)
    shared = set.intersection(*(set(of_team) for of_team in people)) if people else set()
    found = {
        pk: person
        for of_team in people
        for pk, person in of_team.items()
        if pk in shared and pk not in absent
    }
    found[giver.pk] = giver
    return _least_first([person for person in found.values() if _may_hold_all(rows, person)])


def anybody_of(items: Iterable[WorkItem], giver: AbstractBaseUser) -> list[Candidate]:
    """Who may be given some of this work, if not all of it: who has least first."""
    people = _by_team(items)
    absent = _away(people)
    found = {pk: person for of_team in people for pk, person in of_team.items()}
    there = {pk: person for pk, person in found.items() if pk not in absent}
    return _least_first(list({**there, giver.pk: giver}.values()))


def _by_team(items: Iterable[WorkItem]) -> list[dict[int, Any]]:
    """The people of each team that this work belongs to, by their numbers."""
    teams = {item.team_id: item.team for item in items}
    return [{person.pk: person for person in _people_in(team)} for team in teams.values()]


def _least_first(people: list[Any]) -> list[Candidate]:
    held = loads(WorkItem.objects.open().filter(owner__in=[person.pk for person in people]))
    found = [Candidate(person, held.get(person.pk, Load())) for person in people]
    return sorted(
        found, key=lambda each: (each.load.weight, each.load.holds, each.person.get_full_name())
    )


def unfit(items: Sequence[WorkItem]) -> list[Unfit]:
    """The people of its team who may not be given work: away, in conflict, or not theirs.

    Of several pieces the page after this says which of them somebody may not have.
    """
    people = _by_team(items)
    absent = _away(people)
    found = {pk: person for of_team in people for pk, person in of_team.items()}
    single = items[0] if len(items) == 1 else None
    asked = (
        (person, absent.get(pk) or (_refusal(single, person) if single else ""))
        for pk, person in found.items()
    )
    return [Unfit(person, why) for person, why in asked if why]


def _away(people: Iterable[dict[int, Any]]) -> dict[int, str]:
    """Who of the people of these teams is away today, by number, with until when."""
    found: dict[int, str] = away([person for of_team in people for person in of_team.values()])
    return found


def away(people: Iterable[Any]) -> dict[int, str]:
    """Who of these people is away today, by number, with until when and who covers."""
    absent: dict[int, str] = import_string(settings.WORKFLOWS_AWAY)(people)
    return absent


def _refusal(item: WorkItem, person: Any) -> str:
    return refusal(item.node.check_may_hold, item.subject, person)


def _people_in(team: object) -> Iterable[Any]:
    people: Iterable[Any] = import_string(settings.WORKFLOWS_PEOPLE)(team)
    return people


def _may_hold_all(items: list[WorkItem], person: Any) -> bool:
    """Whether somebody may have work. Of several pieces the act itself asks, piece by piece."""
    if len(items) > 1:
        return True
    return not any(_refusal(item, person) for item in items)
