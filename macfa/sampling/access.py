"""Writing the one table that says who may see a case. Services of this and later rooms call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from macfa.sampling.models import CaseAccess
from workflows import clock

if TYPE_CHECKING:
    from macfa.people.models import Agency, Setting, Team, User
    from macfa.sampling.models import Case


def grant(
    case: Case,
    capacity: CaseAccess.Capacity,
    *,
    person: User | None = None,
    team: Team | None = None,
    agency: Agency | None = None,
    setting: Setting | None = None,
    why: str = "",
) -> None:
    """Let a person or a team see a case from now on; nothing changes where they already may."""
    CaseAccess.objects.get_or_create(
        case=case,
        person=person,
        team=team,
        agency=agency,
        setting=setting,
        capacity=capacity,
        until=None,
        defaults={"why": why, "since": clock.now()},
    )


def end(case: Case, capacity: CaseAccess.Capacity, *, person: User) -> None:
    """A person's access in one capacity ends now; the row stays as evidence."""
    rows = CaseAccess.objects.filter(Q(until=None), case=case, person=person, capacity=capacity)
    rows.update(until=clock.now())


def step_out(case: Case, person: User, why: str) -> None:
    """A person has a conflict of interest: the case is hidden from them at once (R12, R31)."""
    grant(case, CaseAccess.Capacity.CONFLICT, person=person, why=why)
