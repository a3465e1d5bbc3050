"""The states of an action."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class ActionState(models.TextChoices):
    UNDER_WAY = "under_way", "Under way"
    CLAIMED = "claimed", "Completion claimed"
    COMPLETED = "completed", "Completed"
    ENDED = "ended", "No longer needed"


RUNNING = (ActionState.UNDER_WAY, ActionState.CLAIMED)


class ActionLifecycle(Lifecycle):
    """The owner carries an action out; someone else accepts it, sends it back, or ends it."""

    state = state_field(ActionState, ActionState.UNDER_WAY)

    class Meta:
        abstract = True

    @transition(state, source=ActionState.UNDER_WAY, target=ActionState.CLAIMED)
    def claim_completion(self) -> None:
        """The owner says it is done, with evidence and what changed (R44, R46)."""

    @transition(state, source=ActionState.CLAIMED, target=ActionState.COMPLETED)
    def accept(self) -> None:
        """Somebody who does not own it accepts the evidence (R44)."""

    @transition(state, source=ActionState.CLAIMED, target=ActionState.UNDER_WAY)
    def send_back(self) -> None:
        """The evidence does not show it yet; the owner goes on."""

    @transition(state, source=RUNNING, target=ActionState.ENDED)
    def end(self) -> None:
        """It is no longer needed, with a reason; that is not the same as completed."""


SAYS = {
    "opened": "opened the action",
    "updated": "gave an update",
    "at_risk": "said the action is at risk",
    "claim_completion": "claimed completion with evidence",
    "accept": "accepted the action as completed",
    "send_back": "sent the action back to its owner",
    "end": "ended the action as no longer needed",
    "finding_joined": "joined the action to {findings}",
    "handed_over": "handed the action over from {from_person} to {to_person}, {lead}",
    "offered": "offered the action to {agency}",
    "offer_declined": "declined the action for {agency}",
    "offer_taken_back": "took back the offer of the action to {agency}",
    "reminded": "reminded {to_person}",
    "telephoned": "telephoned on {day} and {spoke}",
    "reminded_automatically": "Reminded {to_person} automatically",
    "told_late": "Told {to_person} automatically that it is late",
    "due_changed": "moved the due date from {old} to {new}",
}
