"""What people type about an immediate concern."""

from __future__ import annotations

from typing import Any

from django import forms

from macfa.concerns.rules import check_referred
from macfa.forms import ActForm, Form, Look, OneRecord
from macfa.forms.checking import refused_beside
from macfa.people.models import Agency, Partnership, User
from macfa.people.rules import teams_of
from workflows import clock


class RaiseForm(ActForm):
    """What was seen, and what has been done about it already."""

    seen = forms.CharField(label="What was seen?", widget=forms.Textarea, max_length=10000)
    done = forms.CharField(
        label="What has been done?",
        help_text="Whom did you call, and what did they say?",
        widget=forms.Textarea,
        max_length=10000,
    )
    done_by = forms.CharField(label="By whom?", max_length=200)
    done_when = forms.CharField(
        label="When?", help_text="For example, 24 November 2026 at 2.15pm", max_length=100
    )
    referral = forms.CharField(
        label="Referral reference",
        required=False,
        help_text="If it was referred. If not, say below why not yet.",
        max_length=100,
    )
    not_referred_because = forms.CharField(
        label="Not yet referred because",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )
    told = forms.CharField(
        label="Who has been told?", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
    agency = OneRecord(
        label="Which agency does it concern?",
        queryset=Agency.objects.none(),
        required=False,
        empty_label="No single agency, or not known",
        help_text="Its leads are told at once, as the coordinators are.",
    )
    case_reference = forms.CharField(
        label="Case reference",
        required=False,
        help_text="For example, NEG-03. You may leave this empty.",
        max_length=40,
    )
    looks = {
        "done_by": Look(width="two-thirds"),
        "done_when": Look(width="two-thirds"),
        "referral": Look(width="20"),
        "case_reference": Look(width="10"),
    }

    def __init__(self, *args: Any, partnership: Partnership, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.fields["agency"]
        assert isinstance(agency, OneRecord)
        agency.queryset = partnership.agencies.on(clock.today())
        own = {team.agency for team in teams_of(person) if team.agency}
        if len(own) == 1:
            agency.initial = own.pop()
        self.fields["done_by"].initial = person.name

    def clean(self) -> dict[str, Any]:
        """A referral, or why there is none yet."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.has_error("referral") and not self.has_error("not_referred_because"):
            with refused_beside(self, "referral"):
                check_referred(typed.get("referral", ""), typed.get("not_referred_because", ""))
        return typed


class StaffMatterForm(ActForm):
    """What was seen of somebody's conduct, and whom that was told."""

    seen = forms.CharField(label="What was seen or heard?", widget=forms.Textarea, max_length=10000)
    done = forms.CharField(
        label="What has been done?",
        help_text="For example, what the LADO said.",
        widget=forms.Textarea,
        max_length=10000,
    )
    done_when = forms.CharField(label="When?", max_length=100)
    told = forms.CharField(
        label="Who has been told?", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
    looks = {"done_when": Look(width="two-thirds")}


class NoteForm(ActForm):
    """What became known, or was done, since."""

    text = forms.CharField(label="Note", widget=forms.Textarea, max_length=10000)


class ConfirmForm(ActForm):
    """What came of it."""

    outcome = forms.CharField(
        label="What came of it?",
        help_text="What was done, and by whom. Say what you know, not what you hope.",
        widget=forms.Textarea,
        max_length=10000,
    )


class ConcernFilter(Form):
    """Which concerns a list shows."""

    mark_optional = False
    show = forms.ChoiceField(
        label="Show",
        choices=[("", "All"), ("open", "Open"), ("confirmed", "Action confirmed")],
        widget=forms.RadioSelect,
        required=False,
    )
    looks = {"show": Look(small=True)}
