"""The people of an agency who share a role: who a return goes to, and who is told about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from macfa.people.models import Membership, Team
from macfa.sampling.models import CaseAccess
from workflows.clock import today
from workflows.composed import composed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from macfa.people.models import Agency, User
    from macfa.people.roles import Role


@dataclass(frozen=True)
class Desk:
    """Those who hold one role in an agency today, by name."""

    agency: Agency
    role: Role
    people: tuple[User, ...]
    known: Team | None = None

    @property
    def team(self) -> Team:
        """Their team, in whose queue work waits. Reading a page never asks for it."""
        return self.known or Team.objects.for_role(self.agency.partnership, self.role, self.agency)

    @property
    def only_one(self) -> User | None:
        """The person of a desk of one, to whom work can go straight; else None."""
        return self.people[0] if len(self.people) == 1 else None


def desk_of(agency: Agency, role: Role, case: int) -> Desk:
    """The desk of a role in one agency, without whoever has a conflict of interest with the case
    that lies on it. Submitting a return asks for it, so it is composed once."""
    return _desk(agency, role, _on_desk(agency.pk, role.value, today(), case))


@composed
def _on_desk(agency: int, role: str, day: date, case: int) -> QuerySet[Membership]:
    stepped_out = CaseAccess.objects.filter(
        case=case, capacity=CaseAccess.Capacity.CONFLICT, until=None, person=OuterRef("person")
    )
    found = _memberships(day).filter(team__agency=agency, team__role=role)
    return found.filter(~Exists(stepped_out))


def desks_of(agencies: Iterable[Agency], role: Role) -> dict[int, Desk]:
    """The desks of a role in several agencies, by agency. One statement, however many there are."""
    wanted = list(agencies)
    chosen = _memberships(today()).filter(team__agency__in=[agency.pk for agency in wanted])
    found: dict[int | None, list[Membership]] = defaultdict(list)
    for membership in chosen.filter(team__role=role):
        found[membership.team.agency_id].append(membership)
    return {agency.pk: _desk(agency, role, found[agency.pk]) for agency in wanted}


def _memberships(day: date) -> QuerySet[Membership]:
    holding = Membership.objects.current(day).select_related("team", "person")
    return holding.order_by("person__name", "person")


def _desk(agency: Agency, role: Role, memberships: list[Membership]) -> Desk:
    if not memberships:
        return Desk(agency, role, ())
    people = {each.person_id: each.person for each in memberships}
    return Desk(agency, role, tuple(people.values()), memberships[0].team)
