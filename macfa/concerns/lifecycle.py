"""The states of an immediate concern."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class ConcernState(models.TextChoices):
    RAISED = "raised", "Raised"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CONFIRMED_ONCE = "confirmed_once", "Confirmed by one person"
    ACTION_CONFIRMED = "action_confirmed", "Action confirmed"


#: Somebody still has something to do about it.
OPEN = (ConcernState.RAISED, ConcernState.ACKNOWLEDGED, ConcernState.CONFIRMED_ONCE)
#: Acknowledged, and not yet confirmed by two people.
TO_CONFIRM = (ConcernState.ACKNOWLEDGED, ConcernState.CONFIRMED_ONCE)


class ConcernLifecycle(Lifecycle):
    """An immediate concern is acknowledged, and two people confirm what was done (R26).

    It says what was done about a child at risk; whether the child is safe it never says.
    """

    state = state_field(ConcernState, ConcernState.RAISED)

    class Meta:
        abstract = True

    @transition(state, source=ConcernState.RAISED, target=ConcernState.ACKNOWLEDGED)
    def acknowledge(self) -> None:
        """The coordinator, a lead of the agency, or the scrutineer once told has read it (R27)."""

    @transition(state, source=ConcernState.ACKNOWLEDGED, target=ConcernState.CONFIRMED_ONCE)
    def confirm_first(self) -> None:
        """One person confirms what was done."""

    @transition(state, source=ConcernState.CONFIRMED_ONCE, target=ConcernState.ACTION_CONFIRMED)
    def confirm_second(self) -> None:
        """A second person confirms what was done: it is no longer open (R26)."""


#: No sentence carries a detail: the ledger says that something was done, the record says what.
SAYS = {
    "raised": "raised an immediate concern",
    "acknowledge": "acknowledged the concern",
    "confirm_first": "confirmed what was done, the first of two people",
    "confirm_second": "confirmed what was done, the second of two people",
    "noted": "added a note",
    "alerted_again": "Nobody had acknowledged the concern in time: those it needs were told again",
    "escalated": "The independent scrutineer was told of the concern",
}
