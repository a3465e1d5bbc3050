"""Signing in by one's own organisation, at a provider that really runs: only for whoever has an
account here, and never by an address that nobody has verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPErrorProcessor, build_opener

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from macfa import environment
from macfa.people.models import User
from tests import oidc
from tests.cast import Cast
from tests.integration.browsing import text
from tests.integration.signing_in import CHECK, SIGN_IN, STEP, is_in, with_app

LEAVE, BACK = "/accounts/with/council/", "/accounts/with/council/back/"
COULD_NOT, NOBODY = "We could not sign you in by Fernhollow Council", "we have no account for you"


class StaysHere(HTTPErrorProcessor):
    """Follows no redirection, so that the test's browser can."""

    def http_response(self, _request: Any, response: Any) -> Any:
        return response


@pytest.fixture
def provider(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[oidc.Provider]:
    """The council's provider, and the site that knows it."""
    cache.clear()
    with oidc.running_provider() as running:
        know(settings, monkeypatch, running)
        yield running


def know(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, running: oidc.Provider, **more: str
) -> None:
    """Name a provider in the environment, as an installation does."""
    said = {
        "PROVIDERS": "council",
        "COUNCIL_NAME": "Fernhollow Council",
        "COUNCIL_URL": running.url,
        "COUNCIL_CLIENT_ID": oidc.CLIENT,
        "COUNCIL_CLIENT_SECRET": oidc.SECRET,
        **{f"COUNCIL_{name}": value for name, value in more.items()},
    }
    for name, value in said.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    apps = environment.organisations(production=False)
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}
    }


def claims(person: User | None = None, **other: Any) -> dict[str, Any]:
    """What the provider says of somebody."""
    address = person.email if person else "stranger@outside.example"
    return {"sub": f"n-{address}", "email": address, "email_verified": True} | other


def by_council(client: Client, address: str = LEAVE) -> Any:
    """Sign in there and come back; the page that one lands on."""
    there = client.get(address)["Location"]
    with build_opener(StaysHere).open(there) as answer:
        back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}", follow=True)


def test_whoever_has_an_account_signs_in_by_their_organisation(
    cast: Cast, provider: oidc.Provider
) -> None:
    assert "Fernhollow Council" in text(Client(), SIGN_IN)
    provider.claims = claims(cast["lead.pol"], email="Lead.POL@oakvale.example")
    client = Client()
    page = by_council(client, f"{LEAVE}?next=/audits/")
    assert page.redirect_chain[-1] == ("/audits/", 302)
    assert is_in(client)
    assert "Lead Pol" in text(client, "/account/")
    assert [message.to for message in mail.outbox] == [[cast["lead.pol"].email]]
    assert "joined to the sign-in of your organisation" in mail.outbox[0].body
    assert provider.asked[0]["code_challenge"]
    assert SocialAccount.objects.get().extra_data == {}
    assert cast["lead.pol"].check_password("a-password-of-the-tests")


def test_nobody_gets_an_account_by_it(cast: Cast, provider: oidc.Provider) -> None:
    provider.claims = claims()
    before, client = User.objects.count(), Client()
    page = by_council(client)
    assert NOBODY in page.content.decode()
    assert not is_in(client)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("verified", [False, None, "false", "", 0, [], {}, "no"])
def test_an_address_that_was_not_verified_opens_nothing(
    cast: Cast, provider: oidc.Provider, verified: object
) -> None:
    provider.claims = claims(cast["coordinator"], email_verified=verified)
    client = Client()
    assert NOBODY in by_council(client).content.decode()
    assert not is_in(client)


def test_an_address_that_passed_to_somebody_else_opens_nothing(
    cast: Cast, provider: oidc.Provider
) -> None:
    provider.claims = claims(cast["lead.pol"])
    assert is_in_by(provider)
    provider.claims = claims(cast["lead.pol"], sub="their-successor")
    client = Client()
    assert NOBODY in by_council(client).content.decode()
    assert not is_in(client)


def test_somebody_is_known_by_their_number_when_their_address_has_changed(
    cast: Cast, provider: oidc.Provider
) -> None:
    provider.claims = claims(cast["lead.pol"])
    assert is_in_by(provider)
    assert SocialAccount.objects.get().extra_data == {}
    number = provider.claims["sub"]
    User.objects.filter(pk=cast["lead.pol"].pk).update(email="other@oakvale.example")
    assert is_in_by(provider)
    provider.claims = claims(cast["auditor.pol"], sub=number)
    client = Client()
    by_council(client)
    assert "Lead Pol" in text(client, "/account/")


def is_in_by(_provider: oidc.Provider) -> bool:
    client = Client()
    by_council(client)
    return is_in(client)


def test_whoever_is_deactivated_is_not_let_in(cast: Cast, provider: oidc.Provider) -> None:
    provider.claims = claims(cast["lead.pol"])
    assert is_in_by(provider)
    User.objects.update(is_active=False)
    assert not is_in_by(provider)
    provider.claims = claims(cast["lead.csc"])
    assert not is_in_by(provider)


# --- answers that are not what they seem ---------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"exp": 1},
        {"sub": "somebody-else"},
        {"sub": None},
        {"sub": ["x"]},
    ],
)
def test_a_token_that_is_not_for_us_opens_nothing(
    cast: Cast, provider: oidc.Provider, forged: dict[str, Any]
) -> None:
    provider.claims = claims(cast["coordinator"])
    provider.token_claims = forged
    client = Client()
    assert COULD_NOT in by_council(client).content.decode()
    assert not is_in(client)


