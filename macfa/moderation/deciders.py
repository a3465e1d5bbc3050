"""Who decided, beside who typed: a grade is the panel's, and nobody grades their own agency alone.

It is the panel together or one of it by name, because people without an account decide too. Where
it is one person, or the chair, that person is the sole decider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.moderation.models import Panel
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.returns.lifecycle import ReturnState
from macfa.sampling.models import CaseAccess
from workflows.errors import NotAllowed, NotYet

if TYPE_CHECKING:
    from macfa.moderation.models import PanelMember
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case

THE_PANEL, THE_CHAIR = "The panel", "The chair"
CHAIR = {"chair", "the chair"}
COORDINATOR = {"coordinator", "the coordinator"}
MYSELF = {"i", "me", "myself"}


def check_decider(
    case: Case, decided_by: str, person: User, return_: AgencyReturn | None = None
) -> None:
    """Who decided may decide: not the coordinator, nobody alone about their own agency, and
    nobody with a conflict of interest.

    For an agency's grade that is the agency graded; for a domain or the case, any agency with a
    submitted return on it.

    Args:
        decided_by: "The panel", "The chair", or the name of one member.
        person: who types.
    """
    Deciders(case, return_).check(decided_by, person)


class Deciders:
    """Who may decide about a case, or about one return of it. Read once, for a page or an act."""

    def __init__(self, case: Case, return_: AgencyReturn | None = None) -> None:
        self.case = case
        self.panel = Panel.objects.get(audit=case.audit_id)
        self.members = list(self.panel.members.select_related("agency").order_by("pk"))
        conflicts = CaseAccess.objects.current().filter(
            case=case, capacity=CaseAccess.Capacity.CONFLICT
        )
        self.stepped_out = set(conflicts.values_list("person", flat=True))
        self.graded = _graded_agencies(case, return_)

    def choices(self) -> list[str]:
        """The panel together, its chair, or a member alone, as far as each may decide."""
        alone = [(member, member.name) for member in self.members]
        chair = [(member, THE_CHAIR) for member in self.members if self._chairs(member)]
        return [THE_PANEL, *(name for member, name in (*chair, *alone) if self._may(member))]

    def _chairs(self, member: PanelMember) -> bool:
        return member.person_id == self.panel.chair_id

    def _may(self, member: PanelMember) -> bool:
        out = member.person_id is not None and member.person_id in self.stepped_out
        return not out and member.agency_id not in self.graded

    def check(self, decided_by: str, person: User) -> None:
        """Raise, in a sentence, where this is nobody who may decide."""
        said = " ".join(decided_by.casefold().split())
        member = self._sole_decider(said, person)
        if member is None:
            self._check_together(said, person)
        elif member.person_id is not None and member.person_id in self.stepped_out:
            raise NotAllowed(f"{member.name} has a conflict of interest with {self.case.label}.")
        elif member.agency_id in self.graded:
            raise NotAllowed(
                f"{member.name} is from {member.agency}, whose work this grades, so cannot decide "
                "it alone. Say who decided together, for example “The panel”."
            )

    def _sole_decider(self, said: str, person: User) -> PanelMember | None:
        """The one member of the panel whom the words name, if they name one."""
        if said in CHAIR:
            return next(filter(self._chairs, self.members))
        if said in MYSELF:
            return next((each for each in self.members if each.person_id == person.pk), None)
        return next((each for each in self.members if each.name.casefold() == said), None)

    def _check_together(self, said: str, person: User) -> None:
        """The panel together, and nobody in other words: that could be anybody."""
        own = {*MYSELF, person.name.casefold(), person.email.casefold()}
        types_for_others = holds(person, Role.COORDINATOR, self.case.audit.partnership_id)
        if said in COORDINATOR or (types_for_others and said in own):
            raise NotAllowed(
                "The coordinator types for the panel and decides no grade. Say who decided: "
                "“The panel”, “The chair”, or the name of one member."
            )
        if said != THE_PANEL.casefold():
            raise NotYet(
                "Say who decided: “The panel”, “The chair”, or the name of one member of the panel."
            )


def _graded_agencies(case: Case, return_: AgencyReturn | None) -> set[int]:
    if return_ is not None:
        return {return_.agency_id}
    submitted = case.returns.filter(state=ReturnState.SUBMITTED)
    return set(submitted.values_list("agency", flat=True))
