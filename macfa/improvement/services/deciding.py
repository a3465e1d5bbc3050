"""Somebody who does not own an action accepts it, sends it back or ends it; the audit closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.services import advance
from macfa.improvement import rules
from macfa.improvement.flow import ActionFlow
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.services.offering import drop_offer
from workflows import clock, tasks
from workflows.lifecycle import Act, act, hold
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.improvement.models import Action
    from macfa.people.models import User


def accept(
    *,
    action: Action,
    comment: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """Somebody who does not own the action accepts its evidence: it is completed (R44)."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_may_decide(action, by)
        doing.move("accept", text=comment)
        doing.change(decided_by=by, decided_at=clock.now(), at_risk=False)
        tasks.finish(doing, ActionFlow.decide, owned=False)
        _tell_owner(doing, "action.accepted", f"Accepted as completed: {action.reference}")
    return action


def send_back(
    *, action: Action, why: str, by: User, expects: int | None = None, token: str | None = None
) -> Action:
    """The evidence does not show it yet: the owner goes on, and is told why."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_may_decide(action, by)
        check_says(why, "Say what the evidence does not show yet.")
        doing.move("send_back", text=why)
        tasks.finish(doing, ActionFlow.decide, owned=False)
    return action


def end(
    *, action: Action, reason: str, by: User, expects: int | None = None, token: str | None = None
) -> Action:
    """End an action as no longer needed. That is not completed, and is counted apart."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_may_decide(action, by)
        check_says(reason, "Say why the action is no longer needed.")
        if action.state == ActionState.CLAIMED:  # else the owner hears it of their task
            _tell_owner(doing, "action.ended", f"No longer needed: {action.reference}")
        drop_offer(doing, reason)
        doing.move("end", text=reason)
        doing.change(ended_because=reason, decided_by=by, decided_at=clock.now())
        tasks.withdraw(doing, why=reason)
    return action


def _tell_owner(doing: Act, event: str, text: str) -> None:
    """The owner of an action hears what was decided about it."""
    action: Action = doing.record
    key = f"action-{action.public_id}-{action.version}"
    url = action.get_absolute_url()
    doing.tell(action.owner_id, event=event, event_key=key, text=text, url=url)


def close_audit(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> Audit:
    """Close the audit when its last action is closed and nobody is at work on it any more.

    Raises `NotYet` naming what is still open. The returns are held, so that none is let in late
    meanwhile.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        hold(audit.returns.all())
        rules.check_close(audit, by)
        advance(doing, "close")
    return audit
