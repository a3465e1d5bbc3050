"""Who gives whom which role: invites to it, gives it and ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.people.models import Agency, Invitation, Membership, Team, User
from macfa.people.roles import GUIDE, GUIDES, LEAD_GIVES, OFFICE, TIME_BOXED, Role
from macfa.people.rules import check_sees_people, elsewhere, holds, partnership_of
from workflows import clock
from workflows.errors import NotAllowed, NotYet
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet

    from macfa.people.models import Partnership


def home_of(person: User) -> Partnership:
    """The partnership somebody is in, for whoever is in one."""
    home = partnership_of(person)
    if home is None:
        raise NotAllowed("This is for people who work in a partnership.")
    return home


# --- whose people ---------------------------------------------------------------------------------


def looked_after(person: User) -> QuerySet[Team]:
    """The teams of the partnership somebody is in whose people they look after: every one for its
    coordinator and administrator, those of their agency for an agency lead."""
    here = person.reach.here
    if here is not None and holds(person, OFFICE, here):
        return Team.objects.filter(partnership=here)
    led = Membership.objects.current().filter(
        person=person, team__role=Role.AGENCY_LEAD, team__partnership=here
    )
    return Team.objects.filter(agency__in=led.values("team__agency"), role__in=LEAD_GIVES)


def check_looks_after(person: User) -> QuerySet[Team]:
    """The teams somebody looks after, for whoever looks after any."""
    teams = looked_after(person)
    if not teams.exists():
        change = elsewhere(person, (*OFFICE, Role.AGENCY_LEAD))
        raise NotAllowed(
            f"This is for the coordinator, the system administrator and agency leads.{change}"
        )
    return teams


def looks_after_people(person: User) -> bool:
    """Whether somebody looks after anybody in the partnership they are in, for a page."""
    return bool(person.reach.roles_here & {*OFFICE, Role.AGENCY_LEAD})


# --- which role -----------------------------------------------------------------------------------


def gives_role(
    person: User, role: Role, partnership: Partnership | int, agency: Agency | None
) -> bool:
    """Whether somebody may give this role: an agency lead in their own agency only."""
    givers = set(GUIDE[role].given_by)
    if holds(person, givers - {Role.AGENCY_LEAD}, partnership):
        return True
    leads = Role.AGENCY_LEAD in givers and agency is not None
    return leads and holds(person, Role.AGENCY_LEAD, partnership, agency)


def check_gives_role(team: Team, person: User) -> None:
    """Raise `NotAllowed`, saying who gives this role."""
    role = Role(team.role)
    if not gives_role(person, role, team.partnership_id, team.agency):
        who = GUIDE[role].given_by_words
        raise NotAllowed(f"{who} gives the role {role.label.lower()}.")


def can_give_role(team: Team, person: User) -> bool:
    """Whether somebody may give and end the role of this team."""
    return allows(check_gives_role, team, person)


def roles_given(person: User) -> Iterator[Role]:
    """The roles somebody may give in the partnership they are in, in the order of the guide."""
    held = person.reach.roles_here
    return (guide.role for guide in GUIDES if held.intersection(guide.given_by))


def agencies_given(person: User) -> QuerySet[Agency]:
    """The agencies in which somebody may give roles, in the partnership they are in."""
    return (
        Agency.objects.going_on()
        .filter(pk__in=looked_after(person).values("agency"))
        .order_by("position", "code")
    )


def team_to_give(partnership: Partnership, role: Role, agency: Agency | None, by: User) -> Team:
    """The team of a role that somebody may give; made where it is the first of its role."""
    check_in_place(role, agency)
    if agency is not None and agency.partnership_id != partnership.pk:
        raise NotYet("Choose an agency of the partnership.")
    if not gives_role(by, role, partnership, agency):
        raise NotAllowed(f"{GUIDE[role].given_by_words} gives this role.")
    return Team.objects.for_role(partnership, role, agency)


def check_in_place(role: Role, agency: Agency | None) -> None:
    """An agency's role is held in an agency, every other in none."""
    if GUIDE[role].of_an_agency and agency is None:
        raise NotYet("Choose the agency in which this role is held.")
    if agency is not None and not GUIDE[role].of_an_agency:
        raise NotYet(f"A {role.label.lower()} belongs to no single agency. Choose “No agency”.")


