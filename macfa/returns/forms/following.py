"""Why, until when, and a word with a reminder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, DateField
from macfa.returns import rules
from workflows.errors import NotYet
from workflows.ids import PUBLIC_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macfa.returns.models import AgencyReturn
    from macfa.returns.outstanding import Batch


class WhyForm(ActForm):
    """One reason, asked for in the words of its page."""

    why = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=2000)

    def __init__(self, *args: Any, label: str, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = label
        self.fields["why"].help_text = hint


class RemindAllForm(ActForm):
    """Which agencies are reminded; those reminded today only where they are ticked on purpose.

    The boxes stand in a table, a row for each of the batches.
    """

    def __init__(self, *args: Any, batches: Sequence[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batches = batches

    @property
    def rows(self) -> list[tuple[Batch, bool]]:
        """Each batch, and whether it is ticked: to begin with, all not reminded today."""
        chosen = {*self.chosen, *self.again}
        return [
            (each, bool(chosen & {*each.key.split(".")}) if self.is_bound else not each.today)
            for each in self.batches
        ]

    @property
    def chosen(self) -> list[str]:
        """The public ids of the returns ticked."""
        return self._ticked("batch")

    @property
    def again(self) -> list[str]:
        """Those ticked of which somebody was reminded today already."""
        return self._ticked("again")

    def _ticked(self, name: str) -> list[str]:
        values = self.data.getlist(name) if hasattr(self.data, "getlist") else []
        return [each for value in values for each in value.split(".") if PUBLIC_ID.fullmatch(each)]

    def clean(self) -> None:
        if not (self.chosen or self.again):
            raise forms.ValidationError("Tick at least one agency to remind")


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
