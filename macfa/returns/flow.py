"""Whose turn it is with an agency return: the lead, the auditor, and the lead again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import people_in
from macfa.returns.desks import Desk, desk_of
from macfa.returns.lifecycle import ReturnState
from macfa.returns.rules import can_audit, check_answers, check_leads, check_may_audit
from macfa.sampling.access import grant
from macfa.sampling.models import CaseAccess
from workflows import clock
from workflows.flow import End, Flow, HumanTask, Start, Switch, Work, this
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from workflows.lifecycle import Act

AUDITS = CaseAccess.Capacity.AUDITS
ANSWER_QUERY = "Answer the coordinator’s query"
#: How many working days an agency has to answer a question of the panel.
DAYS_TO_ANSWER = 5


def who_sees_to_it(return_: AgencyReturn) -> tuple[User, ...]:
    """Who is told that nobody holds the work on a return: the agency's leads.

    Where no lead is left without a conflict of interest the coordinators are told, who ask the
    agency to name another: nobody else speaks for it.
    """
    if return_.leads.people:
        return return_.leads.people
    coordinators = Team.objects.for_role(return_.agency.partnership, Role.COORDINATOR)
    return tuple(people_in(coordinators))


def _work(return_: AgencyReturn, desk: Desk, owner: User | None) -> Work:
    return Work(
        page=return_.get_absolute_url(),
        due=return_.due,
        team=desk.team,
        tenant_id=return_.agency.partnership_id,
        owner=owner,
        watchers=() if owner else who_sees_to_it(return_),
    )


def lead_work(return_: AgencyReturn) -> Work:
    """The agency lead's work; it goes straight to the lead where there is only one."""
    return _work(return_, return_.leads, return_.leads.only_one)


def auditor_work(return_: AgencyReturn) -> Work:
    """The auditor's work; somebody who has audited it before gets it back, if they still may."""
    auditor = return_.auditor
    owner = auditor if auditor and can_audit(return_, auditor) else None
    work = _work(return_, desk_of(return_.agency, Role.AUDITOR, return_.case_id), owner)
    return replace(work, title=ANSWER_QUERY) if _is_queried(return_) else work


def _is_queried(return_: AgencyReturn) -> bool:
    """The coordinator sent it back after it was submitted, and waits for an answer."""
    asked = return_.queries.filter(within_agency=False, answered_at=None)
    return return_.submitted_by_id is not None and asked.exists()


def question_work(return_: AgencyReturn) -> Work:
    """The panel asks: whoever audited it answers, or the agency's lead where they may not."""
    due = add_working_days(clock.today(), DAYS_TO_ANSWER)
    page = f"{return_.get_absolute_url()}addendum/"
    work = replace(lead_work(return_), page=page, due=due)
    auditor = return_.auditor
    if auditor and can_audit(return_, auditor):
        return replace(work, owner=auditor, watchers=())
    return work


def hold_as_auditor(doing: Act, person: User) -> None:
    """Whoever holds the audit is its auditor, and may see the case for this return only."""
    return_: AgencyReturn = doing.record
    doing.change(auditor=person)
    grant(return_.case, AUDITS, person=person, agency=return_.agency, setting=return_.setting)


def let_go_as_auditor(doing: Act, person: User) -> None:
    """Whoever gave the audit up is its auditor no longer, and loses this return.

    They may audit for another setting of the agency on the same case, and keep that.
    """
    return_: AgencyReturn = doing.record
    doing.change(auditor=None)
    CaseAccess.objects.filter(
        case=return_.case_id,
        person=person,
        agency=return_.agency_id,
        setting=return_.setting_id,
        capacity=AUDITS,
        until=None,
    ).update(until=clock.now())


def is_nil(return_: AgencyReturn) -> bool:
    """The agency has nothing to audit."""
    return bool(return_.state == ReturnState.NIL)


def waits_for_sign_off(return_: AgencyReturn) -> bool:
    """The agency lead signs it off before it goes in."""
    return bool(return_.state == ReturnState.WITH_LEAD)


def is_back_with_auditor(return_: AgencyReturn) -> bool:
    """The agency lead asked the auditor to look again."""
    return bool(return_.state == ReturnState.DRAFTING)


class ReturnFlow(Flow):
    """An agency audits its own work on one case.

    The agency lead says whether there is anything to audit; an auditor audits it; the lead signs
    it off where the agency has set that. A query or a late return begins again at the auditor; a
    late return of an agency that never answered begins with that answer. Once the panel has the
    case the return stays, and the agency answers its questions beside it.
    """

    issued = Start(this.say_involvement)
    sent_back = Start(this.audit_own_work)
    say_involvement = HumanTask(
        "Say whether you were involved", work=lead_work, may_hold=check_leads
    ).Next(this.anything_to_audit)
    anything_to_audit = Switch().Case(this.returned, is_nil).Default(this.audit_own_work)
    audit_own_work = HumanTask(
        "Audit your agency’s work",
        work=auditor_work,
        may_hold=check_may_audit,
        on_hold=hold_as_auditor,
        on_let_go=let_go_as_auditor,
        weight=5,
    ).Next(this.needs_sign_off)
    needs_sign_off = Switch().Case(this.sign_off, waits_for_sign_off).Default(this.returned)
    sign_off = HumanTask("Sign off the return", work=lead_work, may_hold=check_leads).Next(
        this.signed_off
    )
    signed_off = Switch().Case(this.audit_own_work, is_back_with_auditor).Default(this.returned)
    asked = Start(this.answer_question)
    answer_question = HumanTask(
        "Answer the panel’s question", work=question_work, may_hold=check_answers
    ).Next(this.returned)
    returned = End()
