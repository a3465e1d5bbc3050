"""The states of a legal hold and of a destruction."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class HoldState(models.TextChoices):
    STANDING = "standing", "Standing"
    LIFTED = "lifted", "Lifted"


class HoldLifecycle(Lifecycle):
    """A legal hold stands until the independent scrutineer lifts it, with a reason."""

    state = state_field(HoldState, HoldState.STANDING)

    class Meta:
        abstract = True

    @transition(state, source=HoldState.STANDING, target=HoldState.LIFTED)
    def lift(self) -> None:
        """Retention goes on as if it had not been."""


class DestructionState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    DESTROYED = "destroyed", "Destroyed"
    STOPPED = "stopped", "Not destroyed"


class DestructionLifecycle(Lifecycle):
    """One person proposes to destroy what is due, and a different one confirms (R57)."""

    state = state_field(DestructionState, DestructionState.PROPOSED)

    class Meta:
        abstract = True

    @transition(state, source=DestructionState.PROPOSED, target=DestructionState.DESTROYED)
    def confirm(self) -> None:
        """The second person has seen the counts again; what was counted is gone for good."""

    @transition(state, source=DestructionState.PROPOSED, target=DestructionState.STOPPED)
    def stop(self) -> None:
        """One of the two says no, with a reason. Nothing is destroyed."""
