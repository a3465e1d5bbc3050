"""The lawful order of an audit's stages."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class Stage(models.TextChoices):
    """The stages of a multi-agency case file audit, in the order of the work."""

    THEME_SELECTION = "theme_selection", "Theme selection"
    CASE_SAMPLING = "case_sampling", "Case sampling"
    AGENCY_AUDITS = "agency_audits", "Agency audits"
    MODERATION = "moderation", "Moderation"
    FINDINGS = "findings", "Findings"
    ACTION_TRACKING = "action_tracking", "Action tracking"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


WORKING_STAGES: tuple[Stage, ...] = tuple(Stage)[:6]
ENDED = (Stage.CLOSED, Stage.WITHDRAWN)


class AuditLifecycle(Lifecycle):
    """An audit goes forward stage by stage, each time by a person's decision at a gate."""

    state = state_field(Stage, Stage.THEME_SELECTION)

    class Meta:
        abstract = True

    @transition(state, source=Stage.THEME_SELECTION, target=Stage.CASE_SAMPLING)
    def begin_sampling(self) -> None:
        """The theme is chosen and the scope agreed; cases can be drawn."""

    @transition(state, source=Stage.CASE_SAMPLING, target=Stage.AGENCY_AUDITS)
    def issue(self) -> None:
        """The cases are sent to the agencies, who now audit their own work."""

    @transition(state, source=Stage.AGENCY_AUDITS, target=Stage.MODERATION)
    def convene(self) -> None:
        """The returns are in or accounted for; the panel may meet."""

    @transition(state, source=Stage.MODERATION, target=Stage.FINDINGS)
    def conclude_moderation(self) -> None:
        """Every case has its grade; findings can be drawn."""

    @transition(state, source=Stage.FINDINGS, target=Stage.ACTION_TRACKING)
    def publish(self) -> None:
        """The report is signed off; its actions are followed until practice has changed."""

    @transition(state, source=Stage.ACTION_TRACKING, target=Stage.CLOSED)
    def close(self) -> None:
        """The last action is closed, and so is the audit."""

    @transition(state, source=WORKING_STAGES, target=Stage.WITHDRAWN)
    def withdraw(self) -> None:
        """The audit is given up, with a reason. Nothing of it is deleted."""


#: What the ledger says of each move and decision, after the name of who did it.
SAYS = {
    "opened": "opened the audit",
    "theme_proposed": "proposed candidate theme {number}",
    "views_asked": "asked the QPPA for views of the themes (members asked: {count})",
    "theme_chosen": "recorded the choice of candidate theme {number}",
    "scope_changed": "changed the scope",
    "dates_set": "set the stage dates",
    "dates_changed": "moved stage dates: {moved}",
    "step_skipped": "skipped “{step}”",
    "draw_confirmed": "confirmed a sample of {count} cases",
    "case_added": "added the case {case}",
    "agency_succeeded": "noted that {successor} carries on for {agency}",
    "begin_sampling": "agreed the scope and moved the audit to case sampling",
    "issue": "issued the audit to the agencies",
    "released": "released {count} cases to {people} panel members",
    "convene": "convened the panel and moved the audit to moderation",
    "conclude_moderation": "concluded moderation and moved the audit to findings",
    "publish": "moved the audit to action tracking",
    "close": "closed the audit",
    "paused": "paused the audit until {until}",
    "resumed": "resumed the audit",
    "withdraw": "withdrew the audit",
    "destroyed": "had the {what} destroyed, the second of two people",
}
