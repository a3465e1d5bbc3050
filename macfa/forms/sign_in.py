"""allauth's forms in the words of this site; `ACCOUNT_FORMS` in the settings names them."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms

from macfa.forms.wording import speak_plainly


class PlainForm(forms.Form):
    """A form of allauth's with our labels and error sentences, checked by the server alone."""

    use_required_attribute = False
    labels: ClassVar[dict[str, str]] = {
        "login": "Email address",
        "email": "Email address",
        "oldpassword": "Your password now",
        "password1": "New password",
        "password2": "New password again",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in {"login", "email"}:
                field.error_messages["required"] = "Enter your email address"
            if name != "password1":
                field.help_text = ""
        if "password" in self.fields:
            self.fields["password"].error_messages["required"] = "Enter your password"

    def full_clean(self) -> None:
        """Check everything, in plain sentences."""
        speak_plainly(self.fields)
        super().full_clean()


class SignInForm(PlainForm, LoginForm):
    """Email address and password."""


class ForgottenPasswordForm(PlainForm, ResetPasswordForm):
    """Asks for a link to choose a new password. Never says whether there is such an account."""


class NewPasswordForm(PlainForm, ResetPasswordKeyForm):
    """Chooses a new password, after following that link."""


class ChangedPasswordForm(PlainForm, ChangePasswordForm):
    """Chooses a new password while signed in."""


class PasswordAgainForm(PlainForm, ReauthenticateForm):
    """The password, before one changes how one signs in."""
