"""Signing in and out: nothing is said twice, and nothing typed is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests import factories
from tests.cast import PASSWORD

if TYPE_CHECKING:
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
