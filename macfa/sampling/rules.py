"""Who may do what with the sample, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import check_coordinates, check_stage
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.sampling.models import CaseAccess
from workflows.errors import NotAllowed, NotYet

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.sampling.models import Case

Capacity = CaseAccess.Capacity


def check_may_draw(audit: Audit, person: User) -> None:
    """A coordinator loads the pool and draws, at case sampling, until a draw is confirmed."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.CASE_SAMPLING)
    if audit.cases.exists():
        raise NotYet("The sample of this audit is confirmed. Replace single cases instead.")


def check_opens_identity(case: Case, person: User) -> None:
    """The coordinator, and who leads or audits for an agency on the case (docs/roles.md)."""
    if CaseAccess.objects.conflicts(person).filter(case=case).exists():
        raise NotAllowed("You have declared a conflict of interest with this case.")
    working = CaseAccess.objects.granting(person).filter(
        case=case, capacity__in=(Capacity.LEADS, Capacity.AUDITS)
    )
    if not (working.exists() or holds(person, Role.COORDINATOR, case.audit.partnership_id)):
        raise NotAllowed(
            "The identity key is for the coordinator and for agencies that audit the case."
        )


def can_open_identity(case: Case, person: User) -> bool:
    """Whether somebody may open the identity key of a case."""
    try:
        check_opens_identity(case, person)
    except NotAllowed:
        return False
    return True


def check_sees_identity_log(audit: Audit, person: User) -> None:
    """The scrutineer and the coordinator read who opened the identity key, and why (R8)."""
    if not holds(person, (Role.SCRUTINEER, Role.COORDINATOR), audit.partnership_id):
        raise NotAllowed("This log is for the independent scrutineer and the coordinator.")
