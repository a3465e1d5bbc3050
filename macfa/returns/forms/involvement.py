"""Involved or nil on one page, who audits, and whether they are independent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, DateField, Look
from macfa.returns.models import AgencyReturn
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macfa.people.models import User

Involvement = AgencyReturn.Involvement
QUEUE = "queue"
#: Under which answer it is asked who audits.
WHO_AUDITS = {
    Involvement.INVOLVED.value: "auditor",
    Involvement.SIBLING_OR_ADULT.value: "auditor_of_family",
}


def auditor_choices(people: Sequence[User], person: User) -> list[tuple[str, str]]:
    """The people who may audit, and oneself as "me"."""
    others = [(each.public_id, each.name) for each in people if each.pk != person.pk]
    return [*others, (person.public_id, "I will audit it myself")]


class InvolvementForm(ActForm):
    """Whether the agency was involved, and what follows: who audits, or what a nil rests on.

    One page and one button. Questions that belong to another answer are not looked at.
    """

    mark_optional = False

    involvement = forms.ChoiceField(
        label="Was your agency involved with this child?",
        choices=Involvement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether your agency was involved"},
    )
    auditor = forms.ChoiceField(
        label="Involved with the child: who will audit your agency’s work?",
        widget=forms.RadioSelect,
        required=False,
    )
    auditor_of_family = forms.ChoiceField(
        label="Known through a sibling or adult only: who will audit your agency’s work?",
        widget=forms.RadioSelect,
        required=False,
    )
    nil_kind = forms.ChoiceField(
        label="Why is there nothing to audit?",
        choices=AgencyReturn.NilKind.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    looked_for = forms.MultipleChoiceField(
        label="Who did you look for in your records?",
        help_text="Select all that apply.",
        choices=AgencyReturn.LookedFor.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    looked_by = forms.CharField(
        label="Who looked?", help_text="A name or a role.", max_length=120, required=False
    )
    looked_on = DateField(label="When did they look?", required=False)
    note = forms.CharField(
        label="Anything the panel should know (optional)",
        help_text="Write roles instead of names.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    looks = {
        "involvement": Look(
            size="m",
            hints={
                Involvement.INVOLVED: "You have something to audit.",
                Involvement.SIBLING_OR_ADULT: "You worked with a brother, sister, parent or "
                "carer, and not with this child. That is audited too.",
                Involvement.NIL: "You looked and there is nothing in the look-back period. "
                "Takes less than a minute.",
            },
            reveals={
                Involvement.INVOLVED: ("auditor",),
                Involvement.SIBLING_OR_ADULT: ("auditor_of_family",),
                Involvement.NIL: ("nil_kind", "looked_for", "looked_by", "looked_on", "note"),
            },
        ),
        "looked_by": Look(width="20"),
    }

    def __init__(self, *args: Any, people: Sequence[User], person: User, **kwargs: Any) -> None:
        initial = {"looked_by": person.name, "looked_on": clock.today()}
        super().__init__(*args, initial=initial, **kwargs)
        self._people = {each.public_id: each for each in (*people, person)}
        leave = (QUEUE, "Leave it in our team’s queue")
        for name in WHO_AUDITS.values():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*auditor_choices(people, person), leave]

    @property
    def is_nil(self) -> bool:
        """Whether there is nothing to audit."""
        return bool(self.cleaned_data["involvement"] == Involvement.NIL)

    @property
    def chosen_auditor(self) -> User | None:
        """Who audits; None where it is left in the queue."""
        answer: str = self.cleaned_data[WHO_AUDITS[self.cleaned_data["involvement"]]]
        return self._people.get(answer)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        involvement = cleaned.get("involvement")
        if involvement == Involvement.NIL:
            self._check_nil(cleaned)
        elif involvement and not cleaned.get(WHO_AUDITS[involvement]):
            label = self.fields[WHO_AUDITS[involvement]].label
            self._ask(WHO_AUDITS[involvement], f"Answer “{label}”, or leave it in the queue")
        return cleaned

    def _check_nil(self, cleaned: dict[str, Any]) -> None:
        sentences = {
            "nil_kind": "Select why there is nothing to audit",
            "looked_for": "Select who you looked for",
            "looked_by": "Enter who looked",
            "looked_on": "Enter when they looked",
        }
        for name, sentence in sentences.items():
            if not cleaned.get(name):
                self._ask(name, sentence)
        looked_on = cleaned.get("looked_on")
        if looked_on and looked_on > clock.today():
            self._ask("looked_on", "The day they looked must be today or in the past")

    def _ask(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)


class AuditorForm(ActForm):
    """Who audits; with a reason where somebody has it already."""

    auditor = forms.ChoiceField(label="Who will audit it?", widget=forms.RadioSelect)
    why = forms.CharField(
        label="Why does it move?",
        help_text="Whoever has it now is told.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], moving: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["auditor"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if not moving:
            del self.fields["why"]


class DeclareForm(ActForm):
    """Independent of the case, or in conflict, with what the conflict is (R12)."""

    mark_optional = False

    independent = forms.ChoiceField(
        label="Are you independent of this case?",
        choices=(("yes", "Yes, I am independent"), ("no", "No, I have a conflict of interest")),
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether you are independent of this case"},
    )
    conflict = forms.CharField(
        label="What is the conflict?",
        help_text="A few words. Only your agency’s lead and the coordinator can read this.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )
    looks = {
        "independent": Look(
            size="m",
            hints={"no": "The case is closed to you at once and goes to somebody else."},
            reveals={"no": ("conflict",)},
        )
    }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("independent") == "no" and not cleaned.get("conflict"):
            self.add_error("conflict", "Enter what the conflict is")
        return cleaned
