"""Who may do what with an agency return, and when. Each `check_` raises a sentence that says what
to do instead; each `can_` is the same rule as a bool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits import rules as audits
from macfa.audits.lifecycle import Stage
from macfa.audits.pausing import check_not_paused
from macfa.people.roles import AUDITS_FOR_AGENCY, Role
from macfa.people.rules import check_holds, holds
from macfa.returns.lifecycle import OUTSTANDING, ReturnState
from macfa.sampling.lifecycle import WITH_PANEL, CaseState
from macfa.sampling.models import CaseAccess
from workflows import clock
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.people.models import Setting, User
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case

# --- who -----------------------------------------------------------------------------------------


def check_may_audit(return_: AgencyReturn, person: User) -> None:
    """An auditor or lead of the agency may audit its work, unless they declared a conflict."""
    agency = return_.agency
    if not holds(person, AUDITS_FOR_AGENCY, agency.partnership_id, agency):
        raise NotAllowed(f"{person.name} is not an auditor of {agency}.")
    check_no_conflict(return_, person)


def check_no_conflict(return_: AgencyReturn, person: User) -> None:
    """Whoever has declared a conflict of interest with the case has no part in it (R12)."""
    if CaseAccess.objects.conflicts(person).filter(case=return_.case_id).exists():
        raise NotAllowed(f"{person.name} has declared a conflict of interest with this case.")


def can_audit(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may be given this audit."""
    return allows(check_may_audit, return_, person)


def check_leads(return_: AgencyReturn, person: User) -> None:
    """Only a lead of the return's own agency, who has no conflict of interest with the case."""
    check_holds(person, Role.AGENCY_LEAD, return_.agency.partnership_id, return_.agency)
    check_no_conflict(return_, person)


