"""What the panel asks an agency once it has the case, and what the agency adds."""

from __future__ import annotations

from django import forms

from macfa.forms import ActForm


class QuestionForm(ActForm):
    """What the panel wants to know."""

    text = forms.CharField(
        label="What does the panel want to know?",
        help_text="The agency answers beside its return, which stays as it is. No names of "
        "children or families.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
    )


class WithdrawQuestionForm(ActForm):
    """Why the panel need not know any more."""

    why = forms.CharField(
        label="Why is the question withdrawn?",
        help_text="Whoever has it to answer is told.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class AddendumForm(ActForm):
    """What the agency adds to its return."""

    text = forms.CharField(
        label="What do you want to add?",
        help_text="The panel and the coordinator read it beside your return. No names of children "
        "or families.",
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=10000,
    )
