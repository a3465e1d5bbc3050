"""What browsers and hands do wrong: twice, too late, from an old page, after signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from macfa.audits.services import ask_for_views, propose_theme
from tests.browser.windows import (
    enter_account,
    is_told,
    lands_on,
    main,
    press,
    tick,
    type_in,
)
from tests.factories import audit_opened

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

    from macfa.audits.models import Audit
    from tests.browser.windows import Windows
    from tests.cast import Cast

EVIDENCE = "Referrals have risen by a third"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit at theme selection."""
    return audit_opened(cast)


def fill_in_a_theme(page: Page, audit: Audit) -> None:
    """Everything that a candidate theme asks for."""
    page.goto(f"{audit.get_absolute_url()}themes/add/")
    type_in(page, "Theme", "Neglect")
    tick(page, "Emerging theme")
    type_in(page, "Why now?", EVIDENCE)


def expect_one_theme(page: Page, audit: Audit) -> None:
    """The themes are shown, and there is one."""
    lands_on(page, "Candidate themes")
    expect(main(page).get_by_role("heading", name="Neglect")).to_have_count(1)
    assert audit.themes.count() == 1


def test_a_double_click_has_one_effect(windows: Windows, audit: Audit) -> None:
    page = windows["coordinator"]
    fill_in_a_theme(page, audit)
    page.get_by_role("button", name="Add theme").dblclick()
    expect_one_theme(page, audit)


def test_a_double_click_has_one_effect_without_scripts(
    plain_windows: Windows, audit: Audit
) -> None:
    page = plain_windows["coordinator"]
    fill_in_a_theme(page, audit)
    page.get_by_role("button", name="Add theme").dblclick(no_wait_after=True)
    expect_one_theme(page, audit)


def test_pressing_again_after_the_answer_was_lost_lands_on_the_result(
    plain_windows: Windows, audit: Audit
) -> None:
    page = plain_windows["coordinator"]
    fill_in_a_theme(page, audit)
    page.route("**/themes/add/", lose_the_answer, times=1)
    with page.expect_event("requestfailed", is_post):
        press(page, "Add theme")
    assert audit.themes.count() == 1
    press(page, "Add theme")
    expect_one_theme(page, audit)


def is_post(request: Request) -> bool:
    """Whether a form was sent."""
    return request.method == "POST"


def lose_the_answer(route: Route) -> None:
    """The site does what was asked, and the line breaks before the browser hears of it."""
    route.fetch(max_redirects=0)
    route.abort("aborted")


def test_going_back_and_sending_again_has_one_effect(windows: Windows, audit: Audit) -> None:
    page = windows["coordinator"]
    fill_in_a_theme(page, audit)
    press(page, "Add theme")
    lands_on(page, "Candidate themes")
    page.go_back()
    lands_on(page, "Add a candidate theme")
    press(page, "Add theme")
    expect(main(page).get_by_role("alert")).to_contain_text("“Neglect” is already one of")
    expect(page.get_by_role("textbox", name="Why now?")).to_have_value(EVIDENCE)
    assert audit.themes.count() == 1


def test_an_old_tab_is_told_and_what_was_typed_is_kept(windows: Windows, audit: Audit) -> None:
    propose_theme(
        audit=audit, title="Neglect", sources=["priority"], evidence=EVIDENCE, by=audit.coordinator
    )
    ask_for_views(audit=audit, by=audit.coordinator)
    page, old = windows["qppa"], windows.second_tab("qppa")
    for tab, comment in ((page, "Timely"), (old, "Not before the inspection")):
        tab.goto(f"{audit.get_absolute_url()}themes/view/")
        type_in(tab, "Your comment (optional)", comment)
    press(page, "Give your view")
    is_told(page, "Your view of the themes has been recorded")
    with old.expect_response(lambda response: is_post(response.request)) as answer:
        press(old, "Give your view")
    assert answer.value.status == 409
    lands_on(old, "This was not saved")
    expect(old.get_by_role("textbox", name="Comment")).to_have_value("Not before the inspection")
    press(old, "Open the page as it is now")
    expect(old.get_by_role("textbox", name="Your comment")).to_have_value("Timely")


def test_whoever_was_signed_out_signs_in_and_is_back_where_they_were(
    windows: Windows, audit: Audit
) -> None:
    page, other = windows["coordinator"], windows.second_tab("coordinator")
    page.goto(f"{audit.get_absolute_url()}themes/")
    press(other, "Sign out")
    lands_on(other, "Sign in")
    press(page, "Add a candidate theme")
    lands_on(page, "Sign in")
    enter_account(page, windows.cast["coordinator"].email)
    lands_on(page, "Add a candidate theme")


def test_a_form_sent_after_signing_out_changes_nothing_and_what_was_typed_is_shown(
    windows: Windows, audit: Audit
) -> None:
    page, other = windows["coordinator"], windows.second_tab("coordinator")
    fill_in_a_theme(page, audit)
    press(other, "Sign out")
    lands_on(other, "Sign in")
    press(page, "Add theme")
    lands_on(page, "You are signed out")
    expect(main(page).get_by_label("Evidence")).to_have_value(EVIDENCE)
    press(page, "Sign in and go back to the page")
    enter_account(page, windows.cast["coordinator"].email)
    lands_on(page, "Add a candidate theme")
    assert not audit.themes.exists()
