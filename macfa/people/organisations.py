"""Signing in by one's own organisation: any provider of OpenID Connect that the settings name.

Nobody gets an account by it. Whoever has one is known by an address that the provider says it has
verified; from then on by the provider's own number for them, so that an address which passes to
somebody else opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from macfa.people.models import User

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin

COULD_NOT = "We could not sign you in by {}. Try again, or sign in with your password."
NOBODY = (
    "{} knows you, but we have no account for you here. Ask your audit coordinator, and say which "
    "email address your organisation has for you."
)
#: How providers say that they have verified an address; some send words or numbers.
VERIFIED = [True, "true", "1"]
#: Under this a request remembers that the other organisation asked for a second step.
SHOWN_THERE = "second_step_shown_there"
#: Under this a request remembers that somebody is signing in by an e-mailed link and its code.
CAME_BY_LINK = "came_by_link"


def refused(request: HttpRequest, sentence: str) -> ImmediateHttpResponse:
    """Back to the sign-in page, with a sentence."""
    messages.error(request, sentence)
    return ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


class OrganisationAdapter(DefaultSocialAccountAdapter):
    """Lets in whoever has an account, and nobody else."""

    def is_open_for_signup(self, *_: object) -> bool:
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,  # noqa: ARG002 - allauth's, as are the next
        exception: Any = None,  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> None:
        """Something went wrong there, or somebody thought better of it."""
        raise refused(request, COULD_NOT.format(provider.name))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whose account is it? And did they show a second step there?"""
        app, claims = sociallogin.provider.app, claims_of(sociallogin)
        if sociallogin.state.get("process") != "login" or not claims:
            raise refused(request, COULD_NOT.format(app.name))
        if not sociallogin.is_existing:
            person = _known_by_address(claims, app.settings["verified_claim"])
            if person is None or _is_bound(person, sociallogin.account.provider):
                raise refused(request, NOBODY.format(app.name))
            sociallogin.account.extra_data = {}
            sociallogin.connect(request, person)
        # What is told of somebody there is read, and not kept.
        SocialAccount.objects.filter(pk=sociallogin.account.pk).update(extra_data={})
        setattr(request, SHOWN_THERE, showed_second_step(claims, app.settings))


def claims_of(sociallogin: SocialLogin) -> dict[str, Any]:
    """What the signed token says of somebody, with what else the provider tells of the same one."""
    told = sociallogin.account.extra_data
    token, more = told.get("id_token") or {}, told.get("userinfo") or {}
    if not token.get("sub") or more.get("sub", token["sub"]) != token["sub"]:
        return {}
    return {**more, **token}


def _known_by_address(claims: dict[str, Any], verified: str) -> User | None:
    """Whoever has the address here that the provider says is theirs."""
    address = claims.get("email")
    if not isinstance(address, str) or claims.get(verified) not in VERIFIED:
        return None
    return User.objects.filter(email__iexact=address.strip(), is_active=True).first()


def _is_bound(person: User, provider: str) -> bool:
    """Whether somebody else's number there, or an old one of theirs, is bound to this account."""
    return SocialAccount.objects.filter(user=person, provider=provider).exists()


def showed_second_step(claims: dict[str, Any], app: dict[str, Any]) -> bool:
    """Whether the provider is trusted to ask for a second step, and says that it did."""
    ways = claims.get("amr")
    by_way = isinstance(ways, list) and "mfa" in ways
    return bool(app["second_factor"] and (by_way or claims.get("acr") in app["acr_values"]))


class Organisation(OpenIDConnectOAuth2Adapter):
    """A provider as we speak to it: its tokens are checked against its keys each time, and it sends
    people back to the site's own address."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False
        decoded: dict[str, Any] = super()._decode_id_token(app, id_token)
        return decoded

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:  # noqa: ARG002 - allauth's
        path = reverse("openid_connect_callback", args=[self.provider_id])
        return f"{settings.SITE_URL}{path}"


class SecondStepStage(AuthenticateStage):
    """Asks for a second step, but from whoever has shown one at an organisation that is trusted,
    and from whoever comes by an e-mailed link: its code is the second step of what that opens."""

    def _should_handle(self, request: HttpRequest) -> bool:
        shown = getattr(request, SHOWN_THERE, False) or getattr(request, CAME_BY_LINK, False)
        return not shown and bool(super()._should_handle(request))