def check_days(since: date, until: date | None) -> None:
    """A role begins today or later, and does not end before it begins."""
    if since < clock.today():
        raise NotYet("The first day cannot be in the past: a role is not given backwards.")
    if until is not None and until < since:
        raise NotYet("The last day cannot be before the first.")


def check_time_boxed(role: Role, since: date, until: date | None) -> None:
    """Some roles are held for a limited time only."""
    most = TIME_BOXED.get(role)
    if most and (until is None or (until - since).days >= most):
        raise NotYet(f"The role {role.label.lower()} needs a last day, at most {most} days on.")


def check_not_oneself(email: str, by: User) -> None:
    """Nobody gives themselves a role."""
    if email.lower() == by.email.lower():
        raise NotYet("You cannot give yourself a role. Ask another coordinator or administrator.")


def check_gives(person: User, team: Team, since: date, until: date | None, by: User) -> None:
    """A role that somebody may give, to somebody else, who does not hold it in these days."""
    check_gives_role(team, by)
    check_not_oneself(person.email, by)
    check_days(since, until)
    check_time_boxed(Role(team.role), since, until)
    if overlapping(person, team, since, until).exists():
        raise NotYet(f"{person} holds this role in these days already.")


def overlapping(person: User, team: Team, since: date, until: date | None) -> QuerySet[Membership]:
    """What somebody holds in a team on any of these days."""
    held = Membership.objects.filter(person=person, team=team).lasting_on(since)
    return held if until is None else held.filter(since__lte=until)


def check_invites(email: str, team: Team, since: date, until: date | None, by: User) -> None:
    """A role that somebody may give, to an address that does not wait for it already.

    Whether the address has an account changes nothing: nobody finds out here who has one.
    """
    check_gives_role(team, by)
    check_not_oneself(email, by)
    check_days(since, until)
    check_time_boxed(Role(team.role), since, until)
    if Invitation.objects.waiting().filter(team=team, email=email).exists():
        raise NotYet("This address is invited to this role already. Send that invitation again.")


# --- ending ---------------------------------------------------------------------------------------


def check_ends(membership: Membership, last: date | None, by: User) -> None:
    """Whoever gives a role ends it, from today on; the last coordinator stays until there is
    another. None: at once."""
    team = membership.team
    check_gives_role(team, by)
    if membership.until is not None and membership.until < clock.today():
        raise NotYet(f"{membership.person} does not hold this role any more.")
    if last is not None:
        _check_last_day(membership, last)
    if team.role == Role.COORDINATOR and not others_in(membership, last).exists():
        raise NotYet(
            f"{membership.person} is the last coordinator. Give the role to somebody else first."
        )


def check_lets_go(person: User, by: User) -> None:
    """Coordinator and administrator let somebody leave, who may end every role of theirs."""
    partnership = check_sees_people(by)
    held = Membership.objects.filter(person=person, team__partnership=partnership)
    for each in held.lasting_on(clock.today()).select_related("team__agency"):
        check_gives_role(each.team, by)


def _check_last_day(membership: Membership, last: date) -> None:
    if last < clock.today():
        raise NotYet(
            "The last day cannot be in the past: what was done in the role was done in it."
        )
    if last < membership.since:
        first = date_format(membership.since, "j F Y")
        raise NotYet(f"The role begins on {first}. End it on that day or later, or at once.")


def others_in(membership: Membership, last: date | None) -> QuerySet[Membership]:
    """Who else holds the role of a team after its holder's last day; now, where it ends at once."""
    others = Membership.objects.filter(team=membership.team, person__is_active=True)
    after = last + timedelta(days=1) if last else clock.today()
    return others.exclude(person=membership.person).holding_on(after)


def is_last_lead(membership: Membership) -> bool:
    """Whether an agency has no other lead, so that nobody could see to its work."""
    lead = membership.team.role == Role.AGENCY_LEAD
    return lead and not others_in(membership, None).exists()
