"""What goes into a pack, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.audits.models import Audit
from macfa.forms import ActForm, Look
from macfa.forms.choices import SeveralRecords
from macfa.packs import rules
from macfa.people.models import User

if TYPE_CHECKING:
    from macfa.people.models import Partnership


class FreezeForm(ActForm):
    """A name, the audits, and the inspectors."""

    title = forms.CharField(
        label="Name of the pack",
        help_text="For example the inspection it is for. No name of a child or a family.",
        max_length=120,
        error_messages={"required": "Name the pack"},
    )
    audits = SeveralRecords(
        Audit.objects.none(),
        label="Audits",
        help_text="Their signed-off report, and how their actions stand now.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one audit"},
    )
    readers = SeveralRecords(
        User.objects.none(),
        label="Inspectors who may read it",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one inspector"},
    )
    looks = {"title": Look(width="two-thirds")}

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audits, readers = self.fields["audits"], self.fields["readers"]
        assert isinstance(audits, SeveralRecords)
        assert isinstance(readers, SeveralRecords)
        audits.queryset = rules.audits_to_freeze(partnership)
        readers.queryset = rules.inspectors(partnership)
