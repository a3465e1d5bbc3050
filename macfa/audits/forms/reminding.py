"""Reminders of a return or an action: in writing, or by telephone."""

from __future__ import annotations

from typing import Any

from django import forms

from macfa.audits.calls import Call, check_call
from macfa.audits.reminders import Reminded
from macfa.forms import ActForm, DateField, Look
from macfa.forms.checking import refused_here
from workflows import clock

SPOKE_TO = {
    Reminded.Spoke.LEAD: "The agency lead",
    Reminded.Spoke.HOLDER: "Whoever has the work",
    Reminded.Spoke.OTHER: "Somebody else there",
    Reminded.Spoke.NOBODY: "Nobody, I left a message",
}


class RemindForm(ActForm):
    """A word with the reminder, for who has the work."""

    note = forms.CharField(
        label="Anything to add",
        help_text="They read it beside the reminder. No names of children or families.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        required=False,
    )


class CallForm(ActForm):
    """Who was spoken to, when, and a word about it."""

    spoke_to = forms.ChoiceField(
        label="Who did you speak to?",
        choices=list(SPOKE_TO.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Say whom you spoke to."},
    )
    on = DateField(label="When was it?")
    note = forms.CharField(
        label="What was said",
        help_text="For example: it comes on Thursday. No names.",
        max_length=200,
        required=False,
    )
    looks = {"spoke_to": Look(small=True)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": clock.today()}, **kwargs)

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        with refused_here():
            check_call(Call(Reminded.Spoke.LEAD, on))
        return on

    @property
    def call(self) -> Call:
        """What was typed."""
        typed = self.cleaned_data
        return Call(typed["spoke_to"], typed["on"], typed["note"])
