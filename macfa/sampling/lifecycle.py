"""The states of a case in an audit."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class CaseState(models.TextChoices):
    DRAWN = "drawn", "Drawn"
    WITH_AGENCIES = "with_agencies", "With the agencies"
    RELEASED = "released", "Released to the panel"
    MODERATED = "moderated", "Moderated"
    REPLACED = "replaced", "Replaced"


#: The panel has the case: it reads the returns, which stay as they are, and what comes is late.
WITH_PANEL = (CaseState.RELEASED, CaseState.MODERATED)


class CaseLifecycle(Lifecycle):
    """A case is drawn, audited by the agencies, released to the panel, and moderated."""

    state = state_field(CaseState, CaseState.DRAWN)

    class Meta:
        abstract = True

    @transition(state, source=CaseState.DRAWN, target=CaseState.WITH_AGENCIES)
    def issue(self) -> None:
        """The agencies are asked to audit their work on the case."""

    @transition(state, source=CaseState.WITH_AGENCIES, target=CaseState.RELEASED)
    def release(self) -> None:
        """The panel may read every return of the case (R14)."""

    @transition(state, source=CaseState.RELEASED, target=CaseState.MODERATED)
    def moderate(self) -> None:
        """The panel has recorded its case grade."""

    @transition(state, source=CaseState.MODERATED, target=CaseState.RELEASED)
    def reopen(self) -> None:
        """The panel looks at the case again; its earlier decision is kept beside the new."""

    @transition(state, source=(CaseState.DRAWN, CaseState.WITH_AGENCIES), target=CaseState.REPLACED)
    def replace(self) -> None:
        """The case leaves the sample with a reason and keeps its reference (R9)."""


SAYS = {
    "drawn": "drew the case in stratum {stratum}",
    "joined": "added the case to the audit under way, from the reserve of stratum {stratum}",
    "added": "added the case from the reserve of stratum {stratum}",
    "issue": "sent the case to the agencies",
    "release": "released the case to {count} panel members",
    "moderate": "recorded the case grade {grade}",
    "reopen": "reopened the case",
    "replace": "replaced the case by {by_case}",
    "paused": "paused the case until {until}",
    "resumed": "resumed the case",
    "identity_opened": "opened the identity key of the case",
    "subject_access": "took a copy of everything that is held about the case ({rows} lines)",
    "conflict_declared": "declared a conflict of interest",
    "described": "described the case in bands",
    "agency_graded": "recorded the panel grade {grade} for {agency}",
    "gone_ahead": "recorded why the panel decides the case without one of its members",
    "domain_graded": "recorded {grade} for {domain}",
}
