"""Who somebody is to a partnership or an agency. Later rooms ask here, and raise in words."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from macfa.people.models import Agency, Membership, Partnership, Team, User
from macfa.people.roles import OFFICE, Role
from workflows import clock
from workflows.composed import composed
from workflows.errors import NotAllowed, NotYet, WrongState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet


#: No school holiday is as long as this, in days.
LONGEST_HOLIDAY = 70


def holds(
    person: User,
    roles: Role | Iterable[Role],
    partnership: Partnership | int,
    agency: Agency | int | None = None,
) -> bool:
    """Whether somebody holds one of these roles today, in this agency where one is named."""
    wanted = [roles] if isinstance(roles, Role) else list(roles)
    memberships = Membership.objects.current().filter(
        person=person, team__role__in=wanted, team__partnership=partnership
    )
    if agency is not None:
        memberships = memberships.filter(team__agency=agency)
    return memberships.exists()


def check_holds(
    person: User,
    roles: Role | Iterable[Role],
    partnership: Partnership | int,
    agency: Agency | int | None = None,
) -> None:
    """Raise `NotAllowed`, naming the role that may, when somebody holds none of these."""
    if not holds(person, roles, partnership, agency):
        wanted = [roles] if isinstance(roles, Role) else list(roles)
        names = " or ".join(role.label.lower() for role in wanted)
        raise NotAllowed(f"This is for the {names}.")


def home_as(person: User, roles: Role | Iterable[Role]) -> Partnership:
    """The partnership somebody is in, for whoever holds one of these roles there.

    Raises `NotAllowed` for everybody else, and says it to who holds one in another partnership.
    """
    home = person.reach.home
    if home and holds(person, roles, home.id):
        return Partnership.objects.get(pk=home.id)
    wanted = [roles] if isinstance(roles, Role) else list(roles)
    names = " or ".join(f"the {role.label.lower()}" for role in wanted)
    raise NotAllowed(f"This is for {names}.{elsewhere(person, wanted)}")


def elsewhere(person: User, roles: Iterable[Role]) -> str:
    """Where somebody who is refused here could do it, as the end of what they are told."""
    wanted = list(roles)
    others = [each.name for each in person.reach.homes if holds(person, wanted, each.id)]
    return f" To do it in {others[0]}, change partnership first." if others else ""


def check_sees_people(person: User) -> Partnership:
    """The partnership whose people somebody looks after: its coordinator, its administrator."""
    return home_as(person, OFFICE)


def sees_people(person: User) -> bool:
    """Whether somebody looks after the people of the partnership they are in, for a page."""
    return bool(person.reach.roles_here & set(OFFICE))


def check_school_holiday(
    partnership: Partnership, name: str, first: date, last: date, person: User
) -> None:
    """The coordinator enters holidays, each once and with its days in order."""
    check_holds(person, Role.COORDINATOR, partnership)
    if not name.strip():
        raise NotYet("Name the holiday, for example “October half-term”.")
    if last < first:
        raise NotYet("The last day cannot be before the first.")
    if (last - first).days > LONGEST_HOLIDAY:
        raise NotYet("These are more than ten weeks. Check the years.")
    other = partnership.school_holidays.filter(first__lte=last, last__gte=first).first()
    if other:
        raise NotYet(f"These days are in “{other}” already. Remove it first if the dates moved.")


def people_in(team: Team) -> QuerySet[User]:
    """The people who work in a team today, by name."""
    current = Membership.objects.current().filter(team=team)
    return User.objects.filter(memberships__in=current).order_by("name").distinct()


def leads_of(agency: Agency) -> QuerySet[User]:
    """The people who lead an agency today, by name. Asking makes no team."""
    leads = Membership.objects.current().filter(team__role=Role.AGENCY_LEAD, team__agency=agency)
    return User.objects.filter(memberships__in=leads).order_by("name").distinct()


def leads_by_agency(agencies: Iterable[int]) -> dict[int | None, list[User]]:
    """The people who lead each of these agencies today, by name, in one statement."""
    current = Membership.objects.current().filter(team__agency__in=list(agencies))
    leads = current.filter(team__role=Role.AGENCY_LEAD).select_related("person", "team")
    found: dict[int | None, list[User]] = defaultdict(list)
    for membership in leads.order_by("person__name", "person"):
        if membership.person not in found[membership.team.agency_id]:
            found[membership.team.agency_id].append(membership.person)
    return found


def holders_of(partnership: Partnership | int, role: Role) -> QuerySet[User]:
    """The people who hold a role of a partnership today, by name. Asking makes no team."""
    current = Membership.objects.current().filter(team__role=role, team__partnership=partnership)
    return User.objects.filter(memberships__in=current).order_by("name").distinct()


def only_one(team: Team) -> User | None:
    """The person of a team of one, so that work can go straight to them; else None."""
    people = list(people_in(team)[:2])
    return people[0] if len(people) == 1 else None


def team_ids(person: User) -> list[int]:
    """The numbers of the teams somebody works in today, from whose queues they may claim."""
    return sorted(set(Team.objects.of(person).values_list("pk", flat=True)))


def gives(person: User) -> QuerySet[Team]:
    """The teams whose work somebody may give to people, move and put back."""
    return Team.objects.given_by(person)


def serving(people: Iterable[int]) -> set[int]:
    """Those of these people, by number, who hold a role today."""
    current = Membership.objects.current().filter(person__in=list(people))
    return set(current.values_list("person", flat=True))


def most_open_tasks(partnership_id: int) -> int | None:
    """So many open tasks one person should hold at most, where the coordinator has said so."""
    rows = Partnership.objects.filter(pk=partnership_id)
    return rows.values_list("most_open_tasks", flat=True).get()


class Post(NamedTuple):
    """A role somebody holds today: by its number the team, the agency where it is an agency's,
    and the partnership."""

    team: int
    role: str
    agency: int | None
    partnership: int


def posts_of(person: User) -> list[Post]:
    """Every role somebody holds now. Asked anew each time and in one small statement: to ask it
    inside of a list's own costs many times what the list does (docs/adr/0011)."""
    return [Post(*row) for row in _posts(person.pk, clock.today())]


