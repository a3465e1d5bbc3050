"""Who is told of an immediate concern, who acknowledges it, and which two people confirm it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.concerns.lifecycle import TO_CONFIRM, ConcernState
from macfa.concerns.models import Concern, Confirmation
from macfa.people.models import User
from macfa.people.roles import Role
from macfa.people.rules import holders_of, holds, leads_of
from macfa.sampling.models import Case, CaseAccess
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import allows, check_says

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import Agency, Partnership

Capacity = Confirmation.Capacity
#: Who may be asked to acknowledge and to confirm.
ASKED = {Role.COORDINATOR, Role.AGENCY_LEAD, Role.SCRUTINEER}


# --- who it needs --------------------------------------------------------------------------------


def coordinators(concern: Concern) -> set[User]:
    """Every coordinator of the partnership."""
    return coordinators_of(concern.partnership_id)


def leads(concern: Concern) -> set[User]:
    """The leads of the agency concerned, but for those in conflict with the case."""
    if concern.agency is None:
        return set()
    return {person for person in leads_of(concern.agency) if not _in_conflict(concern, person)}


def scrutineers(concern: Concern) -> set[User]:
    """The independent scrutineers, but for those in conflict with the case."""
    found = holders_of(concern.partnership_id, Role.SCRUTINEER)
    return {person for person in found if not _in_conflict(concern, person)}


def staff_conduct_contacts(partnership: Partnership) -> set[User]:
    """Who reads what is recorded about the conduct of staff."""
    return set(holders_of(partnership, Role.STAFF_CONDUCT))


def coordinators_of(partnership: Partnership | int) -> set[User]:
    """Every coordinator of a partnership."""
    return set(holders_of(partnership, Role.COORDINATOR))


def _in_conflict(concern: Concern, person: User) -> bool:
    if concern.case_id is None:
        return False
    return CaseAccess.objects.conflicts(person).filter(case=concern.case_id).exists()


def needs_scrutineer(concern: Concern) -> bool:
    """Whether nobody but a scrutineer could be the second person: no lead, or only one who is
    the only coordinator too."""
    people = leads(concern)
    return not people or (people == coordinators(concern) and len(people) == 1)


def waiting_for(person: User) -> int:
    """How many open concerns somebody has still to acknowledge or to confirm."""
    if not person.reach.roles & ASKED:
        return 0
    return Concern.objects.needing(person).count()


# --- raising -------------------------------------------------------------------------------------


def check_raise(partnership: Partnership, agency: Agency | None, person: User) -> None:
    """Everybody who works in the partnership may raise a concern."""
    if not holds(person, Role, partnership):
        raise NotAllowed("This is for people who work in the partnership.")
    if agency is not None and agency.partnership_id != partnership.pk:
        raise NotYet("Choose an agency of the partnership.")


def check_referred(referral: str, not_referred_because: str) -> None:
    """There is a referral, or a reason why there is none yet."""
    check_says(
        referral + not_referred_because,
        "Enter the referral reference, or say why it is not referred yet.",
    )


def case_meant(partnership: Partnership, reference: str) -> Case | None:
    """The case that a typed reference means, whoever typed it. They are not told whether it is
    there (R28)."""
    reference = reference.strip()
    if not reference:
        return None
    cases = Case.objects.filter(audit__partnership=partnership, label__iexact=reference)
    return cases.select_related("audit").order_by("-pk").first()


# --- acknowledging and confirming ----------------------------------------------------------------


def _is_coordinator(concern: Concern, person: User) -> bool:
    return holds(person, Role.COORDINATOR, concern.partnership_id)


def _is_lead(concern: Concern, person: User) -> bool:
    return person in leads(concern)


def _is_scrutineer(concern: Concern, person: User) -> bool:
    return concern.escalated_at is not None and person in scrutineers(concern)


def check_is_coordinator(concern: Concern, person: User) -> None:
    """A coordinator of the partnership."""
    if not _is_coordinator(concern, person):
        raise NotAllowed("This is for the coordinator.")


def check_is_second(concern: Concern, person: User) -> None:
    """A lead of the agency concerned, or the scrutineer once they were told."""
    if not (_is_lead(concern, person) or _is_scrutineer(concern, person)):
        raise NotAllowed("This is for the lead of the agency or the independent scrutineer.")


def _needs(concern: Concern, person: User) -> bool:
    second = _is_lead(concern, person) or _is_scrutineer(concern, person)
    return second or _is_coordinator(concern, person)


def check_acknowledge(concern: Concern, person: User) -> None:
    """The coordinator, a lead of the agency, or the scrutineer once told, acknowledges it."""
    if not _needs(concern, person):
        raise NotAllowed(
            "A concern is acknowledged by the coordinator, the agency’s lead or the "
            "independent scrutineer."
        )
    if concern.state != ConcernState.RAISED:
        raise WrongState("Somebody has acknowledged this concern already.")


def can_acknowledge(concern: Concern, person: User) -> bool:
    """Whether somebody may acknowledge it now."""
    return allows(check_acknowledge, concern, person)


def check_confirm(concern: Concern, person: User) -> None:
    """The coordinator and a second person each confirm what was done, nobody twice (R26)."""
    capacity_of(concern, person)


def can_confirm(concern: Concern, person: User) -> bool:
    """Whether somebody may confirm now what was done."""
    return allows(check_confirm, concern, person)


def capacity_of(concern: Concern, person: User) -> Confirmation.Capacity:
    """In which of the two capacities somebody confirms. Raises where they may not."""
    if not _needs(concern, person):
        raise NotAllowed("What was done is confirmed by the coordinator and a second person.")
    if concern.state not in TO_CONFIRM:
        raise WrongState("What was done cannot be confirmed now: acknowledge the concern first.")
    given = dict(concern.confirmations.values_list("by", "capacity"))
    if person.pk in given:
        raise NotAllowed("You have confirmed already. Now a second person has to.")
    taken = set(given.values())
    if Capacity.COORDINATOR not in taken and _is_coordinator(concern, person):
        return Capacity.COORDINATOR
    second = _is_lead(concern, person) or _is_scrutineer(concern, person)
    if Capacity.SECOND not in taken and second:
        return Capacity.SECOND
    wanted = (
        "the agency’s lead or the independent scrutineer"
        if Capacity.COORDINATOR in taken
        else "the coordinator"
    )
    raise NotAllowed(f"One person has confirmed. Now it is for {wanted}.")


def check_note(concern: Concern, person: User, text: str) -> None:
    """Whoever sees an open concern adds to it, at any time."""
    if not Concern.objects.visible_to(person).filter(pk=concern.pk).exists():
        raise NotAllowed("This is for those who see the concern.")
    if not concern.is_open:
        raise WrongState("What was done is confirmed. If there is more, raise a new concern.")
    check_says(text, "Enter a note.")


def check_ask_scrutineer(concern: Concern, person: User) -> None:
    """The coordinator or a lead brings the scrutineer in, once, while the concern is open."""
    if not (_is_coordinator(concern, person) or _is_lead(concern, person)):
        raise NotAllowed("This is for the coordinator or the agency’s lead.")
    if not concern.is_open or concern.escalated_at is not None:
        raise WrongState(
            "The independent scrutineer sees this concern already, or it is confirmed."
        )


# --- the audit beside it -------------------------------------------------------------------------


def check_none_open(audit: Audit) -> None:
    """An audit with an open concern about a case of it is neither closed nor withdrawn (R26).

    The sentence gives nothing away of the concern, nor of the case.
    """
    if Concern.objects.open().filter(audit=audit).exists():
        raise NotYet(
            "An immediate concern is still open, so this audit can be neither closed nor "
            "withdrawn yet."
        )
