"""Where somebody's roles reach today: their partnership, their teams, the work they give out.

A page asks this several times: whose partnership it is, what may be claimed, which rows may be
ticked. So it is read once, in one statement, and kept with the account that the request loaded.

Whoever serves in several partnerships is in one of them at a time: the one they chose or, on the
page of a record, the one it belongs to (docs/adr/0019).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from macfa.people.roles import LEAD_GIVES, Role
from workflows.clock import today
from workflows.composed import composed

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import Model, QuerySet

    from macfa.people.models import Membership, User


class Home(NamedTuple):
    """The partnership whose pages somebody sees, as far as every page shows it."""

    id: int
    code: str
    name: str


class Reach:
    """What somebody's roles allow them in the queue, as read when a page first asked.

    In the partnership they are in it says the same as `rules.team_ids` and `rules.gives`, which
    acts ask anew and of every partnership.
    """

    def __init__(self, person: User) -> None:
        self._person = person.pk
        self._chosen = person.chosen_partnership

    @cached_property
    def _posts(self) -> list[tuple[int, str, Home]]:
        """Each role held today, by number of its team: the team, the role, the partnership."""
        return [
            (team, role, Home(number, code, name))
            for team, role, number, code, name in _posts(self._person, today())
        ]

    @cached_property
    def homes(self) -> list[Home]:
        """Every partnership in which somebody serves today, by name."""
        return sorted({home for _team, _role, home in self._posts}, key=lambda home: home.name)

    @property
    def home(self) -> Home | None:
        """The partnership they are in: the one they chose while they serve in it, else that of
        their first team. Most people belong to exactly one."""
        chosen = (home for home in self.homes if home.id == self._chosen)
        first = self._posts[0][2] if self._posts else None
        return next(chosen, first)

    @property
    def here(self) -> int | None:
        """The number of the partnership they are in."""
        return self.home.id if self.home else None

    def turn_to(self, record: Model) -> None:
        """A page is about this record: it is of the record's partnership, whichever they chose.

        Costs nothing for the many who serve in one partnership only.
        """
        if len(self.homes) > 1 and (owner := owner_of(record)) in {home.id for home in self.homes}:
            self._chosen = owner
            for name in ("works_in", "gives"):
                self.__dict__.pop(name, None)

    @cached_property
    def works_in(self) -> frozenset[int]:
        """The teams of this partnership somebody works in, from whose queues they may claim."""
        return frozenset(team for team, _role, home in self._posts if home.id == self.here)

    @cached_property
    def gives(self) -> frozenset[int]:
        """The teams whose work somebody gives out here: as coordinator, and as agency lead."""
        found: list[tuple[int]] = []
        if self.here is not None and Role.COORDINATOR in self.roles_here:
            found += _coordinated(self._person, today(), self.here)
        if self.here is not None and Role.AGENCY_LEAD in self.roles_here:
            found += _led(self._person, today(), self.here)
        return frozenset(team for (team,) in found)

    @property
    def gives_from(self) -> str:
        """Where the work waits that they give out, in words."""
        here = Role.COORDINATOR in self.roles_here
        return "the teams’ queues" if here else "your agency’s queue"

    @property
    def roles(self) -> set[str]:
        """Every role held today, wherever."""
        return {role for _team, role, _home in self._posts}

    @property
    def roles_here(self) -> set[str]:
        """Every role held today in the partnership they are in."""
        return {role for _team, role, home in self._posts if home.id == self.here}


def owner_of(record: Model) -> int | None:
    """The number of the partnership a record belongs to: by itself, or through its audit."""
    owner: int | None = getattr(record, "partnership_id", getattr(record, "tenant_id", None))
    if owner is None and (audit := getattr(record, "audit", None)):
        owner = audit.partnership_id
    return owner


@composed
def _posts(person: int, day: date) -> QuerySet[Membership, tuple[int, str, int, str, str]]:
    home = (f"team__partnership__{name}" for name in Home._fields)
    return _held(person, day).order_by("team").values_list("team", "team__role", *home)


@composed
def _coordinated(person: int, day: date, here: int) -> QuerySet[Membership, tuple[int]]:
    """Every team of a partnership that somebody coordinates."""
    posts = _held(person, day).filter(team__role=Role.COORDINATOR, team__partnership=here)
    return posts.values_list("team__partnership__teams")


@composed
def _led(person: int, day: date, here: int) -> QuerySet[Membership, tuple[int]]:
    """The teams of the agencies that somebody leads, as far as their lead gives out its work."""
    posts = _held(person, day).filter(
        team__role=Role.AGENCY_LEAD,
        team__partnership=here,
        team__agency__teams__role__in=LEAD_GIVES,
    )
    return posts.values_list("team__agency__teams")


def _held(person: int, day: date) -> QuerySet[Membership]:
    # Only now: the models name this module.
    from macfa.people.models import Membership  # noqa: PLC0415

    return Membership.objects.current(day).filter(person=person)