@composed
def _posts(person: int, day: date) -> QuerySet[Membership, tuple[int, str, int | None, int]]:
    held = Membership.objects.current(day).filter(person=person)
    return held.values_list("team", "team__role", "team__agency", "team__partnership")


def teams_of(person: User) -> list[Team]:
    """The teams somebody works in today, with their agency and partnership."""
    return list(Team.objects.of(person).select_related("agency", "partnership"))


def partnership_of(person: User) -> Partnership | None:
    """The partnership somebody is in, whose pages they see."""
    home = person.reach.home
    return Partnership.from_db("default", home._fields, home) if home else None


def check_ends_agency(agency: Agency, on: date, why: str, person: User) -> None:
    """The coordinator records that an agency has ended, from a day that has come, and why."""
    check_holds(person, Role.COORDINATOR, agency.partnership_id)
    if agency.until is not None:
        raise WrongState(f"{agency} has ended already.")
    if on > clock.today():
        raise NotYet("Choose today or an earlier day. Until then nothing changes.")
    if not why.strip():
        raise NotYet(f"Say what happens to {agency}.")


def check_carries_on(agency: Agency, successor: Agency) -> None:
    """Another agency of the partnership that goes on, and that somebody leads."""
    if successor.partnership_id != agency.partnership_id:
        raise NotAllowed("Choose an agency of your own partnership.")
    if successor.pk == agency.pk or successor.until is not None:
        raise NotYet(f"Choose an agency that goes on after {agency}.")
    if not leads_of(successor).exists():
        raise NotYet(f"{successor} has no lead yet, so nobody could see to the work of {agency}.")


def check_new_agency(agency: Agency, code: str, name: str) -> None:
    """A new agency has a name and a short one that no other agency of the partnership has."""
    if not (code.strip() and name.strip()):
        raise NotYet("Enter the name of the new agency and its short name.")
    taken = Agency.objects.filter(partnership=agency.partnership_id, code=code.strip().upper())
    if taken.exists():
        raise NotYet(f"{code.strip().upper()} is the short name of another agency.")


#: Who looks after the numbers to call.
KEEPS_NUMBERS = OFFICE


def check_keeps_numbers(partnership: Partnership, person: User) -> None:
    """The coordinator or the system administrator changes the numbers to call."""
    check_holds(person, KEEPS_NUMBERS, partnership)


def numbers_for(person: User | AnonymousUser) -> list[Partnership]:
    """Whose numbers a page shows: one's own partnership's, and every one's when signed out."""
    rows = Partnership.objects.order_by("name")
    if person.is_authenticated and (home := person.reach.home):
        rows = rows.filter(pk=home.id)
    return list(rows)
