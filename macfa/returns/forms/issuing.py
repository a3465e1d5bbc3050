"""Which schools or practices answer for themselves, and why a case is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, Look
from macfa.people.models import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from macfa.sampling.models import Case


def grouped(settings: Iterable[Setting]) -> dict[str, list[Setting]]:
    """Settings under the name of their agency."""
    groups: dict[str, list[Setting]] = {}
    for setting in settings:
        groups.setdefault(setting.agency.name, []).append(setting)
    return groups


def _field(label: str, settings: Iterable[Setting]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(str(setting.pk), setting.name) for setting in settings],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class SettingsForm(ActForm):
    """For each case, the settings it goes to. Of an agency without any it goes to the lead."""

    mark_optional = False

    def __init__(
        self, *args: Any, cases: Sequence[Case], settings: Sequence[Setting], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._settings = {str(setting.pk): setting for setting in settings}
        self._of_case: dict[int, list[str]] = {}
        looks = {}
        for case in cases:
            for number, (agency, some) in enumerate(grouped(settings).items()):
                name = f"case_{case.pk}_{number}"
                self.fields[name] = _field(f"{case.label}: {agency}", some)
                self._of_case.setdefault(case.pk, []).append(name)
                looks[name] = Look(small=True)
        self.looks = looks

    @property
    def chosen(self) -> Mapping[int, Sequence[Setting]]:
        """The settings chosen for each case, by its number."""
        return {
            case: [self._settings[pk] for name in names for pk in self.cleaned_data[name]]
            for case, names in self._of_case.items()
        }


class NewCaseForm(ActForm):
    """To which settings a case goes that comes after the others."""

    mark_optional = False

    def __init__(self, *args: Any, settings: Sequence[Setting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = {str(setting.pk): setting for setting in settings}
        self._names = []
        for number, (agency, some) in enumerate(grouped(settings).items()):
            name = f"settings_{number}"
            self.fields[name] = _field(f"{agency}: who answers for the new case?", some)
            self._names.append(name)

    @property
    def chosen(self) -> list[Setting]:
        """The settings the new case goes to."""
        return [self._settings[pk] for name in self._names for pk in self.cleaned_data[name]]


class ReplaceForm(NewCaseForm):
    """Why a case is replaced, and to which settings the new one goes."""

    why = forms.CharField(
        label="Why is the case replaced?",
        help_text="For example: moved out of the area. No names of children or families.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class AddCaseForm(NewCaseForm):
    """From which stratum a case is added, why, and who approved it."""

    stratum = forms.ChoiceField(label="From which stratum?", widget=forms.RadioSelect)
    why = forms.CharField(
        label="Why is the case added?",
        help_text="For example: the agencies asked for a second unborn child. No names.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    approved_by = forms.CharField(
        label="Who approved it?",
        help_text="For example: the QPPA chair.",
        max_length=200,
        error_messages={"required": "Enter who approved it"},
    )
    looks = {"approved_by": Look(width="two-thirds")}

    def __init__(self, *args: Any, strata: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stratum = self.fields["stratum"]
        assert isinstance(stratum, forms.ChoiceField)
        stratum.choices = [(name, f"{name} ({left} in reserve)") for name, left in strata.items()]
