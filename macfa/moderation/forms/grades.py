"""What the panel decides: a grade with its descriptors in view, a reason, and who decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, Look
from macfa.forms.checking import refused_beside, refused_here
from macfa.moderation import rules
from macfa.moderation.deciders import THE_PANEL, Deciders
from macfa.moderation.services import Chosen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms.boundfield import BoundField

    from macfa.moderation.case_pack import Row
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn
    from macfa.sampling.models import Case
    from macfa.tools.models import Domain, Grade

WHO = "The panel together, or one of it alone. You are kept as the one who typed it."


class DecisionForm(ActForm):
    """What every decision of the panel says: who decided it. Who types is known."""

    decided_by = forms.CharField(
        label="Who decided?", help_text=WHO, initial=THE_PANEL, widget=forms.Select
    )

    def __init__(
        self,
        *args: Any,
        case: Case,
        by: User,
        grades: Sequence[Grade],
        return_: AgencyReturn | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, version=case.version, **kwargs)
        self.by = by
        self.deciders = Deciders(case, return_)
        who = self.fields["decided_by"].widget
        assert isinstance(who, forms.Select)
        who.choices = [(name, name) for name in self.deciders.choices()]
        self.grades = {grade.code: grade for grade in grades}

    def clean_decided_by(self) -> str:
        """Nobody decides alone about their own agency, and the coordinator decides nothing."""
        said: str = self.cleaned_data["decided_by"]
        with refused_here():
            self.deciders.check(said, self.by)
        return said


class GradeForm(DecisionForm):
    """One grade: for an agency, or for one domain."""

    grade = forms.TypedChoiceField(
        label="Grade", widget=forms.RadioSelect, error_messages={"required": "Select a grade"}
    )
    reason = forms.CharField(
        label="Reason",
        help_text="What in the returns led the panel to this grade, and what it talked about.",
        widget=forms.Textarea,
        max_length=3000,
    )
    field_order: tuple[str, ...] = ("grade", "reason", "decided_by")

    def __init__(self, *args: Any, descriptors: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["grade"], self.grades)
        self.looks = {"grade": Look(hints=descriptors), "decided_by": Look(width="two-thirds")}


class CaseGradeForm(GradeForm):
    """The case grade, with what anybody on the panel saw differently (R31)."""

    dissent = forms.CharField(
        label="Dissent",
        help_text="Who saw it differently, and how. Leave this empty if all agreed.",
        widget=forms.Textarea(attrs={"rows": "3"}),
        required=False,
        max_length=2000,
    )
    field_order = ("grade", "reason", "dissent", "decided_by")


def offer(field: forms.Field, grades: Mapping[str, Grade]) -> None:
    """Let a field choose among grades by code, and give the grade chosen."""
    assert isinstance(field, forms.TypedChoiceField)
    field.choices = [(code, grade.name) for code, grade in grades.items()]
    field.coerce = grades.__getitem__
    field.empty_value = None


@dataclass(frozen=True)
class Section:
    """One domain on the page that grades them all: what the agencies said, and two fields."""

    row: Row
    grade: BoundField
    reason: BoundField


class DomainsForm(DecisionForm):
    """Every domain of a case on one page, because a panel works fast."""

    def __init__(self, *args: Any, rows: Sequence[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [row for row in rows if row.domain.graded]
        self.looks = {"decided_by": Look(width="two-thirds")}
        for row in self.rows:
            self._add(row)
        self.order_fields([name for name in self.fields if name != "decided_by"])

    def _add(self, row: Row) -> None:
        code, now = row.domain.code, row.panel.current
        grade = forms.TypedChoiceField(
            label=f"Grade for {code}",
            widget=forms.RadioSelect,
            required=False,
            initial=now.grade.code if now else None,
        )
        offer(grade, self.grades)
        self.fields[f"grade_{code}"] = grade
        self.fields[f"reason_{code}"] = forms.CharField(
            label=f"Reason for {code}",
            widget=forms.Textarea(attrs={"rows": "2"}),
            required=False,
            initial=now.reason if now else "",
        )
        look = Look(inline=True, small=True)
        self.looks = {**self.looks, f"grade_{code}": look}

    mark_optional = False

    @property
    def sections(self) -> list[Section]:
        """The domains in order, each with its two fields."""
        return [
            Section(row, self[f"grade_{row.domain.code}"], self[f"reason_{row.domain.code}"])
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        """A grade has a reason, and a reason a grade; at least one domain is graded."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.rows:
            self._check(row.domain, cleaned)
        if not self.errors and not self.decisions:
            raise forms.ValidationError("Grade at least one domain")
        return cleaned

    def _check(self, domain: Domain, cleaned: Mapping[str, Any]) -> None:
        grade, reason = cleaned.get(f"grade_{domain.code}"), cleaned.get(f"reason_{domain.code}")
        if grade and f"reason_{domain.code}" not in self.errors:
            with refused_beside(self, f"reason_{domain.code}"):
                rules.check_reason(reason or "", domain)
        if reason and not grade:
            self.add_error(f"grade_{domain.code}", f"Select a grade for {domain}")

    @property
    def decisions(self) -> dict[Domain, Chosen]:
        """The domains that were graded here, each with its grade and reason."""
        cleaned = self.cleaned_data
        return {
            row.domain: Chosen(grade, cleaned[f"reason_{row.domain.code}"].replace("\r\n", "\n"))
            for row in self.rows
            if (grade := cleaned.get(f"grade_{row.domain.code}"))
        }
