"""A page whose live connection is gone says so, goes on by itself, and takes it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.windows import unread
from tests.mail import told

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, WebSocketRoute

    from tests.browser.windows import Windows

PAUSED = "Live updates paused"


@dataclass
class Line:
    """The way from a page to the server, which a test can cut: closed, or open and silent."""

    cut: str = ""
    sockets: list[WebSocketRoute] = field(default_factory=list)

    def answer(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        if self.cut == "closed":
            socket.close(code=1001)
        elif not self.cut:
            socket.connect_to_server()

    def break_off(self) -> None:
        self.cut = "closed"
        self.sockets[-1].close(code=1001)


def on_a_line(windows: Windows, cut: str = "") -> tuple[Page, Line]:
    """The coordinator's page, whose clock the test moves, on such a line."""
    page, line = windows["coordinator"], Line(cut)
    page.route_web_socket("**/ws/notifications/", line.answer)
    page.clock.install()
    page.goto("/")
    return page, line


def status(page: Page) -> Locator:
    return page.locator("#live-status")


def test_a_line_that_breaks_is_said_after_a_moment_and_withdrawn_when_it_is_back(
    windows: Windows,
) -> None:
    page, line = on_a_line(windows)
    page.clock.fast_forward("00:10")
    expect(status(page)).to_be_empty()
    line.break_off()
    expect(status(page)).to_be_empty()
    page.clock.fast_forward("00:06")
    expect(status(page)).to_have_text(PAUSED)
    told(windows.cast["coordinator"])
    line.cut = ""
    page.clock.fast_forward("00:40")
    expect(status(page)).to_be_empty()
    expect(unread(page)).to_contain_text("1")


@pytest.mark.parametrize("cut", ["closed", "silent"])
def test_a_line_that_never_worked_is_said_and_the_page_asks_by_itself(
    windows: Windows, cut: str
) -> None:
    page, line = on_a_line(windows, cut)
    page.clock.fast_forward("00:06")
    expect(status(page)).to_have_text(PAUSED)
    told(windows.cast["coordinator"])
    page.clock.fast_forward("00:30")
    expect(unread(page)).to_contain_text("1")
    expect(status(page)).to_have_text(PAUSED)
    line.cut = ""
    for _ in range(4):
        page.clock.fast_forward("00:40")
    expect(status(page)).to_be_empty()
