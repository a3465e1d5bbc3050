"""The states of an agency return."""

from __future__ import annotations

from django.db import models

from workflows.lifecycle import Lifecycle, state_field, transition


class ReturnState(models.TextChoices):
    ISSUED = "issued", "Waiting for the agency"
    DRAFTING = "drafting", "Being audited"
    WITH_LEAD = "with_lead", "With the agency lead for sign-off"
    SUBMITTED = "submitted", "Submitted"
    NIL = "nil", "Nil return"
    NOT_RETURNED = "not_returned", "Not returned"
    WITHDRAWN = "withdrawn", "Withdrawn"


#: Still owed by the agency.
OUTSTANDING = (ReturnState.ISSUED, ReturnState.DRAFTING, ReturnState.WITH_LEAD)


class ReturnLifecycle(Lifecycle):
    """An agency says whether it was involved, audits its own work, and submits its return."""

    state = state_field(ReturnState, ReturnState.ISSUED)

    class Meta:
        abstract = True

    @transition(state, source=ReturnState.ISSUED, target=ReturnState.DRAFTING)
    def say_involved(self) -> None:
        """There is something to audit: with the child, or with a sibling or adult only."""

    @transition(state, source=ReturnState.ISSUED, target=ReturnState.NIL)
    def say_nil(self) -> None:
        """The agency looked and has nothing to audit (R10)."""

    @transition(state, source=ReturnState.NIL, target=ReturnState.ISSUED)
    def take_back_nil(self) -> None:
        """The nil was a mistake; possible while returns are open."""

    @transition(state, source=ReturnState.DRAFTING, target=ReturnState.ISSUED)
    def take_back_involved(self) -> None:
        """The agency was not involved after all; possible until the audit is handed in."""

    @transition(state, source=ReturnState.DRAFTING, target=ReturnState.WITH_LEAD)
    def hand_in(self) -> None:
        """The auditor has finished; the agency lead signs off first (R19)."""

    @transition(state, source=ReturnState.WITH_LEAD, target=ReturnState.DRAFTING)
    def hand_back(self) -> None:
        """The agency lead asks the auditor to look again."""

    @transition(state, source=ReturnState.DRAFTING, target=ReturnState.SUBMITTED)
    def submit(self) -> None:
        """The return goes to the coordinator and is locked (R18)."""

    @transition(state, source=ReturnState.WITH_LEAD, target=ReturnState.SUBMITTED)
    def sign_off(self) -> None:
        """The agency lead signs the return off; it goes to the coordinator and is locked."""

    @transition(state, source=ReturnState.SUBMITTED, target=ReturnState.DRAFTING)
    def query(self) -> None:
        """The coordinator sends the return back with a query, before release (R18)."""

    @transition(state, source=OUTSTANDING, target=ReturnState.NOT_RETURNED)
    def record_not_returned(self) -> None:
        """The agency has not answered, and the audit goes on without it, with a reason."""

    @transition(state, source=ReturnState.NOT_RETURNED, target=ReturnState.DRAFTING)
    def accept_late(self) -> None:
        """The agency may still audit its work; what comes will be stored as late."""

    @transition(state, source=ReturnState.NOT_RETURNED, target=ReturnState.ISSUED)
    def ask_late(self) -> None:
        """The agency never said whether it was involved: it may still say so, or make a nil."""

    @transition(
        state,
        source=(*OUTSTANDING, ReturnState.SUBMITTED, ReturnState.NIL, ReturnState.NOT_RETURNED),
        target=ReturnState.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """The case was replaced or the audit withdrawn: nothing is owed any more."""


SAYS = {
    "issued": "issued the return",
    "say_involved": "answered “{involvement}”",
    "say_nil": "made a nil return: {kind}",
    "take_back_nil": "took the nil return back",
    "take_back_involved": "took back that the agency was involved",
    "hand_in": "finished the audit and passed it to the agency lead",
    "hand_back": "asked the auditor to look again",
    "submit": "submitted the return",
    "sign_off": "signed the return off and submitted it",
    "query": "sent the return back with a query",
    "query_answered": "answered the query",
    "record_not_returned": "recorded the return as not returned",
    "accept_late": "let the agency return it late",
    "ask_late": "let the agency answer late",
    "withdraw": "withdrew the return",
    "independent": "declared independence from the case",
    "conflict": "declared a conflict of interest",
    "reminded": "reminded {to_person}",
    "telephoned": "telephoned on {day} and {spoke}",
    "reminded_automatically": "Reminded {to_person} automatically",
    "told_late": "Told {to_person} automatically that it is late",
    "panel_asked": "asked the agency a question for the panel",
    "question_withdrawn": "withdrew the panel’s question",
    "addendum": "added an addendum",
    "agency_succeeded": "noted that {successor} carries on for {agency}",
    "extended": "moved the due date from {old} to {new}",
    "waits": "moved the due date from {old} to {new}, for the pause",
}
