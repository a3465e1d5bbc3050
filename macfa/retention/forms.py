"""What people type about retention: periods, holds, reasons, and whose case is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.audits.models import Audit
from macfa.forms import ActForm, Look, OneRecord

if TYPE_CHECKING:
    from macfa.people.models import Partnership
    from macfa.retention.classes import RecordClass


class PeriodForm(ActForm):
    """For how many months, and why."""

    months = forms.IntegerField(label="Months", error_messages={"required": "Enter the months"})
    why = forms.CharField(
        label="Why?",
        help_text="For example who agreed it, and when.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    looks = {"months": Look(width="3")}

    def __init__(self, *args: Any, kind: RecordClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["months"].help_text = f"Between {kind.least} and {kind.most}."


class HoldForm(ActForm):
    """An audit or a theme, and why."""

    audit = OneRecord(
        label="One audit",
        queryset=Audit.objects.none(),
        required=False,
        empty_label="None: hold a theme instead",
    )
    theme = forms.CharField(
        label="Or a theme, by its words",
        required=False,
        help_text="For example, exploitation. Every audit with these words in its title or its "
        "chosen theme is held, also one that is opened later.",
        max_length=120,
    )
    reason = forms.CharField(
        label="Why may nothing be destroyed?",
        help_text="For example which inquiry asks for it. No name of a child or a family.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )
    looks = {"theme": Look(width="two-thirds")}

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audit = self.fields["audit"]
        assert isinstance(audit, OneRecord)
        audit.queryset = Audit.objects.filter(partnership=partnership).order_by("-pk")


class LiftForm(ActForm):
    """Why a hold is lifted."""

    reason = forms.CharField(
        label="Why is it lifted?", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )


class ProposeForm(ActForm):
    """Agrees to the counts that the page shows; it carries the mark of exactly those rows."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class ConfirmForm(ActForm):
    """Says that one has looked at the counts."""

    looked = forms.BooleanField(
        label="I have looked at what will be destroyed, and know that it cannot be brought back",
        error_messages={"required": "Say that you have looked at what will be destroyed"},
    )


class StopForm(ActForm):
    """Why nothing is destroyed."""

    why = forms.CharField(
        label="Why not?", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )


class SubjectForm(ActForm):
    """The reference of a case, and who asks."""

    reference = forms.CharField(
        label="Case reference", help_text="For example, NEG-03", max_length=40
    )
    reason = forms.CharField(
        label="Who asked, and when?",
        help_text="For example the number of the request. No name: this stays in the ledger.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    looks = {"reference": Look(width="10")}
