"""What the panel may know of a child, and why somebody opens the identity key."""

from __future__ import annotations

from django import forms

from macfa.forms import ActForm
from macfa.sampling.identity import SAY_WHY, WORDS_IN_A_REASON


class ProfileForm(ActForm):
    """What the panel may know of a child."""

    profile = forms.CharField(
        label="Profile in bands",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example: girl, 5 to 7; home conditions, lateness. No name, date of birth, "
        "address, school or record number.",
    )


class ReasonForm(ActForm):
    """Why somebody needs to know who a case is (R8)."""

    reason = forms.CharField(
        label="Why do you need to know who this is?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Your name, the time and this reason go into a log that the independent "
        "scrutineer reads. Do not name anyone here.",
    )

    def clean_reason(self) -> str:
        """A reason has a few words."""
        reason: str = self.cleaned_data["reason"]
        if len(reason.split()) < WORDS_IN_A_REASON:
            raise forms.ValidationError(SAY_WHY)
        return reason
