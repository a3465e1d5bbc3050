"""What the queue's pages ask: who gets the work, and why it moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms

from workflows.unseen import without_unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.candidates import Candidate
    from workflows.models import WorkItem

REASON = 500
TOKEN = re.compile(r"[\w-]{1,40}", re.ASCII)
#: More digits than any version has.
VERSION = re.compile(r"[0-9]{1,9}")


def new_token() -> str:
    """A token that no form had before."""
    return uuid4().hex


def as_token(text: str) -> str:
    """The token that a form carried, or nothing where no form of ours has such a token."""
    return text if TOKEN.fullmatch(text) else ""


class TokenField(forms.CharField):
    """A form's one-use token. Nonsense in its place is no token, and no fault of the person."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=new_token)

    def clean(self, value: Any) -> str:
        """The token, if it is one."""
        return as_token(value or "")


class WorkForm(forms.Form):
    """A form about work items. It knows which version of each its page showed."""

    use_required_attribute = False
    mark_optional = True

    token = TokenField()
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: Sequence[WorkItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        shown = " ".join(f"{item.public_id}:{item.version}" for item in items)
        self.fields["version"].initial = shown

    def full_clean(self) -> None:
        """Check everything, as far as it can be seen."""
        self.data = without_unseen(self.data)
        super().full_clean()

    @property
    def expects(self) -> dict[int, int]:
        """The version of each work item that the person saw, by the item's number."""
        pairs = (each.partition(":") for each in self.cleaned_data["version"].split())
        versions = {
            public_id: version for public_id, _, version in pairs if VERSION.fullmatch(version)
        }
        return {
            item.pk: int(versions[item.public_id])
            for item in self.items
            if item.public_id in versions
        }


class ReleaseForm(WorkForm):
    """Why work goes back to the team's queue."""

    why = forms.CharField(
        label="Why does it go back?",
        help_text="Your team and whoever leads the work can read this. Do not name a child.",
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Enter why the work goes back to the queue",
            "max_length": f"The reason must be {REASON} characters or fewer",
        },
    )


class UndoForm(forms.Form):
    """Takes back what was given a moment ago."""

    token = TokenField()


class GiveForm(WorkForm):
    """Who gets the work; and why, where somebody else holds it now."""

    #: Whether they have seen what would happen.
    checked = forms.BooleanField(required=False, widget=forms.HiddenInput)

    person = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose who should do it",
            "invalid_choice": "Choose somebody from the list",
        },
    )
    why = forms.CharField(
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Enter why the work moves from one person to another",
            "max_length": f"The reason must be {REASON} characters or fewer",
        },
    )

    def __init__(
        self, *args: Any, items: Sequence[WorkItem], people: Sequence[Candidate], **kwargs: Any
    ) -> None:
        super().__init__(*args, items=items, **kwargs)
        self.people = {str(each.person.public_id): each.person for each in people}
        #: Whether somebody holds any of it now, so that a reason is asked for.
        self.moves = any(item.owner_id for item in items)
        holders = {item.owner_id for item in items}
        self.others = any(each.person.pk not in holders for each in people) or len(holders) > 1
        person, why = self.fields["person"], self.fields["why"]
        assert isinstance(person, forms.ChoiceField)
        person.label = "Who should do it?" if len(items) == 1 else "Who should do them?"
        person.choices = [
            (str(each.person.public_id), describe(each, has_it=holders == {each.person.pk}))
            for each in people
        ]
        why.required = self.moves
        why.label = "Why does it move?" if self.moves else "Why this person?"

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was chosen, to be posted again once they have seen what would happen."""
        names = ("token", "version", "person", "why")
        return [*((name, self.cleaned_data[name]) for name in names), ("checked", "on")]

    @property
    def chosen(self) -> Any:
        """The person chosen."""
        return self.people[self.cleaned_data["person"]]


class HandOverForm(GiveForm):
    """Who takes over everything that somebody holds, and what they should know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].label = "Who takes it over?"
        note = self.fields["why"]
        note.label = "Hand-over note"
        note.help_text = "Both are told, and the note is kept with every task. Do not name a child."
        note.error_messages["required"] = "Write a hand-over note"


def describe(candidate: Candidate, *, has_it: bool) -> str:
    """A person as the choice names them, with how much they hold already."""
    number, late = candidate.load.holds, candidate.load.overdue
    holds = f"{number} open task{'' if number == 1 else 's'}" if number else "no open tasks"
    holds += f", {late} overdue" if late else ""
    now = "has it now, " if has_it else ""
    return f"{candidate.person.get_full_name()} ({now}{holds})"
