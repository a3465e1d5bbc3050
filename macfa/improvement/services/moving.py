"""An action moves to another owner or agency, or to another day. Its number, success measure and
history stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.improvement import rules
from macfa.improvement.flow import ActionFlow
from macfa.people.models import Membership
from macfa.people.roles import Role
from workflows import assignment, tasks
from workflows.lifecycle import Act, Facts, act, beginning
from workflows.rules import check_says

if TYPE_CHECKING:
    from datetime import date

    from macfa.improvement.models import Action
    from macfa.people.models import Agency, User


def hand_over(
    *,
    action: Action,
    owner: User,
    agency: Agency | None,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """Give an action to another owner, in its agency or in another, with a reason.

    The work on it goes along. The old and the new owner are told, and so are the leads of an
    agency that receives it.
    """
    with beginning(token):
        with act(action, by=by, expects=expects, token=token) as (doing, action):
            rules.check_hands_over(action, by)
            check_says(why, "Say why the action moves.")
            rules.check_receives(action, owner, agency, by)
            facts: Facts = {
                "from_person": action.owner.public_id,
                "to_person": owner.public_id,
                "lead": str(agency or action.audit.partnership),
            }
            moves = agency != action.agency
            doing.change(owner=owner, agency=agency)
            doing.note("handed_over", text=why, facts=facts)
            if moves and agency:
                _tell_leads(doing, action, agency)
        _move_work(action, why, by)
    action.refresh_from_db()
    return action


def _tell_leads(doing: Act, action: Action, agency: Agency) -> None:
    """The leads of the agency that receives an action hear of it, if it is not to them."""
    leads = Membership.objects.current().filter(team__role=Role.AGENCY_LEAD, team__agency=agency)
    told = leads.exclude(person__in=[action.owner_id, doing.by.pk if doing.by else None])
    for person_id in told.values_list("person", flat=True).distinct():
        doing.tell(
            person_id,
            event="action.received",
            event_key=f"action-{action.public_id}-{action.version}",
            text=f"Handed over to your agency: {action.reference}",
            url=action.get_absolute_url(),
        )


def _move_work(action: Action, why: str, by: User) -> None:
    """The open task follows the action, to its new owner and to the queue of their team."""
    for item in tasks.open_items([action]):
        moved = assignment.give(item=item, to=action.owner, by=by, why=why)
        moved.team = ActionFlow.carry_out.work(action).team
        moved.save(update_fields=["team"])


def change_due(
    *,
    action: Action,
    due: date,
    reason: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """Move the due date of an action, with a reason; the owner is told, and cannot do it."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_moves_due(action, by)
        rules.check_new_due(action, due)
        check_says(reason, "Say why the due date moves.")
        new = date_format(due, "j F Y")
        facts: Facts = {"old": date_format(action.due, "j F Y"), "new": new}
        doing.change(due=due)
        doing.note("due_changed", text=reason, facts=facts)
        for item in tasks.open_items([action]):
            item.due = due
            item.save(update_fields=["due"])
        doing.tell(
            action.owner_id,
            event="action.due_changed",
            event_key=f"action-{action.public_id}-{action.version}",
            text=f"{action.reference} is now due on {new}",
            url=action.get_absolute_url(),
        )
    return action
