"""The forms that ours inherit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms.wording import speak_plainly
from workflows.forms import TokenField, new_token
from workflows.unseen import without_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macfa.forms.rendering import Look


class Form(forms.Form):
    """A form in GOV.UK style: the server checks, and its errors are sentences."""

    use_required_attribute = False
    #: How single fields look, by name.
    looks: Mapping[str, Look] = {}
    #: Whether the labels of what may be left empty say so; not in a filter, where all may.
    mark_optional = True

    def full_clean(self) -> None:
        """Check everything that can be seen, in plain sentences."""
        speak_plainly(self.fields)
        self.data = without_unseen(self.data)
        super().full_clean()


class ActForm(Form):
    """A form that posts an act. It carries a token, so that a double submit has one effect,
    and the version of the record it shows, so that a stale one is refused.

    As it is, it serves where there is nothing to type: what the page shows is agreed.
    """

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"] = TokenField()
        self.fields["version"] = forms.IntegerField(
            required=False, initial=version, widget=forms.HiddenInput
        )

    @property
    def token(self) -> str:
        """The token of this form, to hand to the act."""
        token: str = self.cleaned_data["token"]
        return token or new_token()

    @property
    def expects(self) -> int | None:
        """The version the person saw, to hand to the act."""
        version: int | None = self.cleaned_data["version"]
        return version
