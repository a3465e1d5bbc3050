"""allauth's forms of the second step in the words of this site; `MFA_FORMS` in the settings names
them. Each code counts once, whichever way and however often at once it is sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from macfa.forms.rendering import Look
from macfa.forms.sign_in import PlainForm
from macfa.people.second_factor import unseal

if TYPE_CHECKING:
    from macfa.people.models import User

#: Under this name `ACCOUNT_RATE_LIMITS` says how often codes may be mistyped.
MISTYPED = "second_step_failed"
#: What a browser sends of a passkey can be anything; allauth lets some of it through as errors.
NONSENSE = (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError)


class CodeFields(PlainForm):
    """A box for a code, in which spaces do no harm."""

    labels: ClassVar[dict[str, str]] = {"code": "Code"}
    looks = {"code": Look(width="10")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
        field.error_messages["required"] = "Enter the code"


class CodeCheck(CodeFields):
    """Checks a code while nobody else can check one for the same person."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code, if it is right and has not been used."""
        counted = f"second-step-{self.user.pk}"
        if not ratelimit.consume(context.request, action=MISTYPED, key=counted, dry_run=True):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        # What is counted while the rows are held has to last, so the refusal leaves after that.
        refusal, code = None, ""
        with transaction.atomic():
            list(Authenticator.objects.select_for_update().filter(user=self.user).order_by("pk"))
            try:
                code = self._check()
            except ValidationError as error:
                refusal = error
        if refusal:
            ratelimit.consume(context.request, action=MISTYPED, key=counted)
            raise refusal
        return code

    def _check(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            use_up(self.authenticator, code)
        return code


def use_up(app: Authenticator, code: str) -> None:
    """Let a code of an app, and those before it, count no more."""
    fresh = Authenticator.objects.get(pk=app.pk)
    counter = _counter_of(unseal(fresh.data["secret"]), code)
    if counter is None or counter <= fresh.data.get("last_counter", 0):
        raise get_adapter().validation_error("incorrect_code")
    fresh.data["last_counter"] = counter
    fresh.save(update_fields=["data"])
    app.data = fresh.data


def _counter_of(secret: str, code: str) -> int | None:
    """Which half minute a code belongs to."""
    fits = (
        counter
        for counter in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
    )
    return next(fits, None)


class CodeForm(CodeCheck, AuthenticateForm):
    """A code of the app, or a recovery code, at signing in."""


class CodeAgainForm(CodeCheck, ReauthenticateForm):
    """The same before one changes how one signs in."""


class AppForm(CodeFields, ActivateTOTPForm):
    """The first code of an app that is being set up."""

    labels: ClassVar[dict[str, str]] = {"code": "Code that the app shows"}


class RemoveAppForm(PlainForm, DeactivateTOTPForm):
    """Nothing to type."""


# --- passkeys -------------------------------------------------------------------------------------


class PasskeyForm(PlainForm, AddWebAuthnForm):
    """A name for a new passkey. One can always sign in by it alone."""

    labels: ClassVar[dict[str, str]] = {"name": "Name of the passkey"}
    looks = {"name": Look(width="two-thirds")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True
        self.fields["name"].help_text = "So that you know it again, such as “Work laptop”."
        self.fields["name"].initial = self.initial["name"] = ""
        self.fields["name"].widget.attrs["maxlength"] = 60
        self.fields["credential"].error_messages["required"] = "No passkey was made. Try again"

    def clean_name(self) -> str:
        """The name, or the day on which it was made."""
        name: str = self.cleaned_data["name"]
        return name[:60] or time.strftime("Passkey of %d.%m.%Y")

    def clean(self) -> dict[str, Any]:
        """Whether the browser sent a passkey."""
        self.cleaned_data["passwordless"] = True
        try:
            return super().clean()
        except NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyCheck(PlainForm):
    """What a browser sends of a passkey."""

    def clean_credential(self) -> Authenticator:
        """The passkey, if it is one of ours."""
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except NONSENSE as error:
            raise ValidationError("This passkey is not known here. Use another way.") from error
        except ValidationError:
            raise ValidationError("This passkey is not known here. Use another way.") from None
        return found


class PasskeySignInForm(PasskeyCheck, LoginWebAuthnForm):
    """Instead of a password."""


class PasskeyStepForm(PasskeyCheck, AuthenticateWebAuthnForm):
    """After the password."""


class PasskeyAgainForm(PasskeyCheck, ReauthenticateWebAuthnForm):
    """Before one changes how one signs in."""
