"""The states of an audit's report."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class ReportState(models.TextChoices):
    DRAFT = "draft", "Being written"
    WITH_QPPA = "with_qppa", "With the QPPA for sign-off"
    SIGNED_OFF = "signed_off", "Signed off"


class ReportLifecycle(Lifecycle):
    """A report is written, put to the QPPA, and signed off by someone who did not write it."""

    state = state_field(ReportState, ReportState.DRAFT)

    class Meta:
        abstract = True

    @transition(state, source=ReportState.DRAFT, target=ReportState.WITH_QPPA)
    def put_forward(self) -> None:
        """The author puts the report to the QPPA."""

    @transition(state, source=ReportState.WITH_QPPA, target=ReportState.DRAFT)
    def send_back(self) -> None:
        """The QPPA asks for changes, with a reason."""

    @transition(state, source=ReportState.WITH_QPPA, target=ReportState.SIGNED_OFF)
    def sign_off(self) -> None:
        """Signed off: from now on this version cannot change (R39, R40)."""


SAYS = {
    "started": "started the report, version {number}",
    "edited": "edited the report",
    "put_forward": "put the report to the QPPA",
    "send_back": "sent the report back",
    "sign_off": "signed the report off",
    "board_sent_back": "recorded that the Board sent the report back",
}
#: What only a person who wrote the report does (R39).
WRITES = ("started", "edited", "put_forward")
