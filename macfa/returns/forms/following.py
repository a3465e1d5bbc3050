"""Why, until when, and a word with a reminder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, DateField
from macfa.returns import rules
from workflows.errors import NotYet

if TYPE_CHECKING:
    from macfa.returns.models import AgencyReturn


class WhyForm(ActForm):
    """One reason, asked for in the words of its page."""

    why = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=2000)

    def __init__(self, *args: Any, label: str, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = label
        self.fields["why"].help_text = hint


class RemindForm(ActForm):
    """A word with the reminder, for who has the work."""

    note = forms.CharField(
        label="Anything to add",
        help_text="They read it on the page of the return. No names of children or families.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        required=False,
    )


class ExtendForm(ActForm):
    """A later due date, with why."""

    due = DateField(label="New due date")
    why = forms.CharField(
        label="Why does the agency get more time?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )

    def __init__(self, *args: Any, return_: AgencyReturn, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._return = return_

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        try:
            rules.check_extension(self._return, due)
        except NotYet as refused:
            raise forms.ValidationError(refused.sentence) from refused
        return due
