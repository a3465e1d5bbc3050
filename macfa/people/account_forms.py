"""What somebody's own account asks: a new e-mail address, and the code that was sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from macfa.forms import ActForm, Form, Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macfa.people.reach import Home


class NewAddressForm(Form):
    """The address that somebody wants, and their password: it is what they sign in with."""

    email = forms.EmailField(
        label="New email address",
        help_text="We send a code to it. You sign in with this address from then on.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Enter your new email address",
            "invalid": "Enter an email address, like name@example.gov.uk",
        },
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )
    looks = {"email": Look(width="two-thirds"), "password": Look(width="two-thirds")}


class LinkForm(Form):
    """The address to which a link goes, for whoever answers by link."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Enter your email address",
            "invalid": "Enter an email address, like name@example.gov.uk",
        },
    )
    looks = {"email": Look(width="two-thirds")}


class AddressCodeForm(Form):
    """The code from an e-mail."""

    code = forms.RegexField(
        r"^\s*[0-9]{6}\s*$",
        label="Code",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={
            "required": "Enter the code",
            "invalid": "The code has 6 digits, for example 012345",
        },
    )
    looks = {"code": Look(width="10")}


class PartnershipForm(Form):
    """In which of their partnerships somebody is now. Others are not offered, so not taken."""

    partnership = forms.ChoiceField(
        label="Which partnership do you work for now?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a partnership",
            "invalid_choice": "Choose one of your partnerships",
        },
    )

    def __init__(
        self, *args: Any, homes: Sequence[Home], initial: int | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.homes = {str(home.id): home for home in homes}
        field = self.fields["partnership"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(number, home.name) for number, home in self.homes.items()]
        field.initial = str(initial)

    @property
    def chosen(self) -> Home:
        """The partnership that was chosen."""
        return self.homes[self.cleaned_data["partnership"]]


class ResetSecondFactorForm(ActForm):
    """Why the second step of somebody is taken away."""

    why = forms.CharField(
        label="How you know that it is they, and why they cannot sign in",
        help_text="Such as “Rang me from the number in our list. Lost her telephone and codes.” "
        "It is kept in the ledger.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Say how you know that it is they, and why they cannot sign in"
        },
    )
