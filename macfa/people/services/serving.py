"""People get an account, take a role, and give it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people.models import Membership, Team, User
from workflows import clock

if TYPE_CHECKING:
    from macfa.people.models import Agency, Partnership
    from macfa.people.roles import Role


def add_person(*, email: str, name: str, password: str | None = None) -> User:
    """Open an account, or find the one that is there: a person has one for all their roles."""
    known = User.objects.filter(email__iexact=email).first()
    return known or User.objects.create_user(email, password, name=name)


def join(
    *, person: User, partnership: Partnership, role: Role, agency: Agency | None = None
) -> Membership:
    """Somebody takes a role from today on, in an agency where the role is an agency's."""
    team = Team.objects.for_role(partnership, role, agency)
    membership, _ = Membership.objects.get_or_create(
        person=person, team=team, until=None, defaults={"since": clock.today()}
    )
    return membership


def leave(*, membership: Membership) -> Membership:
    """Somebody gives up a role: today is the last day on which they hold it.

    Roles are held for whole days, as agencies are there for whole days. What they could see in
    that role is closed to them tomorrow; their open work has to be moved by hand.
    """
    membership.until = clock.today()
    membership.save(update_fields=["until"])
    return membership
