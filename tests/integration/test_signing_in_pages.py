"""Signing in and out: nothing is said twice, and nothing typed is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from django.test import Client

from macfa.improvement import services as improvement
from macfa.returns import services as returns
from tests import factories
from tests.cast import PASSWORD

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from macfa.improvement.models import Action
    from tests.cast import Cast

UPDATE = "The template waits for the conference managers’ <agreement>."


@pytest.fixture
def action(cast: Cast) -> Action:
    """An action of children's social care."""
    return factories.audit_published(cast).actions.get()


def test_signing_in_leads_to_my_work_without_a_banner(cast: Cast) -> None:
    sent = {"login": cast["owner.csc"].email, "password": PASSWORD}
    page = Client().post("/accounts/login/", sent, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "Successfully" not in page.content.decode()


def test_a_form_sent_after_signing_out_changes_nothing_and_shows_what_was_typed(
    action: Action,
) -> None:
    address = f"{action.get_absolute_url()}update/"
    page = Client().post(address, {"text": UPDATE, "token": "secret-token", "password": "hidden"})
    html = page.content.decode()
    assert page.status_code == 403
    assert "You are signed out" in html
    assert "managers’ &lt;agreement&gt;.</textarea>" in html
    assert f'href="/accounts/login/?next={address.replace("/", "%2F")}"' in html
    assert "secret-token" not in html
    assert "hidden" not in html.split("<main")[1].replace("visually-hidden", "")
    assert "no-store" in page["Cache-Control"]
    assert action.updates.count() == 0


def test_a_page_asked_for_after_signing_out_leads_to_the_sign_in_page(action: Action) -> None:
    page = Client().get(action.get_absolute_url())
    assert page.status_code == 302
    assert page["Location"].startswith("/accounts/login/?next=/actions/")


def test_a_form_from_before_somebody_else_signed_in_keeps_what_was_typed(
    cast: Cast, action: Action
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["owner.csc"])
    page = client.post(f"{action.get_absolute_url()}update/", {"text": UPDATE})
    html = page.content.decode()
    assert page.status_code == 403
    assert "This page is too old" in html
    assert "managers’ &lt;agreement&gt;.</textarea>" in html
    assert "no-store" in page["Cache-Control"]
    assert action.updates.count() == 0


def test_a_form_sent_twice_says_that_it_counts_once(cast: Cast, action: Action) -> None:
    client = Client()
    client.force_login(cast["owner.csc"])
    address = f"{action.get_absolute_url()}update/"
    form = client.get(address).context["form"]
    sent = {
        "text": UPDATE,
        "at_risk": "no",
        "token": form["token"].value(),
        "version": form["version"].value(),
    }
    client.post(address, sent, follow=True)
    page = client.post(address, sent, follow=True)
    assert "It was sent twice and counts once" in page.content.decode()
    assert action.updates.count() == 1


@pytest.mark.parametrize("signed_in", [True, False])
def test_passwords_are_never_shown_as_what_was_typed(cast: Cast, signed_in: bool) -> None:
    client = Client(enforce_csrf_checks=signed_in)
    if signed_in:
        client.force_login(cast["owner.csc"])
    typed = {"oldpassword": "OLDSECRET1", "password1": "NEWSECRET2", "password2": "NEWSECRET2"}
    for address in ("/accounts/password/change/", "/accounts/login/"):
        page = client.post(address, {**typed, "password": "PLAINSECRET3", "note": "shown"})
        assert "SECRET" not in page.content.decode()


def test_what_was_typed_is_shown_in_words(action: Action) -> None:
    sent = {
        "nil_kind": "not_known",
        "looked_for": ["child", "siblings"],
        "looked_on_day": "24",
        "looked_on_month": "11",
        "looked_on_year": "2026",
        "auditor": action.owner.public_id,
        "seen_before": "4f53cda18c2baa0c",
        "go": "on",
    }
    page = Client().post(f"{action.get_absolute_url()}update/", sent)
    assert page.context["typed"] == [
        ("Nil kind", "not known"),
        ("Looked for", "child, siblings"),
        ("Looked on", "24/11/2026"),
    ]


# --- what is not possible any more ---------------------------------------------------------------


def test_a_page_that_is_past_says_so_and_leads_to_its_record(cast: Cast) -> None:
    return_ = factories.a_return(factories.audit_returned(cast), "CSC")
    client = Client()
    client.force_login(cast["auditor.csc"])
    page = client.get(f"{return_.get_absolute_url()}check/")
    html = page.content.decode()
    assert page.status_code == 409
    assert "This is not possible now" in html
    assert "was not saved" not in html
    assert f'href="{return_.get_absolute_url()}"' in html.split("Open the page as it is now")[0]
    assert "Auditor Csc changed it last, at" in html


def test_a_form_of_work_that_was_moved_meanwhile_keeps_what_was_typed(cast: Cast) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast), "CSC"))
    client = Client()
    client.force_login(cast["auditor.csc"])
    returns.take_back_involved(return_=return_, why="Not us", by=cast["lead.csc"])
    address = f"{return_.get_absolute_url()}domains/D1/"
    page = client.post(address, {"d1_evidence": "A long evening’s work."})
    assert page.status_code == 404
    assert "A long evening’s work.</textarea>" in page.content.decode()
    assert client.get(address).status_code == 404


def test_whoever_waits_too_long_for_the_database_is_told_so(
    cast: Cast, action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_act: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(improvement, "update", busy)
    client = Client()
    client.force_login(cast["owner.csc"])
    page = client.post(f"{action.get_absolute_url()}update/", {"text": UPDATE, "at_risk": "no"})
    assert page.status_code == 503
    assert "managers’ &lt;agreement&gt;.</textarea>" in page.content.decode()


# --- accounts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "email/",
        "signup/",
        "confirm-email/",
        "password/set/",
        "reauthenticate/",
        "login/code/confirm/",
    ],
)
def test_nobody_changes_whose_account_it_is(cast: Cast, page: str) -> None:
    client = Client()
    client.force_login(cast["owner.csc"])
    assert client.get(f"/accounts/{page}").status_code == 404
    sent = {"action_add": "1", "email": "somebody@outside.example"}
    assert client.post(f"/accounts/{page}", sent).status_code == 404


def test_a_link_for_a_new_password_goes_to_accounts_alone(
    cast: Cast, mailoutbox: list[EmailMessage]
) -> None:
    pages = []
    for address in (cast["owner.csc"].email, "stranger@outside.example"):
        page = Client().post("/accounts/password/reset/", {"email": address}, follow=True)
        pages.append((page.redirect_chain, page.status_code))
    assert pages[0] == pages[1] == ([("/accounts/password/reset/done/", 302)], 200)
    [mail] = mailoutbox
    assert mail.to == [cast["owner.csc"].email]
    assert "/accounts/password/reset/key/" in mail.body


def test_one_who_cannot_sign_in_does_not_shut_out_their_whole_office(cast: Cast) -> None:
    for number in range(20):
        Client().post("/accounts/login/", {"login": f"a{number}@x.example", "password": "wrong"})
    sent = {"login": cast["owner.csc"].email, "password": PASSWORD}
    assert Client().post("/accounts/login/", sent).status_code == 302


def test_whoever_is_deactivated_is_told_so_in_words(cast: Cast) -> None:
    cast["owner.csc"].is_active = False
    cast["owner.csc"].save()
    sent = {"login": cast["owner.csc"].email, "password": PASSWORD}
    assert Client().post("/accounts/login/", sent, follow=True).status_code == 200