def can_lead(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody leads the return's agency."""
    return allows(check_leads, return_, person)


def check_coordinates(return_: AgencyReturn, person: User) -> None:
    """Only a coordinator of the partnership."""
    check_holds(person, Role.COORDINATOR, return_.agency.partnership_id)


def can_coordinate(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody coordinates the audit."""
    return allows(check_coordinates, return_, person)


def check_follows(return_: AgencyReturn, person: User) -> None:
    """A coordinator, or a lead of the return's own agency."""
    if not (can_lead(return_, person) or can_coordinate(return_, person)):
        raise NotAllowed("This is for the coordinator or the agency lead.")


def check_audits(return_: AgencyReturn, person: User) -> None:
    """Only whoever holds the audit now."""
    if return_.auditor_id != person.pk:
        holder = return_.auditor.name if return_.auditor else "nobody yet"
        raise NotAllowed(f"The audit of {return_.reference} is with {holder}.")


# --- when ----------------------------------------------------------------------------------------


def check_state(return_: AgencyReturn, *states: ReturnState) -> None:
    """The return has to be in one of these states, and neither audit nor case paused."""
    check_at(return_, *states)
    check_goes_on(return_)


def check_at(return_: AgencyReturn, *states: ReturnState) -> None:
    """The return has to be in one of these states."""
    if return_.state not in states:
        names = " or ".join(f"“{state.label}”" for state in states)
        raise WrongState(
            f"{return_.reference} is at “{return_.get_state_display()}”. "
            f"This is done while it is at {names}."
        )


def check_goes_on(return_: AgencyReturn) -> None:
    """Neither the audit nor the case is paused."""
    check_not_paused(return_.audit)
    check_not_paused(return_.case)


def check_not_released(return_: AgencyReturn) -> None:
    """Once the panel has the case its returns stay as they are; an addendum says the rest."""
    if return_.case.state in WITH_PANEL:
        raise WrongState(
            f"{return_.case.label} has been released to the panel, so its returns stay as they are."
        )


def is_late(case_state: str) -> bool:
    """Whether a return that comes now comes after the panel has got the case."""
    return case_state in WITH_PANEL


# --- the acts ------------------------------------------------------------------------------------


def check_issue(audit: Audit, cases: Sequence[Case], person: User) -> None:
    """The coordinator issues an audit at case sampling, once it has cases and agencies."""
    audits.check_coordinates(audit, person)
    audits.check_stage(audit, Stage.CASE_SAMPLING)
    if not cases:
        raise NotYet("There is no case to send out. Draw the sample and confirm it first.")
    if not audit.agencies.going_on().exists():
        raise NotYet("No agency takes part yet. Choose the agencies in the scope first.")


def check_settings(
    audit: Audit, cases: Sequence[Case], chosen: Mapping[int, Sequence[Setting]]
) -> None:
    """Settings belong to agencies that take part, and are chosen for cases of the audit."""
    if not chosen:
        return
    agencies = set(audit.agencies.values_list("pk", flat=True))
    picked = {setting for settings in chosen.values() for setting in settings}
    strangers = {setting.agency_id for setting in picked} - agencies
    if strangers or set(chosen) - {case.pk for case in cases}:
        raise NotAllowed("Choose cases of this audit, and settings of agencies that take part.")


def check_say_involved(return_: AgencyReturn, person: User) -> None:
    """The agency's lead says whether there is anything to audit, once (R10)."""
    check_leads(return_, person)
    check_state(return_, ReturnState.ISSUED)
    audits.check_running(return_.audit)


def can_say_involved(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may say now whether there is anything to audit."""
    return allows(check_say_involved, return_, person)


def check_take_back_nil(return_: AgencyReturn, person: User) -> None:
    """A nil that was a mistake is taken back while returns are open."""
    check_follows(return_, person)
    check_state(return_, ReturnState.NIL)
    audits.check_stage(return_.audit, Stage.AGENCY_AUDITS)


def can_take_back_nil(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may take the nil return back now."""
    return allows(check_take_back_nil, return_, person)


def check_take_back_involved(return_: AgencyReturn, person: User) -> None:
    """Until the audit is handed in, an agency may find that it was not involved after all."""
    check_follows(return_, person)
    check_state(return_, ReturnState.DRAFTING)
    audits.check_stage(return_.audit, Stage.AGENCY_AUDITS)
    if return_.submissions.exists():
        raise WrongState(f"{return_.reference} has been handed in before, so the answer stays.")


def can_take_back_involved(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may take back now that the agency was involved."""
    return allows(check_take_back_involved, return_, person)


def check_assign(return_: AgencyReturn, person: User) -> None:
    """The lead or the coordinator says who audits, while there is something to audit."""
    check_follows(return_, person)
    check_state(return_, ReturnState.DRAFTING)


def can_assign(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may give the audit to an auditor now."""
    return allows(check_assign, return_, person)


def check_declare(return_: AgencyReturn, person: User) -> None:
    """Whoever holds the audit says whether they are independent of the case (R12)."""
    check_state(return_, ReturnState.DRAFTING)
    check_audits(return_, person)
    check_may_audit(return_, person)


def check_writes(return_: AgencyReturn, person: User) -> None:
    """Whoever holds the audit writes it. That they are independent, and that the audit runs and is
    not paused, is asked with the questions."""
    check_at(return_, ReturnState.DRAFTING)
    check_audits(return_, person)


def can_write(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody is the one who writes this return now, while the audit runs."""
    runs = allows(audits.check_running, return_.audit) and allows(check_goes_on, return_)
    return runs and allows(check_writes, return_, person)


def check_sign_off(return_: AgencyReturn, person: User) -> None:
    """A lead signs off, and not their own audit where another lead could (R19)."""
    check_leads(return_, person)
    check_state(return_, ReturnState.WITH_LEAD)
    audits.check_running(return_.audit)
    if return_.auditor_id == person.pk and return_.leads.only_one is None:
        raise NotAllowed("You audited this yourself. Ask another lead of your agency to sign off.")


def can_sign_off(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may sign the return off now."""
    return allows(check_sign_off, return_, person)


def check_hand_back(return_: AgencyReturn, person: User) -> None:
    """Before sign-off a lead may ask the auditor to look again."""
    check_leads(return_, person)
    check_state(return_, ReturnState.WITH_LEAD)


def check_query(return_: AgencyReturn, person: User) -> None:
    """The coordinator sends a submitted return back with a query, before release (R18)."""
    check_coordinates(return_, person)
    audits.check_running(return_.audit)
    check_state(return_, ReturnState.SUBMITTED)
    check_not_released(return_)


def can_query(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may send the return back with a query now."""
    return allows(check_query, return_, person)


def check_remind(return_: AgencyReturn, person: User) -> None:
    """The coordinator or the agency's lead reminds those who still owe a return."""
    check_follows(return_, person)
    check_state(return_, *OUTSTANDING)


def can_remind(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may send a reminder now."""
    return allows(check_remind, return_, person)


def check_calls(return_: AgencyReturn, person: User) -> None:
    """The coordinator writes down that they reminded an agency by telephone."""
    check_coordinates(return_, person)
    check_state(return_, *OUTSTANDING)


def can_call(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may write down a telephone call now."""
    return allows(check_calls, return_, person)


def check_remind_all(audit: Audit, person: User) -> None:
    """The coordinator reminds everybody who still owes a return of a running audit."""
    audits.check_coordinates(audit, person)
    audits.check_running(audit)


def check_runs_outstanding(return_: AgencyReturn, person: User) -> None:
    """The coordinator decides about a return that is still owed: more time, or none."""
    check_coordinates(return_, person)
    check_state(return_, *OUTSTANDING)


def can_run_outstanding(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may extend the return or record it as not returned now."""
    return allows(check_runs_outstanding, return_, person)


def check_extension(return_: AgencyReturn, due: date) -> None:
    """More time is a later day than before, and one that is still to come."""
    if due <= return_.due or due < clock.today():
        raise NotYet("Choose a later day than the present due date, today or in the future.")


def check_accept_late(return_: AgencyReturn, person: User) -> None:
    """The coordinator may let an agency answer after all, while the audit runs."""
    check_coordinates(return_, person)
    check_state(return_, ReturnState.NOT_RETURNED)
    audits.check_running(return_.audit)


def can_accept_late(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may let the agency answer late now."""
    return allows(check_accept_late, return_, person)


def check_replace(case: Case, person: User) -> None:
    """The coordinator replaces a case until it is released to the panel (R9)."""
    audits.check_coordinates(case.audit, person)
    audits.check_stage(case.audit, Stage.CASE_SAMPLING, Stage.AGENCY_AUDITS)
    if case.state not in {CaseState.DRAWN, CaseState.WITH_AGENCIES}:
        raise WrongState(f"{case.label} is at “{case.get_state_display()}” and stays as it is.")


def check_add_case(audit: Audit, person: User) -> None:
    """The coordinator adds a case while the agencies are at work; later the panel has begun."""
    audits.check_coordinates(audit, person)
    audits.check_stage(audit, Stage.AGENCY_AUDITS)


def can_add_case(audit: Audit, person: User) -> bool:
    """Whether somebody may add a case now."""
    return allows(check_add_case, audit, person)


def check_adds(return_: AgencyReturn, person: User) -> None:
    """Once the panel has the case, its auditor or a lead of the agency adds to the return."""
    check_state(return_, ReturnState.SUBMITTED)
    audits.check_running(return_.audit)
    if return_.case.state not in WITH_PANEL:
        raise WrongState(
            f"{return_.case.label} is not with the panel yet. Until then the coordinator can send "
            "the return back to be changed."
        )
    check_answers(return_, person)


def check_answers(return_: AgencyReturn, person: User) -> None:
    """The agency answers for a return through whoever audited it, or through a lead."""
    if return_.auditor_id == person.pk:
        check_may_audit(return_, person)
    else:
        check_leads(return_, person)


def can_add(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody may add an addendum to the return now."""
    return allows(check_adds, return_, person)


# --- reading -------------------------------------------------------------------------------------


def works_on(return_: AgencyReturn, person: User) -> bool:
    """Whether somebody reads the draft: whoever audits it, and the agency's own leads (R14)."""
    return return_.auditor_id == person.pk or can_lead(return_, person)
