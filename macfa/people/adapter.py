"""How people sign in: by e-mail and password, and a second step; nobody signs themselves up."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from macfa.people import second_factor, sessions
from macfa.people.models import User
from macfa.people.organisations import CAME_BY_LINK, SHOWN_THERE
from macfa.people.sign_in_mail import tell_of_change

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger(__name__)

COULD_NOT = "We could not sign you in. Check what you typed, or ask your audit coordinator."
TOO_OFTEN = "You have tried too often. Wait 5 minutes, then try again."


class Backend(AuthenticationBackend):
    """Email address and password. Whoever is deactivated is answered like a wrong password."""

    @classmethod
    def _stash_user(cls, user: AbstractBaseUser | None) -> AbstractBaseUser | None:  # noqa: ARG003 - allauth's
        return None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the partnership, never by a stranger."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This is not an email address and password that we know",
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
        "incorrect_password": "This is not your password",
        "enter_current_password": "This is not your password",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, and remember whether there was a second step."""
        super().login(request, user)
        sessions.begin(request, by_link=getattr(request, CAME_BY_LINK, False))
        methods = [record["method"] for record in get_authentication_records(request, user)]
        if "mfa" in methods or getattr(request, SHOWN_THERE, False):
            second_factor.passed(request.session)

    def get_login_stages(self) -> list[str]:
        """The second step is asked for unless a trusted organisation has done so."""
        return ["macfa.people.organisations.SecondStepStage"]

    def respond_user_inactive(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,  # noqa: ARG002 - allauth's
    ) -> HttpResponse:
        """Say no more than to whoever is not known."""
        messages.error(request, COULD_NOT)
        return HttpResponseRedirect(reverse("account_login"))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has signed in just now need not show again who they are."""
        needed = bool(super().is_reauthentication_required(app=app, **kwargs))
        return needed and not _signed_in_just_now(context.request)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether this is their password; tries are limited as at signing in."""
        email = getattr(user, "email", "")
        self.pre_authenticate(context.request, email=email)
        right = user.check_password(password)
        if right:
            self._rollback_login_failed_rl_usage()
        return right

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link leads to the site's own address, whatever host the request spoke of."""
        path = reverse("account_reset_password_from_key", args=["UID", "KEY"])
        return f"{settings.SITE_URL}{path.replace('UID-KEY', key)}"

    def send_password_reset_mail(
        self,
        user: AbstractBaseUser,  # noqa: ARG002 - allauth's
        email: str,
        context: dict[str, Any],
    ) -> None:
        """Have it sent when the answer is out, so that its time tells nobody who is here."""
        message = self.render_mail("account/email/password_reset_key", email, context)
        context["request"].mail_to_send = message

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,  # noqa: ARG002 - allauth's
        email: str | None = None,
    ) -> None:
        """Tell somebody that how they sign in was changed, in case it was not they."""
        assert isinstance(user, User)
        tell_of_change(template_prefix.rpartition("/")[2], email or user.email)


def _signed_in_just_now(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    last = max((each["at"] for each in get_authentication_records(request, user)), default=0)
    return bool(time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second steps are sealed as identities are, and a last one is not taken away."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This is not the right code. Wait for the next one, and type that",
        "cannot_delete_authenticator": "This is your only second step. Set up another one first.",
        "cannot_generate_recovery_codes": "Set up a second step first.",
    }

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def encrypt(self, text: str) -> str:
        return second_factor.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed; nothing that any code fits where the key to it is gone."""
        try:
            return second_factor.unseal(encrypted_text)
        except InvalidToken:
            logger.exception("A second step was sealed with a key that FIELD_ENCRYPTION_KEYS lacks")
            return generate_totp_secret()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return second_factor.may_remove(authenticator)
