"""The inbox in several tabs at once, by kind, and for whoever does not want things said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from notifications import inbox
from notifications.models import Hours, HowEmail
from notifications.preferences import CHOSEN, choose
from tests.browser.windows import AT_ONCE, main, press, unread
from tests.mail import told

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.windows import Windows

INBOX = "/notifications/"
#: Longer than two polls may be apart, in milliseconds.
A_POLL = 30_000


def marked(page: Page) -> Locator:
    """The rows that the page shows as unread."""
    return main(page).locator("#notifications .govuk-tag")


def test_what_is_read_in_one_tab_is_read_in_the_others(windows: Windows) -> None:
    coordinator = windows.cast["coordinator"]
    told(coordinator)
    told(coordinator, "return.reminder")
    told(coordinator, "report.signed_off")
    reading, inbox_tab = windows["coordinator"], windows.second_tab("coordinator")
    inbox_tab.goto(INBOX)
    expect(unread(inbox_tab)).to_contain_text("3")
    expect(marked(inbox_tab)).to_have_count(3)
    reading.goto(f"{INBOX}?kind=reminders")
    expect(marked(reading)).to_have_count(1)
    main(reading).get_by_role("button", name="Mark as read").click()
    expect(unread(reading)).to_contain_text("2")
    assert reading.url.endswith(f"{INBOX}?kind=reminders")
    expect(unread(inbox_tab)).to_contain_text("2", timeout=AT_ONCE)
    expect(marked(inbox_tab)).to_have_count(2, timeout=AT_ONCE)
    reading.goto(INBOX)
    press(reading, "Mark all shown as read")
    expect(unread(reading)).to_be_hidden()
    expect(unread(inbox_tab)).to_be_hidden(timeout=AT_ONCE)
    expect(marked(inbox_tab)).to_have_count(0, timeout=AT_ONCE)
    assert windows.complaints == []


def test_a_button_that_somebody_is_on_keeps_the_focus(windows: Windows) -> None:
    told(windows.cast["coordinator"])
    reading, inbox_tab = windows["coordinator"], windows.second_tab("coordinator")
    inbox_tab.goto(INBOX)
    button = main(inbox_tab).get_by_role("button", name="Mark as read")
    button.focus()
    reading.goto(f"{INBOX}1/open/")
    expect(marked(inbox_tab)).to_have_count(0, timeout=AT_ONCE)
    expect(button).to_be_focused()


def test_the_inbox_narrows_and_marks_without_scripts(plain_windows: Windows) -> None:
    coordinator = plain_windows.cast["coordinator"]
    told(coordinator)
    told(coordinator, "return.reminder")
    page = plain_windows["coordinator"]
    page.goto(INBOX)
    page.get_by_label("Kind").select_option("Reminders")
    press(page, "Apply filters")
    expect(marked(page)).to_have_count(1)
    press(page, "Mark all shown as read")
    expect(marked(page)).to_have_count(0)
    expect(unread(page)).to_contain_text("1")
    assert inbox.unread_count(coordinator.pk) == 1


def test_what_somebody_does_not_want_said_at_once_is_counted_and_not_said(
    windows: Windows,
) -> None:
    coordinator = windows.cast["coordinator"]
    how = dict.fromkeys(CHOSEN, HowEmail.NONE)
    choose(coordinator.pk, live=["tasks"], email=how, hours=Hours())
    page = windows["coordinator"]
    # Each poll comes as the clock says: nothing here waits for another process's heartbeat.
    page.add_init_script("delete window.WebSocket; Math.random = () => 0;")
    page.clock.install()
    page.goto("/")
    told(coordinator, "return.reminder")
    page.clock.fast_forward("00:30")
    expect(unread(page)).to_contain_text("1")
    expect(page.locator("#live-notice")).to_be_empty()
    told(coordinator)
    page.clock.fast_forward("00:30")
    # The first poll may not have ended yet: the next one is due a while after it has.
    expect(unread(page)).to_contain_text("2", timeout=A_POLL)
    expect(page.locator("#live-notice")).to_contain_text("1 new task.")
