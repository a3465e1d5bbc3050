"""What people type about findings and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Exists, OuterRef, Q

from macfa.findings.models import Finding
from macfa.forms import ActForm, DateField, Look, SeveralRecords
from macfa.people.models import Agency
from macfa.sampling.models import Case, CaseAccess
from macfa.tools.models import Domain

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from macfa.audits.models import Audit
    from macfa.findings.models import Report
    from macfa.people.models import User

KIND_HINTS = {
    Finding.Kind.GOOD_PRACTICE: "Work that others should copy, with what it did for the child.",
    Finding.Kind.LEARNING: "Practice that needs to change.",
    Finding.Kind.SYSTEM: "Something no single practitioner or agency can change: a form, "
    "a threshold, two systems that do not meet.",
}


NEEDED = "Needed before the report is put to the QPPA."


def several(label: str, hint: str = "") -> Any:
    """A field of boxes to tick; its choices come with the audit."""
    return SeveralRecords(
        label=label,
        help_text=hint,
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class FindingForm(ActForm):
    """One finding, and the cases, domains and agencies it rests on (R34)."""

    kind = forms.ChoiceField(
        label="What kind of finding is it?",
        choices=Finding.Kind.choices,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label="The finding in one sentence",
        help_text="For example: chronologies were not shared in 4 of 6 cases.",
        max_length=200,
    )
    text = forms.CharField(
        label="What the panel saw",
        help_text="No names. What was found, what it meant for the child, and why it happened.",
        widget=forms.Textarea,
        max_length=5000,
        required=False,
    )
    cases = several("Cases that show it")
    domains = several("Domains it belongs to")
    agencies = several("Agencies it concerns")
    repeats = forms.CharField(
        label="Found before in",
        help_text="The earlier audit, if this was a finding already. For example: Neglect, "
        "2024/25. It is then marked as a repeat finding.",
        max_length=200,
        required=False,
    )
    looks = {
        "kind": Look(hints={str(kind): hint for kind, hint in KIND_HINTS.items()}),
        "cases": Look(small=True),
        "domains": Look(small=True),
        "agencies": Look(small=True),
        "repeats": Look(width="two-thirds"),
    }

    def __init__(
        self, *args: Any, audit: Audit, by: User, finding: Finding | None = None, **kwargs: Any
    ) -> None:
        if finding:
            kwargs["initial"] = _answers(finding)
        super().__init__(*args, version=finding.version if finding else None, **kwargs)
        for name, rows in _offered(audit, finding, by).items():
            field = self.fields[name]
            assert isinstance(field, SeveralRecords)
            field.queryset = rows
        if finding:
            del self.fields["kind"]


def _answers(finding: Finding) -> dict[str, Any]:
    return {
        "title": finding.title,
        "text": finding.text,
        "repeats": finding.repeats,
        "cases": list(finding.cases.values_list("pk", flat=True)),
        "domains": list(finding.domains.values_list("pk", flat=True)),
        "agencies": list(finding.agencies.values_list("pk", flat=True)),
    }


def _cases(audit: Audit, finding: Finding | None, by: User) -> QuerySet[Case]:
    """The cases of the audit, without those a conflict of interest hides; what the finding
    rests on already stays."""
    conflicts = CaseAccess.objects.conflicts(by).filter(case=OuterRef("pk"))
    offered = ~Exists(conflicts)
    kept = Q(findings=finding.pk) if finding else Q(pk__in=())
    return Case.objects.filter(offered | kept, audit=audit).counted().distinct()


def _offered(audit: Audit, finding: Finding | None, by: User) -> dict[str, QuerySet[Any]]:
    return {
        "cases": _cases(audit, finding, by),
        "domains": Domain.objects.filter(version=audit.tool_version),
        "agencies": Agency.objects.filter(audits=audit),
    }


class ReportForm(ActForm):
    """The parts of the report that a person writes; the figures come from the audit.

    A draft may be saved with gaps, so nothing is required here; what the QPPA needs is said.
    """

    mark_optional = False

    summary = forms.CharField(
        label="Summary",
        help_text="What the Board should know if it reads nothing else. No names. " + NEEDED,
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=8000,
        required=False,
    )
    method = forms.CharField(
        label="How the audit was done",
        help_text="How cases were drawn, who audited them, how the panel worked, and how "
        "children, families and practitioners took part. " + NEEDED,
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
        required=False,
    )
    limits = forms.CharField(
        label="Limits",
        help_text="What this audit cannot show: a small sample, returns that did not come, "
        "voices that were not heard. It may be left empty.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
        required=False,
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        names = ("summary", "method", "limits")
        kwargs["initial"] = {name: getattr(report, name) for name in names}
        super().__init__(*args, version=report.version, **kwargs)


class SendBackForm(ActForm):
    """Why the QPPA sends the report back."""

    why = forms.CharField(
        label="What should be changed?",
        help_text="The author is told this.",
        widget=forms.Textarea,
        max_length=2000,
    )


class BoardForm(ActForm):
    """What the Board said of a signed-off report, who, and when."""

    said = forms.CharField(
        label="What does the Board want changed?",
        help_text="The author and the QPPA read this.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
    )
    who = forms.CharField(
        label="Who spoke for the Board?",
        help_text="For example: the Board at its meeting, or its chair.",
        max_length=200,
        error_messages={"required": "Enter who spoke for the Board"},
    )
    on = DateField(label="When was that?")
    looks = {"who": Look(width="two-thirds")}
