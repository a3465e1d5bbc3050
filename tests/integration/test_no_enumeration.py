"""Nobody finds out by signing in who has an account here, and nobody tries passwords at length."""

from __future__ import annotations

import re
import smtplib
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from pytest_django import Settings

from tests.cast import PASSWORD, Cast
from tests.integration.signing_in import SIGN_IN, is_in

RESET = "/accounts/password/reset/"
NEW = "a-new-password-of-the-tests"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed, which is what takes time."""

    hashed: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(password)
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def nobody_has_tried_often(db: None) -> None:
    cache.clear()


@pytest.fixture
def accounts(cast: Cast) -> dict[str, str]:
    """The addresses of everybody whom an attacker would like to tell apart."""
    cast["lead.csc"].is_active = False
    cast["lead.csc"].save()
    cast["lead.edu"].set_unusable_password()
    cast["lead.edu"].save()
    return {
        "known": cast["lead.pol"].email,
        "unknown": "nobody@outside.example",
        "deactivated": cast["lead.csc"].email,
        "without a password": cast["lead.edu"].email,
    }


def said(page: Any, address: str) -> tuple[int, list[tuple[str, int]], str]:
    """All that a page tells, but for what was typed and the tokens of its forms."""
    html = page.content.decode().replace(address, "")
    return page.status_code, page.redirect_chain, re.sub(r'value="\w{64}"', "", html)


def test_a_wrong_password_is_answered_alike_whoever_it_is(accounts: dict[str, str]) -> None:
    answers = {
        name: said(Client().post(SIGN_IN, {"login": each, "password": "wrong"}, follow=True), each)
        for name, each in accounts.items()
    }
    assert "not an email address and password that we know" in answers["known"][2]
    assert all(answer == answers["unknown"] for answer in answers.values())


def test_somebody_deactivated_is_answered_alike_also_with_the_right_password(
    accounts: dict[str, str],
) -> None:
    answers = []
    for name in ("deactivated", "unknown"):
        sent = {"login": accounts[name], "password": PASSWORD}
        answers.append(said(Client().post(SIGN_IN, sent, follow=True), accounts[name]))
    assert answers[0] == answers[1]


def test_a_password_is_hashed_once_whoever_it_is(
    accounts: dict[str, str], settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    counts = {}
    for name, each in accounts.items():
        CountingHasher.hashed.clear()
        Client().post(SIGN_IN, {"login": each, "password": "wrong"})
        counts[name] = len(CountingHasher.hashed)
    assert set(counts.values()) == {1}


def test_the_limit_on_tries_is_reached_alike_whoever_it_is(accounts: dict[str, str]) -> None:
    reached = {}
    for name, each in accounts.items():
        client, tries = Client(), 0
        while "tried too often" not in _tried(client, each) and tries < 10:
            tries += 1
        reached[name] = tries
    assert set(reached.values()) == {5}


def _tried(client: Client, address: str) -> str:
    sent = {"login": address, "password": "wrong"}
    return client.post(SIGN_IN, sent).content.decode()


def test_after_five_wrong_passwords_the_right_one_waits_too_wherever_it_comes_from(
    cast: Cast,
) -> None:
    for number in range(5):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        _tried(client, cast["lead.pol"].email.upper() if number % 2 else cast["lead.pol"].email)
    client = Client(REMOTE_ADDR="198.51.100.9")
    sent = {"login": cast["lead.pol"].email, "password": PASSWORD}
    assert "Wait 5 minutes" in client.post(SIGN_IN, sent).content.decode()
    assert not is_in(client)
    # Nobody else waits for it.
    other = {"login": cast["auditor.pol"].email, "password": PASSWORD}
    assert client.post(SIGN_IN, other).status_code == 302


def test_many_tries_from_one_place_get_a_plain_page_that_says_when(cast: Cast) -> None:
    for number in range(100):
        Client().post(SIGN_IN, {"login": f"a{number}@x.example", "password": ""})
    page = Client().post(SIGN_IN, {"login": "a@x.example", "password": "x"})
    assert page.status_code == 429
    assert page["Retry-After"] == "60"
    assert re.search(r"Try again at \d+:\d\d[ap]m\.", page.content.decode())


# --- a forgotten password ------------------------------------------------------------------------


def test_a_forgotten_password_is_answered_alike_whoever_it_is(accounts: dict[str, str]) -> None:
    answers = {
        name: said(Client().post(RESET, {"email": each}, follow=True), each)
        for name, each in accounts.items()
    }
    assert all(answer == answers["unknown"] for answer in answers.values())
    told = sorted(message.to[0] for message in mail.outbox)
    assert told == sorted([accounts["known"], accounts["without a password"]])


def test_the_link_is_sent_only_when_the_answer_is_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []

    def sent(*_args: object) -> int:
        order.append("mail")
        return 1

    monkeypatch.setattr(EmailBackend, "send_messages", sent)
    client = Client()
    handler = client.handler.get_response

    def answered(request: Any) -> Any:
        response = handler(request)
        order.append("answer")
        return response

    monkeypatch.setattr(client.handler, "get_response", answered)
    client.post(RESET, {"email": cast["lead.pol"].email})
    assert order == ["answer", "mail"]


def test_a_mail_server_that_is_away_gives_nobody_away(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    assert Client().post(RESET, {"email": cast["lead.pol"].email}).status_code == 302


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED"])
def test_the_link_leads_to_the_site_whatever_host_the_request_speaks_of(
    cast: Cast, settings: Settings, header: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://audits.example"
    Client().post(RESET, {"email": cast["lead.pol"].email}, **{header: "evil.example"})  # type: ignore[arg-type]
    body = str(mail.outbox[0].body)
    assert "evil.example" not in body + mail.outbox[0].subject
    assert "https://audits.example/accounts/password/reset/key/" in body


def test_a_host_that_is_not_ours_gets_no_answer(cast: Cast) -> None:
    page = Client().post(RESET, {"email": cast["lead.pol"].email}, headers={"host": "evil.example"})
    assert page.status_code == 400
    assert mail.outbox == []


def test_a_link_counts_once_and_its_password_ends_every_session(cast: Cast) -> None:
    signed_in = Client()
    signed_in.post(SIGN_IN, {"login": cast["lead.pol"].email, "password": PASSWORD})
    Client().post(RESET, {"email": cast["lead.pol"].email})
    link = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))[0]
    client = Client()
    form = client.get(link)["Location"]
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert not is_in(signed_in)
    assert not is_in(client)
    assert "This link no longer works" in Client().get(link).content.decode()
    assert (
        Client().post(SIGN_IN, {"login": cast["lead.pol"].email, "password": NEW}).status_code
        == 302
    )


# --- where one lands, and which password one may choose ------------------------------------------


@pytest.mark.parametrize(
    "foreign",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "http:evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        " https://evil.example",
    ],
)
def test_signing_in_leads_to_no_other_site(cast: Cast, foreign: str) -> None:
    sent = {"login": cast["lead.pol"].email, "password": PASSWORD, "next": foreign}
    assert Client().post(SIGN_IN, sent)["Location"] == "/"
    client = Client()
    client.force_login(cast["lead.pol"])
    assert client.get(SIGN_IN, {"next": foreign})["Location"] == "/"
    assert client.post("/accounts/logout/", {"next": foreign})["Location"] == SIGN_IN


def test_signing_in_leads_back_to_where_one_was(cast: Cast) -> None:
    sent = {"login": cast["lead.pol"].email, "password": PASSWORD, "next": "/audits/?x=1"}
    assert Client().post(SIGN_IN, sent)["Location"] == "/audits/?x=1"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elevensigns", "too short"),
        ("password1234", "too common"),
        ("lead.pol@oakvale", "too similar"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(
    cast: Cast, password: str, fault: str
) -> None:
    client = Client()
    client.force_login(cast["lead.pol"])
    sent = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert fault in client.post("/accounts/password/change/", sent).content.decode()


@pytest.mark.parametrize(
    "password", ["a" * 20 + "b" * 180, "словоключ ключ слово", "7361 0927 5512 88"]
)
def test_a_long_password_is_taken_whatever_its_signs(cast: Cast, password: str) -> None:
    client = Client()
    client.force_login(cast["lead.pol"])
    sent = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post("/accounts/password/change/", sent).status_code == 302
    sent = {"login": cast["lead.pol"].email, "password": password}
    assert Client().post(SIGN_IN, sent).status_code == 302
    cut = {"login": cast["lead.pol"].email, "password": password[:-1]}
    assert Client().post(SIGN_IN, cut).status_code == 200
