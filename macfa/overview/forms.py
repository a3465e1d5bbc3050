"""What people type on the pages of the top floor."""

from django import forms

from macfa.forms import ActForm


class WithdrawForm(ActForm):
    """Why an audit is given up."""

    reason = forms.CharField(
        label="Why is the audit withdrawn?",
        help_text="Everybody with open work on it is told this.",
        widget=forms.Textarea,
        max_length=2000,
    )
