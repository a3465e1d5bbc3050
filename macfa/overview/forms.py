"""What people type on the pages of the top floor."""

from django import forms

from macfa.forms import ActForm, DateField


class PauseForm(ActForm):
    """Why something waits, until when, and whether it may be destroyed meanwhile."""

    reason = forms.CharField(
        label="Why is it paused?",
        help_text="For example: the police ask us to wait for a criminal inquiry. Whoever sees "
        "the audit can read this: name no child, and say nothing of the inquiry itself.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    until = DateField(
        label="When will the pause be looked at again?",
        help_text="Everything that is due moves on by as many working days.",
    )
    legal_hold = forms.BooleanField(
        label="Legal hold: nothing of it may be destroyed", required=False
    )


class ResumeForm(ActForm):
    """Why it goes on."""

    reason = forms.CharField(
        label="Why does it go on?", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


class WithdrawForm(ActForm):
    """Why an audit is given up."""

    reason = forms.CharField(
        label="Why is the audit withdrawn?",
        help_text="Everybody with open work on it is told this.",
        widget=forms.Textarea,
        max_length=2000,
    )
