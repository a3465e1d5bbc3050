"""Who may do what with the sample, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import check_coordinates, check_running, check_stage
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.sampling.models import CaseAccess
from workflows.errors import NotAllowed, NotYet
from workflows.rules import allows

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.sampling.models import Case, Draw

Capacity = CaseAccess.Capacity
#: Who follows how the sample was made, and who opened the identity key.
OVERSEES = (Role.SCRUTINEER, Role.COORDINATOR)


def check_may_draw(audit: Audit, person: User) -> None:
    """A coordinator loads the pool and draws, at case sampling, until a draw is confirmed."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.CASE_SAMPLING)
    if audit.cases.exists():
        raise NotYet("The sample of this audit is confirmed. Replace single cases instead.")


def can_draw(audit: Audit, person: User) -> bool:
    """Whether somebody may load a pool or draw now."""
    return allows(check_may_draw, audit, person)


def check_may_use(draw: Draw, audit: Audit, person: User) -> None:
    """A draw is used once, and only while no newer pool has taken the place of its own."""
    check_may_draw(audit, person)
    if audit.pools.filter(pk__gt=draw.pool_id).exists():
        raise NotYet("A newer pool was loaded after this draw. Draw again from that one.")


def draw_in_use(audit: Audit) -> Draw:
    """The draw that gave the audit its cases. Raises `NotYet` where none is confirmed."""
    draw: Draw | None = audit.draws.filter(cases__isnull=False).order_by("-pk").first()
    if draw is None:
        raise NotYet("The sample of this audit is not confirmed yet.")
    return draw


def reserves_left(draw: Draw) -> list[dict[str, str]]:
    """The reserves of a draw that have not become cases, in the order in which they are taken."""
    used = set(draw.cases.values_list("row_id", flat=True))
    return [pick for pick in draw.held_in_reserve if pick["row_id"] not in used]


def check_describes(case: Case, person: User) -> None:
    """The coordinator describes cases for the panel until the audit has ended."""
    check_coordinates(case.audit, person)
    check_running(case.audit)


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
    return allows(check_opens_identity, case, person)


def can_see_draws(audit: Audit, person: User) -> bool:
    """Whether somebody may see row by row how the sample was drawn."""
    return holds(person, OVERSEES, audit.partnership_id)


def check_sees_draws(audit: Audit, person: User) -> None:
    """The coordinator and the scrutineer see a draw row by row; its counts are small (R38)."""
    if not can_see_draws(audit, person):
        raise NotAllowed("Draws are for the coordinator and the independent scrutineer.")


def can_see_identity_log(audit: Audit, person: User) -> bool:
    """Whether somebody may read who opened the identity key."""
    return holds(person, OVERSEES, audit.partnership_id)


def check_sees_identity_log(audit: Audit, person: User) -> None:
    """The scrutineer and the coordinator read who opened the identity key, and why (R8)."""
    if not can_see_identity_log(audit, person):
        raise NotAllowed("This log is for the independent scrutineer and the coordinator.")