def test_a_token_signed_with_another_key_opens_nothing(cast: Cast, provider: oidc.Provider) -> None:
    provider.claims = claims(cast["coordinator"])
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert not is_in_by(provider)


def test_an_answer_to_somebody_elses_question_opens_nothing(
    cast: Cast, provider: oidc.Provider
) -> None:
    """An attacker has their own answer opened in another browser, or an answer is used twice."""
    provider.claims = claims(cast["coordinator"])
    mine = Client()
    with build_opener(StaysHere).open(mine.get(LEAVE)["Location"]) as answer:
        back = urlsplit(answer.headers["Location"])
    victim = Client()
    assert COULD_NOT in victim.get(f"{back.path}?{back.query}", follow=True).content.decode()
    assert not is_in(victim)
    mine.get(f"{back.path}?{back.query}")
    assert is_in(mine)
    mine.post("/accounts/logout/")
    mine.get(f"{back.path}?{back.query}")
    assert not is_in(mine)


def test_no_account_is_joined_to_a_number_by_a_link(cast: Cast, provider: oidc.Provider) -> None:
    provider.claims = claims()
    client = Client()
    client.force_login(cast["coordinator"])
    by_council(client, f"{LEAVE}?process=connect")
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_site(cast: Cast, provider: oidc.Provider, foreign: str) -> None:
    provider.claims = claims(cast["lead.pol"])
    page = by_council(Client(), f"{LEAVE}?{urlencode({'next': foreign})}")
    assert all("evil" not in address for address, _ in page.redirect_chain)


def test_what_is_asked_of_the_provider_is_ours_to_say(cast: Cast, provider: oidc.Provider) -> None:
    query = urlencode({"scope": "everything", "auth_params": "prompt=none&client_id=x"})
    asked = parse_qs(urlsplit(Client().get(f"{LEAVE}?{query}")["Location"]).query)
    assert set(asked["scope"][0].split()) == {"openid", "email", "profile"}
    assert asked["client_id"] == [oidc.CLIENT]
    assert "prompt" not in asked
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{BACK}"]


@pytest.mark.parametrize(
    "answer", ["", "code=x", "error=access_denied", "code=x&state=y", "state=%00&code=%00"]
)
def test_an_answer_that_makes_no_sense_leads_back_in_words(
    cast: Cast, provider: oidc.Provider, answer: str
) -> None:
    page = Client().get(f"{BACK}?{answer}", follow=True)
    assert page.status_code == 200
    assert COULD_NOT in page.content.decode()


def test_a_provider_that_does_not_answer_leads_back_in_words(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with oidc.running_provider() as gone:
        know(settings, monkeypatch, gone)
    page = Client().get(LEAVE, follow=True)
    assert page.status_code == 200
    assert COULD_NOT in page.content.decode()


def test_a_provider_that_nobody_named_is_not_found(cast: Cast, provider: oidc.Provider) -> None:
    assert Client().get("/accounts/with/nhs/").status_code == 404
    assert Client().get("/accounts/with/nhs/back/").status_code == 404
    assert Client().post(LEAVE).status_code == 405


# --- the second step -----------------------------------------------------------------------------


def test_somebody_with_a_second_step_here_is_asked_for_it(
    cast: Cast, provider: oidc.Provider
) -> None:
    with_app(cast["lead.pol"])
    provider.claims = claims(cast["lead.pol"], amr=["pwd", "mfa"])
    client = Client()
    page = by_council(client)
    assert page.redirect_chain[-1] == (CHECK, 302)
    assert not is_in(client)


def test_whoever_has_none_is_led_to_one_where_everybody_needs_one(
    cast: Cast, provider: oidc.Provider, settings: Settings
) -> None:
    settings.MFA_REQUIRED = True
    provider.claims = claims(cast["lead.pol"], amr=["mfa"])
    client = Client()
    by_council(client)
    assert client.get("/")["Location"].startswith(STEP)


@pytest.mark.parametrize(
    ("told", "enough"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "loa3"}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, False),
        ({"acr": "loa1"}, False),
        ({}, False),
    ],
)
def test_a_provider_that_is_trusted_for_it_has_to_say_that_it_asked(
    cast: Cast,
    provider: oidc.Provider,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, Any],
    enough: bool,
) -> None:
    settings.MFA_REQUIRED = True
    know(settings, monkeypatch, provider, SECOND_FACTOR_TRUSTED="true", ACR_VALUES="loa3")
    provider.claims = claims(cast["lead.pol"], **told)
    client = Client()
    by_council(client)
    assert provider.asked[0]["acr_values"] == "loa3"
    assert is_in(client) == enough


def test_a_second_step_shown_there_does_for_the_one_here(
    cast: Cast, provider: oidc.Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_app(cast["lead.pol"])
    know(settings, monkeypatch, provider, SECOND_FACTOR_TRUSTED="true")
    provider.claims = claims(cast["lead.pol"], amr=["mfa"])
    assert is_in_by(provider)


# --- the settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"OIDC_PROVIDERS": "the council"}, "use short names"),
        ({"OIDC_COUNCIL_NAME": ""}, "OIDC_COUNCIL_NAME is not set"),
        ({"OIDC_COUNCIL_CLIENT_ID": ""}, "OIDC_COUNCIL_CLIENT_ID is not set"),
        ({}, "OIDC_COUNCIL_URL has to begin with https"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, str],
    fault: str,
) -> None:
    know(settings, monkeypatch, oidc.Provider(url="http://council.example"))
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=fault):
        environment.organisations(production=True)
