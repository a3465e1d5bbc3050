"""Reading the queue: what is mine, what my teams may claim, oldest due first, a page at a time.

Pages are found by key, not by counting: the next page begins after the last row of this one, so
page 1 costs the same at a hundred open items and at a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.utils.module_loading import import_string

from workflows.errors import NotAllowed
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet

PAGE = 25
COUNTED_UP_TO = 100


# --- who may do what with work: the site says, in three callables that the settings name --------


def team_ids(person: AbstractBaseUser) -> list[int]:
    """The teams from whose queues somebody may claim."""
    ids: list[int] = import_string(settings.WORKFLOWS_TEAMS)(person)
    return ids


def gives(person: AbstractBaseUser) -> list[int]:
    """The teams whose work somebody may give to people, move and put back."""
    return list(_gives(person).values_list("pk", flat=True))


def may_give(person: AbstractBaseUser, item: WorkItem) -> bool:
    """Whether somebody may give this work to people."""
    return bool(_gives(person).filter(pk=item.team_id).exists())


def _gives(person: AbstractBaseUser) -> QuerySet[Any]:
    teams: QuerySet[Any] = import_string(settings.WORKFLOWS_GIVES)(person)
    return teams


def may_see(person: AbstractBaseUser, item: WorkItem) -> bool:
    """Whether work is somebody's, their team's, or theirs to give."""
    mine = item.owner_id == person.pk
    return mine or item.team_id in team_ids(person) or may_give(person, item)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be given work, and how much they hold already."""

    person: Any
    holds: int


def candidates(items: Iterable[WorkItem], giver: AbstractBaseUser) -> list[Candidate]:
    """Who may be given all of this work: who has least first.

    These are the people of its team, and whoever gives it, so far as the work itself allows.
    """
    rows = list(items)
    teams = {item.team_id: item.team for item in rows}
    people = [{person.pk: person for person in _people_in(team)} for team in teams.values()]
    shared = set.intersection(*(set(of_team) for of_team in people)) if people else set()
    found = {pk: person for of_team in people for pk, person in of_team.items() if pk in shared}
    found[giver.pk] = giver
    able = [person for person in found.values() if _may_hold_all(rows, person)]
    holding = _holding(able)
    able.sort(key=lambda person: (holding.get(person.pk, 0), person.get_full_name()))
    return [Candidate(person, holding.get(person.pk, 0)) for person in able]


def _people_in(team: object) -> Iterable[Any]:
    people: Iterable[Any] = import_string(settings.WORKFLOWS_PEOPLE)(team)
    return people


def _may_hold_all(items: list[WorkItem], person: Any) -> bool:
    """Whether somebody may have work. Of several pieces the act itself asks, piece by piece."""
    if len(items) > 1:
        return True
    try:
        for item in items:
            item.node.check_may_hold(item.subject, person)
    except NotAllowed:
        return False
    return True


def _holding(people: Iterable[Any]) -> dict[int, int]:
    held = WorkItem.objects.open().filter(owner__in=[person.pk for person in people])
    counted = held.order_by().values("owner").annotate(number=Count("pk"))
    return {row["owner"]: row["number"] for row in counted}


# --- pages of work ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the item with this due date and number."""

    due: date
    number: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Read a cursor from an address; None where it says nothing sensible."""
        due, _, number = text.partition("_")
        try:
            return cls(date.fromisoformat(due), int(number))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.due.isoformat()}_{self.number}"


@dataclass(frozen=True)
class Page:
    """One page of a queue, and where the next begins."""

    items: list[WorkItem]
    following: Cursor | None
    total: int

    @property
    def total_shown(self) -> str:
        """How many there are, counted only so far: "100+"."""
        return shown(self.total)


def shown(total: int) -> str:
    """A number that was counted no further than `COUNTED_UP_TO`."""
    return str(total) if total < COUNTED_UP_TO else f"{COUNTED_UP_TO}+"


def mine(person_id: int) -> QuerySet[WorkItem]:
    """What somebody holds and has not done."""
    return WorkItem.objects.open().filter(owner=person_id)


def claimable(team_ids: Iterable[int]) -> QuerySet[WorkItem]:
    """What waits in these teams' queues for somebody to claim."""
    return WorkItem.objects.open().filter(owner=None, team__in=sorted(team_ids))


def held_in(team_ids: Iterable[int]) -> QuerySet[WorkItem]:
    """What people of these teams hold."""
    return WorkItem.objects.open().filter(owner__isnull=False, team__in=sorted(team_ids))


def count(items: QuerySet[WorkItem]) -> int:
    """How many there are, counted no further than `COUNTED_UP_TO`."""
    return items.order_by()[:COUNTED_UP_TO].count()


def page(
    items: QuerySet[WorkItem], *, after: Cursor | None = None, of_teams: Iterable[int] = ()
) -> Page:
    """A page of items, oldest due first. Costs two statements, whatever the queue's length.

    Where the items are of several teams, name them in `of_teams`: then it reads the beginning of
    each team's queue, and never the queues themselves.
    """
    ordered = items.order_by("due", "id")
    if after:
        later = Q(due__gt=after.due) | Q(id__gt=after.number)
        ordered = ordered.filter(later, due__gte=after.due)
    teams = list(of_teams)
    if len(teams) > 1:
        ordered = WorkItem.objects.filter(pk__in=_beginnings(ordered, teams)).order_by("due", "id")
    rows = list(ordered.select_related("team", "owner")[: PAGE + 1])
    shown_rows = rows[:PAGE]
    last = shown_rows[-1] if len(rows) > PAGE else None
    return Page(shown_rows, Cursor(last.due, last.pk) if last else None, count(items))


def _beginnings(ordered: QuerySet[WorkItem], teams: Iterable[int]) -> RawSQL:
    """The numbers of the first items of each team: one seek in the index a team.

    `team IN (...) ORDER BY due` would read and sort every open item of all of them.
    """
    parts: list[str] = []
    values: list[object] = []
    for number, team in enumerate(teams):
        first = ordered.filter(team=team).values("pk")[: PAGE + 1]
        sql, params = first.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS team_{number}")  # noqa: S608 - Django's own SQL
        values += params
    return RawSQL(" UNION ALL ".join(parts), values)  # noqa: S611 - Django's own SQL
