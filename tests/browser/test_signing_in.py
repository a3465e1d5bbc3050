"""Signing in in a browser: with a passkey, with a second step that everybody needs, and to its end
half an hour after the last page, by which nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from macfa.people.models import Partnership
from macfa.people.session_store import SessionStore
from tests.browser.windows import (
    NewContext,
    Windows,
    enter_account,
    follow,
    h1,
    lands_on,
    main,
    press,
    type_in,
)
from tests.cast import Cast
from tests.integration.signing_in import code_of
from tests.servers import site_server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NUMBERS, TYPED = "/urgent/numbers/", "01632 960 001, the duty worker"


@pytest.fixture(autouse=True)
def nobody_has_tried_often(db: None) -> None:
    cache.clear()


@pytest.fixture
def by_form(cast: Cast, site: str, opens: NewContext) -> Windows:
    """Windows in which people sign in as they do."""
    return Windows(cast, site, opens, by_form=True)


def key(page: Page) -> str:
    [found] = [
        each["value"]
        for each in page.context.cookies()
        if each["name"] == settings.SESSION_COOKIE_NAME
    ]
    return str(found)


def let_end_in(page: Page, seconds: int) -> None:
    """As if half an hour less these seconds had gone by since the last page, for the server."""
    session = SessionStore(key(page))
    session.set_expiry(timezone.now() + timedelta(seconds=seconds))
    session.save()


def box(page: Page) -> Locator:
    return page.get_by_label("Front-door number")


def question(page: Page) -> Locator:
    return page.get_by_role("dialog")


# --- the end -------------------------------------------------------------------------------------


def test_whoever_writes_for_long_is_asked_and_stays_signed_in(by_form: Windows) -> None:
    page = by_form["coordinator"]
    page.clock.install()
    page.goto(NUMBERS)
    box(page).fill(TYPED)
    page.clock.fast_forward("27:00")
    expect(question(page)).to_have_count(0)
    let_end_in(page, 100)
    page.clock.fast_forward("01:30")
    expect(question(page)).to_contain_text("Are you still there?")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question(page)).to_have_count(0)
    expect(box(page)).to_have_value(TYPED)
    end = Session.objects.get(session_key=key(page)).expire_date - timezone.now()
    assert end > timedelta(minutes=28)
    assert by_form.complaints == []


def test_whoever_is_active_in_another_tab_is_not_asked(by_form: Windows) -> None:
    page = by_form["coordinator"]
    page.clock.install()
    page.goto(NUMBERS)
    with page.expect_response("**/sessions/left/") as asked:
        page.clock.fast_forward("29:00")
    assert asked.value.json()["seconds"] > 1500
    expect(question(page)).to_have_count(0)


def test_what_was_typed_before_the_end_is_shown_after_it(by_form: Windows) -> None:
    page = by_form["coordinator"]
    page.clock.install()
    page.goto(NUMBERS)
    box(page).fill(TYPED)
    let_end_in(page, 0)
    page.clock.fast_forward("29:30")
    expect(question(page)).to_contain_text("You are signed out")
    press(page, "Back to the page")
    expect(box(page)).to_have_value(TYPED)
    press(page, "Change the numbers")
    lands_on(page, "You are signed out")
    assert TYPED in [box.input_value() for box in main(page).get_by_role("textbox").all()]
    assert Partnership.objects.get().front_door == ""
    page.get_by_role("button", name="Sign in and go back to the page").click()
    enter_account(page, by_form.cast["coordinator"].email)
    expect(page).to_have_url(re.compile(NUMBERS))


def test_without_scripts_the_page_says_when_it_ends_and_keeps_what_was_typed(
    plain_windows: Windows,
) -> None:
    page = plain_windows["coordinator"]
    page.goto(NUMBERS)
    footer = page.get_by_role("contentinfo")
    expect(footer).to_contain_text(re.compile(r"You will be signed out at \d+:\d\d[ap]m"))
    box(page).fill(TYPED)
    Session.objects.filter(session_key=key(page)).update(expire_date=timezone.now())
    press(page, "Change the numbers")
    lands_on(page, "You are signed out")
    assert TYPED in [box.input_value() for box in main(page).get_by_role("textbox").all()]


# --- passkeys ------------------------------------------------------------------------------------


def with_authenticator(page: Page) -> None:
    """A computer that asks for a finger, and is shown one each time."""
    computer = page.context.new_cdp_session(page)
    computer.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    computer.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_somebody_makes_a_passkey_and_signs_in_by_it_alone(windows: Windows) -> None:
    page = windows[""]
    with_authenticator(page)
    # A passkey belongs to a name; an address of numbers can have none.
    site = windows.site.replace("127.0.0.1", "localhost")
    page.goto(f"{site}/accounts/login/")
    enter_account(page, windows.cast["lead.pol"].email)
    page.goto(f"{site}/accounts/second-step/")
    follow_button(page, "Set up a passkey")
    type_in(page, "Name of the passkey", "Work laptop")
    press(page, "Make a passkey")
    lands_on(page, "Keep your recovery codes")
    press(page, "I have kept them")
    page.goto(f"{site}/accounts/second-step/")
    expect(main(page)).to_contain_text("Work laptop")
    page.get_by_role("button", name="Sign out").click()
    press(page, "Sign in with a passkey")
    lands_on(page, "My work")
    page.get_by_role("button", name="Sign out").click()
    enter_account(page, windows.cast["lead.pol"].email)
    lands_on(page, "Second step")
    press(page, "Use a passkey")
    lands_on(page, "My work")
    assert windows.complaints == []


def follow_button(page: Page, name: str) -> None:
    main(page).get_by_role("button", name=name).click()


def test_a_browser_without_a_passkey_says_so_and_offers_another_way(windows: Windows) -> None:
    page = windows[""]
    page.goto(f"{windows.site}/accounts/login/")
    failed = page.get_by_text("No passkey was used.")
    expect(failed).to_be_hidden()
    press(page, "Sign in with a passkey")
    expect(failed).to_be_visible()


def test_without_scripts_a_passkey_is_not_offered_but_an_app(plain_windows: Windows) -> None:
    page = plain_windows["auditor.pol"]
    page.goto("/accounts/second-step/passkey/")
    expect(main(page)).to_contain_text("Passkeys need a browser that knows them")
    expect(page.get_by_role("button", name="Make a passkey")).to_be_hidden()
    follow(page, "Set up an app")
    lands_on(page, "Set up an app")


# --- required ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict_site(database_url: str) -> Iterator[str]:
    """A site on which everybody needs a second step, as in production."""
    with site_server({"DATABASE_URL": database_url, "MFA_REQUIRED": "true"}) as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False])
def test_an_untrained_person_sets_a_second_step_up_and_signs_in_with_it(
    cast: Cast, strict_site: str, opens: NewContext, scripts: bool
) -> None:
    windows = Windows(cast, strict_site, opens, javascript=scripts, by_keys=scripts)
    page = windows[""]
    page.goto(f"{strict_site}/tasks/team/")
    enter_account(page, cast["auditor.pol"].email)
    lands_on(page, "Set up a second step")
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    page.goto(f"{strict_site}/audits/")
    lands_on(page, "Set up a second step")
    press(page, "Set up an app")
    page.get_by_text("I cannot scan the picture").click()
    secret = page.locator(".app-key").inner_text()
    type_in(page, "Code that the app shows", code_of(secret, -1))
    press(page, "Continue")
    lands_on(page, "Keep your recovery codes")
    [code, *_] = main(page).locator(".app-codes li").all_inner_texts()
    press(page, "I have kept them")
    lands_on(page, "Audits")
    page.get_by_role("button", name="Sign out").click()
    enter_account(page, cast["auditor.pol"].email)
    lands_on(page, "Second step")
    type_in(page, "Code", code)
    press(page, "Continue")
    expect(h1(page)).to_have_text("My work")
    assert windows.complaints == []
