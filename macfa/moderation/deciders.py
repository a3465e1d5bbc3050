"""Who decided, beside who typed: a grade is the panel's, and nobody grades their own agency alone.

`decided_by` is said in words, because people without an account decide too. Where the words name
one person of the panel, or its chair, that person is the sole decider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.moderation.models import Panel
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.returns.lifecycle import ReturnState
from workflows.errors import NotAllowed, NotYet

if TYPE_CHECKING:
    from macfa.moderation.models import PanelMember
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case

THE_PANEL = "The panel"
CHAIR = {"chair", "the chair"}
COORDINATOR = {"coordinator", "the coordinator"}
MYSELF = {"i", "me", "myself"}


def check_decider(
    case: Case, decided_by: str, person: User, return_: AgencyReturn | None = None
) -> None:
    """Who decided may decide: not the coordinator, and nobody alone about their own agency.

    For an agency's grade that is the agency graded; for a domain or the case, any agency with a
    submitted return on it.

    Args:
        decided_by: in words: "The panel", "The chair", names.
        person: who types.
    """
    said = " ".join(decided_by.casefold().split())
    if not said:
        raise NotYet("Say who decided: the panel, the chair, or their names.")
    panel = Panel.objects.select_related("audit").get(audit=case.audit_id)
    member = sole_decider(panel, said, person)
    if member is None:
        _check_not_coordinator(panel, said, person)
    elif member.agency_id in _graded_agencies(case, return_):
        raise NotAllowed(
            f"{member.name} is from {member.agency}, whose work this grades, so cannot decide "
            "it alone. Say who decided together, for example “The panel”."
        )


def sole_decider(panel: Panel, said: str, person: User) -> PanelMember | None:
    """The one member of the panel whom the words name, if they name one."""
    members = list(panel.members.select_related("agency"))
    if said in CHAIR:
        return next(member for member in members if member.person_id == panel.chair_id)
    if said in MYSELF:
        return next((member for member in members if member.person_id == person.pk), None)
    return next((member for member in members if member.name.casefold() == said), None)


def _check_not_coordinator(panel: Panel, said: str, person: User) -> None:
    own = {*MYSELF, person.name.casefold(), person.email.casefold()}
    types_for_others = holds(person, Role.COORDINATOR, panel.audit.partnership_id)
    if said in COORDINATOR or (types_for_others and said in own):
        raise NotAllowed(
            "The coordinator types for the panel and decides no grade. Say who decided: "
            "“The panel”, “The chair”, or their names."
        )


def _graded_agencies(case: Case, return_: AgencyReturn | None) -> set[int]:
    if return_ is not None:
        return {return_.agency_id}
    submitted = case.returns.filter(state=ReturnState.SUBMITTED)
    return set(submitted.values_list("agency", flat=True))
