"""The last page of an audit: the answer to a query, where one was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm

if TYPE_CHECKING:
    from macfa.returns.models import ReturnQuery


class SubmitForm(ActForm):
    """Hands the audit in, with the answer to what was asked when it was sent back."""

    answer = forms.CharField(
        label="Your answer",
        help_text="Say what you changed, or why nothing had to be changed.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
    )

    def __init__(self, *args: Any, query: ReturnQuery | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if query is None:
            del self.fields["answer"]
        elif query.within_agency:
            self.fields["answer"].required = False
