"""Sending cases out to the agencies: all of them at once, or one that takes another's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.services import advance
from macfa.people.roles import Role
from macfa.returns import rules
from macfa.returns.desks import desks_of
from macfa.returns.flow import ReturnFlow
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import CaseAccess
from macfa.sampling.services import take_another, take_reserve
from notifications.rows import insert_many
from workflows import clock, tasks
from workflows.lifecycle import act, hold, move_many
from workflows.rules import check_says
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.people.models import Setting, User
    from macfa.returns.desks import Desk
    from macfa.sampling.models import Case

#: However late somebody is asked about a case, they still have this many working days.
AT_LEAST_WORKING_DAYS = 10


def issue(
    *,
    audit: Audit,
    settings: Mapping[int, Sequence[Setting]] | None = None,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> list[AgencyReturn]:
    """Send every case to every agency of the audit; each agency's lead has the first task.

    Costs statements by the batch, not by the return.

    Args:
        settings: for a case, by its number, the schools or practices that answer for
            themselves; an agency of which none is chosen answers as one.

    Raises:
        NotYet: there is no case, or no agency.
    """
    chosen = settings or {}
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        cases = hold(audit.cases.counted())
        rules.check_issue(audit, cases, by)
        rules.check_settings(audit, cases, chosen)
        returns = _send_out(audit, cases, chosen, due=first_due(audit), by=by)
        advance(doing, "issue")
    return returns


def first_due(audit: Audit) -> date:
    """The day agency audits should be over as planned, however short; a later one where that day
    has come already."""
    planned = audit.due(Stage.AGENCY_AUDITS)
    return planned if planned > clock.today() else own_due(audit)


def own_due(audit: Audit) -> date:
    """The day agency audits should be over, or a later one where that leaves too little time."""
    soonest = add_working_days(clock.today(), AT_LEAST_WORKING_DAYS)
    return max(audit.due(Stage.AGENCY_AUDITS), soonest)


def _send_out(
    audit: Audit,
    cases: Sequence[Case],
    chosen: Mapping[int, Sequence[Setting]],
    *,
    due: date,
    by: User,
) -> list[AgencyReturn]:
    """Ask every agency about these cases, and let its leads see them; none that has ended."""
    agencies = list(audit.agencies.going_on())
    desks = desks_of(agencies, Role.AGENCY_LEAD)
    returns = [
        AgencyReturn(audit=audit, case=case, agency=agency, setting=setting, due=due)
        for case in cases
        for agency in agencies
        for setting in _settings_of(agency.pk, chosen.get(case.pk, ()))
    ]
    for return_ in returns:
        return_.leads = desks[return_.agency_id]
    move_many(cases, "issue", by=by)
    _let_leads_see(cases, desks)
    tasks.begin_many(returns, "issued", ReturnFlow.issued, by=by)
    return returns


def _settings_of(agency_id: int, chosen: Sequence[Setting]) -> list[Setting | None]:
    """The settings of an agency that answer for themselves, or none: the agency as one."""
    return [setting for setting in chosen if setting.agency_id == agency_id] or [None]


def _let_leads_see(cases: Sequence[Case], desks: Mapping[int, Desk]) -> None:
    insert_many(
        [
            CaseAccess(
                case=case,
                team=desk.team,
                agency_id=agency_id,
                capacity=CaseAccess.Capacity.LEADS,
                since=clock.now(),
            )
            for case in cases
            for agency_id, desk in desks.items()
        ]
    )


def replace_case(
    *,
    case: Case,
    reason: str,
    settings: Sequence[Setting] = (),
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Case:
    """Put the next reserve of its stratum in the place of a case (R9).

    The case keeps its reference and is not counted; its returns are withdrawn and whoever has
    one to do is told. Where the audit is out already, the new case is sent out too, with due
    dates of its own.

    Raises:
        NotYet: no reason is given, or the stratum has no reserve left.
    """
    with act(case, by=by, expects=expects, token=token, within=case.draw) as (doing, case):
        rules.check_replace(case, by)
        check_says(reason, f"Say why {case.label} is replaced.")
        fresh = take_reserve(case=case, by=by)
        doing.change(replaced_by=fresh, replaced_because=reason)
        doing.move("replace", text=reason, facts={"by_case": fresh.label})
        _withdraw_returns(case, f"{case.label} was replaced by {fresh.label}.", by)
        audit = case.audit
        if audit.stage == Stage.AGENCY_AUDITS:
            _send_out(audit, [fresh], {fresh.pk: settings}, due=own_due(audit), by=by)
    return fresh


def add_case(
    *,
    audit: Audit,
    stratum: str,
    reason: str,
    approved_by: str,
    settings: Sequence[Setting] = (),
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Case:
    """A case joins an audit that is out already: the next reserve of a stratum goes to every
    agency, with due dates of its own.

    Args:
        approved_by: who agreed to it, in words; it need not be somebody with an account.

    Raises:
        NotYet: no reason or approver is given, or the stratum has no reserve left.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_add_case(audit, by)
        check_says(reason, "Say why the case is added.")
        check_says(approved_by, "Say who approved it.")
        fresh = take_another(
            audit=audit, stratum=stratum, reason=reason, approved_by=approved_by, by=by
        )
        chosen = {fresh.pk: settings}
        rules.check_settings(audit, [fresh], chosen)
        doing.note("case_added", facts={"case": fresh.label}, text=reason)
        _send_out(audit, [fresh], chosen, due=own_due(audit), by=by)
    return fresh


def _withdraw_returns(case: Case, why: str, by: User) -> None:
    for return_ in case.returns.counted().order_by("pk"):
        with act(return_, by=by) as (doing, _fresh):
            doing.move("withdraw", text=why)
            tasks.withdraw(doing, why=why)
