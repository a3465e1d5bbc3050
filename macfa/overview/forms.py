"""What people type on the pages of the top floor."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from macfa.forms import ActForm, DateField, Form, Look, OneRecord, SeveralRecords
from macfa.people.models import Agency, SchoolHoliday
from workflows.clock import today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macfa.people.models import Partnership, User


class PauseForm(ActForm):
    """Why something waits, until when, and whether it may be destroyed meanwhile."""

    reason = forms.CharField(
        label="Why is it paused?",
        help_text="For example: the police ask us to wait for a criminal inquiry. Whoever sees "
        "the audit can read this: name no child, and say nothing of the inquiry itself.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    until = DateField(
        label="When will the pause be looked at again?",
        help_text="Everything that is due moves on by as many working days.",
    )
    legal_hold = forms.BooleanField(
        label="Legal hold: nothing of it may be destroyed", required=False
    )


class ResumeForm(ActForm):
    """Why it goes on."""

    reason = forms.CharField(
        label="Why does it go on?", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


class WithdrawForm(ActForm):
    """Why an audit is given up."""

    reason = forms.CharField(
        label="Why is the audit withdrawn?",
        help_text="Everybody with open work on it is told this.",
        widget=forms.Textarea,
        max_length=2000,
    )


#: What the form of a succession says for an agency that is not there yet.
NEW = "new"


class SuccessionForm(ActForm):
    """Which agency carries on for one that ends, from when and why."""

    successor = forms.ChoiceField(
        label="Who carries on?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select who carries on"},
    )
    name = forms.CharField(label="Name of the new agency", max_length=120, required=False)
    code = forms.CharField(
        label="Its short name", help_text="For example: POL.", max_length=12, required=False
    )
    on = DateField(label="From which day?", help_text="Today or an earlier day.")
    why = forms.CharField(
        label="What happens to the agency?",
        help_text="For example: its services move to the new children’s trust.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    looks = {
        "name": Look(width="two-thirds"),
        "code": Look(width="10"),
        "successor": Look(reveals={NEW: ("name", "code")}),
    }
    mark_optional = False

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ChoiceField)
        others = agency.partnership.agencies.going_on().exclude(pk=agency.pk)
        self._others = {str(other.pk): other for other in others}
        named = [(number, other.name) for number, other in self._others.items()]
        successor.choices = [*named, (NEW, "A new agency, with the same people")]

    @property
    def chosen(self) -> Agency | None:
        """The agency that carries on; none where it is a new one."""
        return self._others.get(self.cleaned_data["successor"])


class SchoolHolidayForm(Form):
    """Weeks in which the schools of the area are closed."""

    name = forms.CharField(label="Name", help_text="For example: October half-term.", max_length=60)
    first = DateField(label="First day")
    last = DateField(label="Last day")
    looks = {"name": Look(width="20")}
    mark_optional = False


class RemoveHolidayForm(Form):
    """Which holiday was entered by mistake, or has moved."""

    holiday = OneRecord(SchoolHoliday.objects.none())

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["holiday"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = partnership.school_holidays.all()


class SchoolTermsForm(Form):
    """Which agencies have nobody there in the school holidays."""

    agencies = SeveralRecords(
        Agency.objects.none(),
        label="Which agencies have nobody there in the school holidays?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    mark_optional = False

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["agencies"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = going_on = partnership.agencies.on(today())
        choice.initial = [agency for agency in going_on if agency.keeps_school_terms]


_YEAR = "Enter a year from 2000 to 2199"
YEARS = [
    MinValueValidator(date(2000, 1, 1), _YEAR),
    MaxValueValidator(date(2199, 12, 31), _YEAR),
]


class TrailFilter(Form):
    """Narrows the ledger: whose, about what, of which kind, in which days."""

    mark_optional = False
    person = forms.ChoiceField(label="Person", required=False)
    reference = forms.CharField(
        label="Audit or case",
        help_text="For example: NEG or NEG-03.",
        max_length=40,
        required=False,
    )
    kind = forms.ChoiceField(label="Kind", required=False)
    first = DateField(label="From", required=False, validators=YEARS)
    last = DateField(label="To", required=False, validators=YEARS)
    looks = {"reference": Look(width="10")}

    def __init__(
        self, *args: Any, people: Sequence[User], kinds: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(each.public_id, each.name) for each in people]
        choices = {"person": [("", "Everybody"), *named], "kind": [("", "All kinds"), *kinds]}
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = values
