"""The owner of an action is reminded by hand: in writing, or by telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.calls import keep_call
from macfa.audits.reminders import due_words
from macfa.improvement import rules
from macfa.improvement.models import Action, ActionReminder
from workflows import clock
from workflows.lifecycle import act

if TYPE_CHECKING:
    from macfa.audits.calls import Call
    from macfa.people.models import User


def remind(*, action: Action, note: str = "", by: User, token: str | None = None) -> ActionReminder:
    """Remind the owner of an action under way; every reminder is kept."""
    with act(action, by=by, token=token) as (doing, action):
        rules.check_reminds(action, by)
        reminder = ActionReminder.objects.create(
            action=action, person=action.owner, by=by, at=clock.now(), note=note
        )
        doing.note("reminded", facts={"to_person": action.owner.public_id}, text=note)
        doing.tell(
            action.owner_id,
            event="action.reminder",
            event_key=f"action-reminder-{reminder.pk}",
            text=f"Reminder: {action.reference} {due_words(action.due)}",
            url=action.get_absolute_url(),
        )
    return reminder


def note_call(*, action: Action, call: Call, by: User, token: str | None = None) -> Action:
    """The coordinator reminded the owner by telephone. It is kept, and sends nothing."""
    with act(action, by=by, token=token) as (doing, action):
        rules.check_calls(action, by)
        keep_call(doing, ActionReminder, "action", call, by)
    return action
