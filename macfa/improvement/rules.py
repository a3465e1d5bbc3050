"""Who may do what with an action, and when. Each `check_` raises a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import check_coordinates, check_stage
from macfa.concerns.rules import check_none_open
from macfa.improvement.lifecycle import RUNNING, ActionState
from macfa.moderation.rules import outstanding, words
from macfa.people.roles import Role
from macfa.people.rules import check_holds, holds, leads_of
from workflows import clock
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.findings.models import Finding
    from macfa.improvement.models import Action
    from macfa.people.models import Agency, User

#: Who opens actions: the coordinator, the chair and the panel.
OPENERS = (Role.COORDINATOR, Role.SCRUTINEER, Role.PANEL)
#: Who accepts, sends back or ends an action: never its owner (R44).
DECIDERS = (Role.PANEL, Role.SCRUTINEER, Role.COORDINATOR, Role.QPPA)
#: Who may own an action of an agency, and one of the partnership itself.
AGENCY_OWNERS = (Role.ACTION_OWNER, Role.AGENCY_LEAD)
PARTNERSHIP_OWNERS = (Role.SCRUTINEER, Role.QPPA, Role.COORDINATOR)
#: A measure shorter than this cannot say what will be counted (R43).
SHORTEST_MEASURE = 8


# --- opening -------------------------------------------------------------------------------------


def check_open(audit: Audit, person: User) -> None:
    """Actions are opened from moderation on: some cannot wait for the report."""
    check_holds(person, OPENERS, audit.partnership_id)
    check_stage(audit, Stage.MODERATION, Stage.FINDINGS, Stage.ACTION_TRACKING)


def check_sound(*, title: str, measure: str, due: date) -> None:
    """An action says what, by when, and how one will know it worked (R43)."""
    if not title.strip():
        raise NotYet("Say what will be done.")
    if len(measure.strip()) < SHORTEST_MEASURE:
        raise NotYet("Say how you will know that it worked, for example “18 of 20 records”.")
    check_to_come(due)


def check_to_come(due: date) -> None:
    """An action is due today or on a day to come."""
    if due < clock.today():
        raise NotYet("The due date has passed. Choose a day to come.")


def check_findings(audit: Audit, findings: Sequence[Finding]) -> None:
    """An action answers findings of its own audit."""
    if any(finding.audit_id != audit.pk for finding in findings):
        raise NotAllowed(f"Choose findings of {audit.prefix}.")


def check_joins(audit: Audit, findings: Sequence[Finding], person: User) -> None:
    """Whoever may open actions ties them to findings, to one at least."""
    check_open(audit, person)
    check_findings(audit, findings)
    if not findings:
        raise NotYet("Choose at least one finding that the action answers.")


def check_owner(owner: User, agency: Agency | None, audit: Audit) -> None:
    """The owner works for the lead agency, or for the partnership where it has none."""
    if agency is None:
        check_owns_for_partnership(owner, audit)
    elif not holds(owner, AGENCY_OWNERS, audit.partnership_id, agency):
        raise NotYet(f"{owner} is not an action owner of {agency}. Choose somebody who is.")


def check_owns_for_partnership(owner: User, audit: Audit) -> None:
    """An action of the partnership itself belongs to somebody who serves it."""
    if not holds(owner, PARTNERSHIP_OWNERS, audit.partnership_id):
        raise NotYet(f"{owner} cannot own an action of the partnership itself.")


# --- the owner -----------------------------------------------------------------------------------


def check_owns(action: Action, person: User) -> None:
    """Only the owner reports on an action and claims its completion, for as long as they serve."""
    if action.owner_id != person.pk:
        raise NotAllowed(f"{action.reference} belongs to {action.owner}: only they can do this.")
    if not allows(check_owner, person, action.agency, action.audit):
        raise NotAllowed(
            f"You no longer act for {action.lead}, so {action.reference} has to be handed over."
        )


def check_is_owner(action: Action, person: User) -> None:
    """The work on an action is held by its owner, so that both always name the same person."""
    if action.owner_id != person.pk:
        raise NotAllowed(
            f"{action.reference} belongs to {action.owner}. To move it, hand the action over on "
            "its own page."
        )


def check_under_way(action: Action) -> None:
    """The action is being carried out, with nobody asked to decide about it."""
    if action.state != ActionState.UNDER_WAY:
        raise WrongState(
            f"{action.reference} is at “{action.get_state_display()}”. "
            "This is done while an action is under way."
        )


def check_reports(action: Action, person: User) -> None:
    """The owner reports on an action that still runs."""
    check_owns(action, person)
    if action.state not in RUNNING:
        raise WrongState(f"{action.reference} is no longer running, so it takes no updates.")


def check_may_claim(action: Action, person: User) -> None:
    """The owner claims completion while the action is under way."""
    check_owns(action, person)
    check_under_way(action)


def check_claims(action: Action, person: User, *, output: str, impact: str, evidence: str) -> None:
    """Completion is claimed with what was done, what changed, and the evidence (R44, R46)."""
    check_may_claim(action, person)
    parts = {
        "what was done": output,
        "what changed for children": impact,
        "the evidence": evidence,
    }
    missing = tuple(name for name, text in parts.items() if not text.strip())
    if missing:
        raise NotYet("Completion cannot be claimed yet.", missing)


# --- deciding ------------------------------------------------------------------------------------


def check_may_decide(action: Action, person: User) -> None:
    """Panel, chair, coordinator or QPPA decide about an action; its owner never does (R44)."""
    if action.owner_id == person.pk:
        raise NotAllowed("Whoever owns an action cannot close it. Somebody else has to decide.")
    check_holds(person, DECIDERS, action.audit.partnership_id)


def check_decides(action: Action, person: User) -> None:
    """A claim of completion is accepted or sent back by somebody who does not own the action."""
    check_may_decide(action, person)
    if action.state != ActionState.CLAIMED:
        raise WrongState(
            f"{action.reference} is at “{action.get_state_display()}”: its completion is not "
            "claimed, so there is nothing to decide."
        )


def check_ends(action: Action, person: User) -> None:
    """An action that still runs can be ended as no longer needed."""
    check_may_decide(action, person)
    if action.state not in RUNNING:
        raise WrongState(f"{action.reference} is no longer running.")


def still_open(audit: Audit) -> Iterator[str]:
    """What of an audit somebody still has in hand: running actions, a version of the report, a
    return that an agency may still send in late."""
    for action in audit.actions.running().select_related("audit"):
        yield f"{action.reference} {action.title}"
    for report in audit.reports.under_way():
        yield f"version {report.number} of the report: {report.get_state_display().lower()}"
    for return_ in outstanding(audit):
        yield words(return_)


def check_close(audit: Audit, person: User) -> None:
    """The audit closes when no action of it runs any more, no report is being written, and no
    agency still audits its work; nor while an immediate concern about a case is open (R26)."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.ACTION_TRACKING)
    check_none_open(audit)
    missing = tuple(still_open(audit))
    if missing:
        raise NotYet("The audit cannot be closed yet. Still open:", missing)


