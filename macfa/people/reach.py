"""Where somebody's roles reach today: their partnership, their teams, the work they give out.

A page asks this several times: whose partnership it is, what may be claimed, which rows may be
ticked. So it is read once, in one statement, and kept with the account that the request loaded.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from macfa.people.roles import LEAD_GIVES, Role
from workflows.clock import today
from workflows.composed import composed

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from macfa.people.models import Membership, User


class Home(NamedTuple):
    """The partnership whose pages somebody sees, as far as every page shows it."""

    id: int
    code: str
    name: str


class Reach:
    """What somebody's roles allow them in the queue, as read when a page first asked.

    It says the same as `rules.team_ids` and `rules.gives`, which acts ask anew.
    """

    def __init__(self, person: User) -> None:
        self._person = person.pk

    @cached_property
    def _posts(self) -> list[tuple[int, str, Home]]:
        """Each role held today, by number of its team: the team, the role, the partnership."""
        return [
            (team, role, Home(number, code, name))
            for team, role, number, code, name in _posts(self._person, today())
        ]

    @property
    def home(self) -> Home | None:
        """The partnership of the first team. Most people belong to exactly one."""
        return self._posts[0][2] if self._posts else None

    @cached_property
    def works_in(self) -> frozenset[int]:
        """The teams somebody works in, from whose queues they may claim."""
        return frozenset(team for team, _role, _home in self._posts)

    @cached_property
    def gives(self) -> frozenset[int]:
        """The teams whose work somebody gives out: as coordinator, and as lead of their agency."""
        found: list[tuple[int]] = []
        if Role.COORDINATOR in self.roles:
            found += _coordinated(self._person, today())
        if Role.AGENCY_LEAD in self.roles:
            found += _led(self._person, today())
        return frozenset(team for (team,) in found)

    @property
    def gives_from(self) -> str:
        """Where the work waits that they give out, in words."""
        return "the teams’ queues" if Role.COORDINATOR in self.roles else "your agency’s queue"

    @property
    def roles(self) -> set[str]:
        """Every role held today."""
        return {role for _team, role, _home in self._posts}


@composed
def _posts(person: int, day: date) -> QuerySet[Membership, tuple[int, str, int, str, str]]:
    home = (f"team__partnership__{name}" for name in Home._fields)
    return _held(person, day).order_by("team").values_list("team", "team__role", *home)


@composed
def _coordinated(person: int, day: date) -> QuerySet[Membership, tuple[int]]:
    """Every team of the partnerships that somebody coordinates."""
    posts = _held(person, day).filter(team__role=Role.COORDINATOR)
    return posts.values_list("team__partnership__teams")


@composed
def _led(person: int, day: date) -> QuerySet[Membership, tuple[int]]:
    """The teams of the agencies that somebody leads, as far as their lead gives out its work."""
    posts = _held(person, day).filter(
        team__role=Role.AGENCY_LEAD, team__agency__teams__role__in=LEAD_GIVES
    )
    return posts.values_list("team__agency__teams")


def _held(person: int, day: date) -> QuerySet[Membership]:
    # Only now: the models name this module.
    from macfa.people.models import Membership  # noqa: PLC0415

    return Membership.objects.current(day).filter(person=person)
