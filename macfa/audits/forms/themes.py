"""Candidate themes, the QPPA's views of them, and the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.audits import rules
from macfa.audits.models import Audit, Theme, place
from macfa.forms import ActForm, Look, OneRecord
from macfa.forms.checking import refused_beside

if TYPE_CHECKING:
    from macfa.audits.models import ThemeView
    from macfa.people.models import User


class ThemeForm(ActForm):
    """A candidate theme: what, where the idea comes from, and why now."""

    title = forms.CharField(label="Theme", max_length=200)
    sources = forms.MultipleChoiceField(
        label="Where does the idea come from?",
        help_text="Select all that apply.",
        choices=Theme.Source.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one source"},
    )
    from_audit = OneRecord(
        label="Earlier audit",
        queryset=Audit.objects.none(),
        required=False,
        empty_label="Another audit, not on this site",
    )
    evidence = forms.CharField(
        label="Why now?",
        help_text="What the figures, reviews or earlier findings say. Do not name a child.",
        widget=forms.Textarea,
        max_length=3000,
    )
    looks = {"sources": Look(reveals={Theme.Source.EARLIER_FINDING.value: ["from_audit"]})}

    def __init__(self, *args: Any, audit: Audit, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["from_audit"]
        assert isinstance(field, OneRecord)
        others = Audit.objects.visible_to(by).filter(partnership=audit.partnership_id)
        field.queryset = others.exclude(pk=audit.pk).order_by("-opened_on", "-pk")

    def clean(self) -> dict[str, Any]:
        """An earlier audit counts only where the idea comes from an earlier finding."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if Theme.Source.EARLIER_FINDING.value not in cleaned.get("sources", ()):
            cleaned["from_audit"] = None
        return cleaned


class ViewForm(ActForm):
    """A QPPA member's comment, and the place they give each candidate theme."""

    comment = forms.CharField(
        label="Your comment",
        help_text="What should be audited next, and why. The coordinator, the scrutineer and the "
        "other QPPA members can read it.",
        widget=forms.Textarea,
        max_length=3000,
        required=False,
    )

    def __init__(self, *args: Any, view: ThemeView, **kwargs: Any) -> None:
        given = {_rank_field(row.theme): row.rank for row in view.ranks.select_related("theme")}
        kwargs["initial"] = {"comment": view.comment, **given}
        super().__init__(*args, version=view.version, **kwargs)
        self.themes = list(view.audit.themes.all())
        choices = [("", "No place"), *((n, place(n)) for n in range(1, len(self.themes) + 1))]
        for theme in self.themes:
            self.fields[_rank_field(theme)] = forms.TypedChoiceField(
                label=theme.title, choices=choices, coerce=int, empty_value=None, required=False
            )
        self.order_fields([*map(_rank_field, self.themes), "comment"])

    @property
    def ranks(self) -> dict[Theme, int]:
        """The places given."""
        given = {theme: self.cleaned_data.get(_rank_field(theme)) for theme in self.themes}
        return {theme: rank for theme, rank in given.items() if rank}

    def clean(self) -> dict[str, Any]:
        """Each theme has a place of its own, and there is something to say."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        taken: dict[int, Theme] = {}
        for theme, rank in self.ranks.items():
            if rank in taken:
                self.add_error(
                    _rank_field(theme),
                    f"Choose another place: you have put “{taken[rank]}” {place(rank)} too",
                )
            taken.setdefault(rank, theme)
        if not self.errors:
            with refused_beside(self, "comment"):
                rules.check_view(self.ranks, cleaned.get("comment", ""))
        return cleaned


def _rank_field(theme: Theme) -> str:
    return f"rank_{theme.pk}"


class ChooseForm(ActForm):
    """Which theme was chosen, why, and who decided."""

    theme = OneRecord(
        label="Which theme was chosen?",
        queryset=Theme.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the theme that was chosen"},
    )
    reason = forms.CharField(
        label="Why this one?",
        widget=forms.Textarea,
        max_length=2000,
    )
    decided_by = forms.CharField(
        label="Who decided?",
        max_length=200,
        help_text="The meeting or the person, and when. For example: QPPA on 18 November 2026. "
        "You are kept as the one who recorded it.",
    )
    without_views_because = forms.CharField(
        label="Why does the choice not wait for every view?",
        widget=forms.Textarea,
        max_length=1000,
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, version=audit.version, **kwargs)
        field = self.fields["theme"]
        assert isinstance(field, OneRecord)
        field.queryset = audit.themes.all()
        awaited = [str(view.person) for view in audit.views_awaited.select_related("person")]
        if awaited:
            waits = self.fields["without_views_because"]
            waits.help_text = f"Asked for a view and not answered yet: {', '.join(awaited)}."
        else:
            del self.fields["without_views_because"]
        if audit.theme_id:
            self.initial.update(
                theme=audit.theme_id,
                reason=audit.theme_reason,
                decided_by=audit.theme_decided_by,
            )
