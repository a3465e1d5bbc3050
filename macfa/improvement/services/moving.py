"""An action moves to another owner, or to another day. Its number, success measure and history
stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.improvement import rules
from macfa.improvement.flow import ActionFlow
from macfa.improvement.models import Action
from workflows import assignment, tasks
from workflows.lifecycle import Act, Facts, act, beginning
from workflows.rules import check_says

if TYPE_CHECKING:
    from datetime import date

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
    """Give an action to another owner in its agency, or to the partnership itself, with a reason.

    The work on it goes along; the old and the new owner are told. Another agency is asked first
    (`offer`).
    """
    with beginning(token):
        with act(action, by=by, expects=expects, token=token) as (doing, action):
            rules.check_hands_over(action, by)
            check_says(why, "Say why the action moves.")
            rules.check_receives(action, owner, agency, by)
            set_owner(doing, owner, agency, why)
        move_work(action, why, by)
    return Action.objects.get(pk=action.pk)


def set_owner(doing: Act, owner: User, agency: Agency | None, why: str) -> None:
    """The action is this owner's from now on."""
    action: Action = doing.record
    facts: Facts = {
        "from_person": action.owner.public_id,
        "to_person": owner.public_id,
        "lead": str(agency or action.audit.partnership),
    }
    doing.change(owner=owner, agency=agency)
    doing.note("handed_over", text=why, facts=facts)


def move_work(action: Action, why: str, by: User) -> None:
    """The open task follows the action, to the queue of its new owner's team and to them."""
    for item in tasks.open_items([action]):
        if item.node == ActionFlow.carry_out:
            item.team = ActionFlow.carry_out.work(action).team
            item.save(update_fields=["team"])
            assignment.give(item=item, to=action.owner, by=by, why=why)


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
        tasks.postpone(doing, due, node=ActionFlow.carry_out)
        doing.tell(
            action.owner_id,
            event="action.due_changed",
            event_key=f"action-{action.public_id}-{action.version}",
            text=f"{action.reference} is now due on {new}",
            url=action.get_absolute_url(),
        )
    return action
