"""The scope of an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import OuterRef, Q, Subquery

from macfa.audits import rules
from macfa.forms import ActForm, DateField, Look, OneRecord, SeveralRecords
from macfa.forms.checking import refused_beside, refused_here
from macfa.people.models import Agency
from macfa.tools.models import ToolVersion
from workflows import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from macfa.audits.models import Audit


class ScopeForm(ActForm):
    """What the audit asks, of which cases, over which time, of whom, with which tool (R1)."""

    purpose = forms.CharField(
        label="What is the audit for?",
        help_text="One question it should answer. For example: Do we act on cumulative harm?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    enquiry = forms.CharField(
        label="Key lines of enquiry",
        help_text="One on each line.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
    )
    criteria = forms.CharField(
        label="Which cases can be drawn?",
        help_text="For example: aged 5 to 10, neglect recorded, open for 6 months or longer.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    looks_back_from = DateField(
        label="Look-back period begins",
        help_text="For example, 1 4 2025.",
        error_messages={"required": "Enter the day on which the look-back period begins"},
    )
    looks_back_to = DateField(
        label="Look-back period ends", help_text="12 months is usual. For example, 31 3 2026."
    )
    agencies = SeveralRecords(
        label="Agencies that take part",
        queryset=Agency.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select the agencies that take part"},
    )
    tool_version = OneRecord(
        label="Audit tool and grading scale",
        queryset=ToolVersion.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the audit tool"},
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        names = ("purpose", "enquiry", "criteria", "looks_back_from", "looks_back_to")
        kwargs["initial"] = {name: getattr(audit, name) for name in names} | {
            "agencies": list(audit.agencies.values_list("pk", flat=True)),
            "tool_version": audit.tool_version_id,
        }
        super().__init__(*args, version=audit.version, **kwargs)
        self._offer(audit)

    def _offer(self, audit: Audit) -> None:
        """The partnership's agencies of today, and the newest version of each of its tools."""
        agencies, tools = self.fields["agencies"], self.fields["tool_version"]
        assert isinstance(agencies, SeveralRecords)
        assert isinstance(tools, OneRecord)
        today = audit.partnership.agencies.on(clock.today())
        agencies.queryset = Agency.objects.filter(Q(pk__in=today) | Q(pk__in=audit.agencies.all()))
        versions = _tools(audit)
        tools.queryset = versions
        self.looks = {
            "tool_version": Look(hints={str(v.pk): _hint(v) for v in versions}),
            "agencies": Look(small=True),
        }

    def clean_enquiry(self) -> str:
        """One line of enquiry on each line, nothing between them."""
        lines = (line.strip() for line in self.cleaned_data["enquiry"].splitlines())
        return "\n".join(line for line in lines if line)

    def clean_agencies(self) -> Any:
        """A multi-agency audit needs more than one agency."""
        agencies = self.cleaned_data["agencies"]
        with refused_here():
            rules.check_partners(agencies)
        return agencies

    def clean(self) -> dict[str, Any]:
        """The look-back period ends after it begins."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("looks_back_from"), cleaned.get("looks_back_to")
        if begins and ends:
            with refused_beside(self, "looks_back_to"):
                rules.check_looks_back(begins, ends)
        return cleaned


def _tools(audit: Audit) -> QuerySet[ToolVersion]:
    """The newest version of each of the partnership's tools, and the one chosen already."""
    newest = ToolVersion.objects.filter(tool=OuterRef("tool")).order_by("-number").values("pk")[:1]
    versions = ToolVersion.objects.filter(tool__partnership=audit.partnership_id)
    return (
        versions.filter(Q(pk=Subquery(newest)) | Q(pk=audit.tool_version_id))
        .select_related("tool", "scale")
        .prefetch_related("scale__grades")
        .order_by("tool__name", "-number")
    )


def _hint(version: ToolVersion) -> str:
    """The scale of a tool, and how long an auditor needs with it."""
    grades = ", ".join(grade.name for grade in version.scale.grades.all())
    return f"Scale: {version.scale} ({grades}). About {version.minutes} minutes for each return."
