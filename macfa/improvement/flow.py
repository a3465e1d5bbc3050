"""Whose turn it is with an action: its owner, then somebody who does not own it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.flow import coordinator_work
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.rules import check_answers, check_is_owner, check_may_decide
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import leads_of, people_in
from workflows import clock
from workflows.errors import NotAllowed
from workflows.flow import End, Flow, HumanTask, Start, Switch, Work, this
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.improvement.models import Action
    from macfa.people.models import User
    from workflows.lifecycle import Act

#: How long the partnership has to look at a claim of completion, and an agency at an offer.
DAYS_TO_DECIDE = 10


def owner_work(action: Action) -> Work:
    """The owner carries the action out."""
    role = Role.ACTION_OWNER if action.agency else Role.QPPA
    return Work(
        page=action.get_absolute_url(),
        due=action.due,
        team=Team.objects.for_role(action.audit.partnership, role, action.agency),
        tenant_id=action.audit.partnership_id,
        owner=action.owner,
    )


def check_let_go(doing: Act, person: User) -> None:
    """An action always has an owner: its work moves on only when the action does."""
    action: Action = doing.record
    if action.owner_id == person.pk:
        raise NotAllowed(
            f"{action.reference} always has an owner. To move it, hand the action over on its "
            "own page."
        )


def decision_work(action: Action) -> Work:
    """The coordinator looks at the evidence; where they own the action, a QPPA member does."""
    audit, page = action.audit, action.get_absolute_url()
    due = add_working_days(clock.today(), DAYS_TO_DECIDE)
    if action.owner_id != audit.coordinator_id:
        return coordinator_work(audit, page=page, due=due, never=action.owner)
    team = Team.objects.for_role(audit.partnership, Role.QPPA)
    return Work(
        page=page,
        due=due,
        team=team,
        tenant_id=audit.partnership_id,
        watchers=tuple(people_in(team).exclude(pk=action.owner_id)),
    )


def offer_work(action: Action) -> Work:
    """A lead of the agency to which the action is offered answers for it."""
    agency = action.offered_to
    assert agency is not None
    leads = tuple(leads_of(agency))
    return Work(
        page=action.get_absolute_url(),
        due=add_working_days(clock.today(), DAYS_TO_DECIDE),
        team=Team.objects.for_role(action.audit.partnership, Role.AGENCY_LEAD, agency),
        tenant_id=action.audit.partnership_id,
        owner=leads[0] if len(leads) == 1 else None,
        watchers=leads if len(leads) > 1 else (),
        why=action.offered_because,
    )


def is_with_owner(action: Action) -> bool:
    """The evidence did not show it yet."""
    return bool(action.state == ActionState.UNDER_WAY)


class ActionFlow(Flow):
    """An action is carried out and accepted.

    The owner claims completion with evidence; somebody else accepts it or sends it back.
    """

    opened = Start(this.carry_out)
    carry_out = HumanTask(
        "Carry out the action",
        work=owner_work,
        may_hold=check_is_owner,
        on_let_go=check_let_go,
        weight=3,
    ).Next(this.decide)
    decide = HumanTask(
        "Decide whether the action is complete", work=decision_work, may_hold=check_may_decide
    ).Next(this.accepted)
    accepted = Switch().Case(this.carry_out, is_with_owner).Default(this.completed)
    completed = End()


class OfferFlow(Flow):
    """An action is offered to another agency.

    A lead of that agency takes it on, naming its owner, or declines it. Until then it stays with
    its owner.
    """

    offered = Start(this.answer)
    answer = HumanTask("Accept the action", work=offer_work, may_hold=check_answers).Next(
        this.answered
    )
    answered = End()
