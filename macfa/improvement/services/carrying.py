"""The owner reports how an action goes, and claims that it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.improvement import rules
from macfa.improvement.flow import ActionFlow
from macfa.improvement.models import Action, ActionUpdate
from macfa.improvement.services.offering import drop_offer
from workflows import clock, tasks
from workflows.lifecycle import act
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.people.models import User


def update(
    *,
    action: Action,
    text: str,
    at_risk: bool,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """The owner reports how it goes, and whether the action is at risk."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_reports(action, by)
        check_says(text, "Say how the action is going.")
        ActionUpdate.objects.create(
            action=action, text=text, at_risk=at_risk, by=by, at=clock.now()
        )
        doing.change(at_risk=at_risk, updated_on=clock.today())
        doing.note("at_risk" if at_risk else "updated", text=text)
    return action


def claim_completion(
    *,
    action: Action,
    output: str,
    impact: str,
    evidence: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """The owner says it is done: what was done, what changed for children, and the evidence.

    Output and impact are two fields, and neither stands for the other (R46).
    """
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_claims(action, by, output=output, impact=impact, evidence=evidence)
        doing.change(output=output, impact=impact, evidence=evidence, updated_on=clock.today())
        drop_offer(doing, "Its owner has claimed completion.")
        doing.move("claim_completion", text=impact)
        tasks.finish(doing, ActionFlow.carry_out)
    return action