# --- moving --------------------------------------------------------------------------------------


def check_may_move(action: Action, person: User) -> None:
    """The coordinator, or a lead of the agency that has it now, moves an action under way."""
    partnership, agency = action.audit.partnership_id, action.agency
    leads = agency is not None and holds(person, Role.AGENCY_LEAD, partnership, agency)
    if not (leads or holds(person, Role.COORDINATOR, partnership)):
        raise NotAllowed("An action is handed over by the coordinator or the lead of its agency.")
    check_under_way(action)


def check_reminds(action: Action, person: User) -> None:
    """Whoever may move an action reminds its owner; nobody reminds themselves."""
    check_may_move(action, person)
    if action.owner_id == person.pk:
        raise NotAllowed(f"{action.reference} is your own action.")


def check_calls(action: Action, person: User) -> None:
    """The coordinator writes down that they reminded an owner by telephone."""
    check_coordinates(action.audit, person)
    check_reminds(action, person)


def check_hands_over(action: Action, person: User) -> None:
    """An action moves, or is offered, while no other agency is asked whether it takes it on."""
    check_may_move(action, person)
    if action.offered_to:
        raise WrongState(
            f"{action.reference} is offered to {action.offered_to}. Wait for their answer, or "
            "take the offer back first."
        )


def check_receives(action: Action, owner: User, agency: Agency | None, person: User) -> None:
    """An action moves at once to somebody who may own it in its agency, and by the coordinator
    to the partnership itself. Another agency is asked first."""
    audit = action.audit
    if (owner.pk, agency) == (action.owner_id, action.agency):
        raise NotYet(f"{action.reference} is with {owner} already. Choose somebody else.")
    if agency != action.agency:
        if agency is not None:
            raise NotYet(f"{agency} says who takes it on. Offer the action to the agency.")
        check_coordinates(audit, person)
    check_owner(owner, agency, audit)


def check_carries_on(action: Action, owner: User, person: User) -> None:
    """An action under way goes to the successor of its agency, which is not asked."""
    check_may_move(action, person)
    ended = action.agency
    if ended is None or ended.successor is None:
        raise NotYet(f"No other agency carries on for {ended or action.audit.partnership}.")
    check_owner(owner, ended.successor, action.audit)


def check_offer(action: Action, agency: Agency, person: User) -> None:
    """An action is offered to another agency of the partnership, which has a lead to answer."""
    check_hands_over(action, person)
    if agency == action.agency:
        raise NotYet(f"{action.reference} is with {agency} already. Choose another agency.")
    if agency.partnership_id != action.audit.partnership_id:
        raise NotAllowed("Choose an agency of your own partnership.")
    if not leads_of(agency).exists():
        raise NotYet(f"{agency} has no agency lead who could take it on. Choose another agency.")


def check_answers(action: Action, person: User) -> None:
    """A lead of the agency to which an action is offered takes it on or declines it."""
    if action.offered_to is None:
        raise WrongState(f"{action.reference} is not offered to an agency, so nobody is asked.")
    check_holds(person, Role.AGENCY_LEAD, action.audit.partnership_id, action.offered_to)


def check_takes_back(action: Action, person: User) -> None:
    """Whoever may move an action takes an offer back that has not been answered."""
    check_may_move(action, person)
    if action.offered_to is None:
        raise WrongState(f"{action.reference} is not offered to an agency any more.")


def check_moves_due(action: Action, person: User) -> None:
    """The due date of an action under way is moved by whoever may decide about it, so never by
    its owner (R44)."""
    check_may_decide(action, person)
    check_under_way(action)


def check_new_due(action: Action, due: date) -> None:
    """A due date moves to another day, today or to come."""
    check_to_come(due)
    if due == action.due:
        raise NotYet(f"{action.reference} is due on that day already. Choose another.")
