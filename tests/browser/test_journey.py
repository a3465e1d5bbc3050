"""One audit from opening to closing, with three windows open beside one another.

The coordinator, the police auditor and the panel's chair keep theirs all the time; whoever else
takes part has one of their own. The auditor also leaves a tab open on their work, which has to
say by itself that a task came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from tests.browser import journey
from tests.browser.windows import AT_ONCE, main, unread

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.windows import Windows


@dataclass
class OpenPage:
    """A page that was opened once and is left alone."""

    page: Page

    def __post_init__(self) -> None:
        with self.page.expect_websocket():
            self.page.goto("/")
        self.page.evaluate("window.openedOnce = true")

    def is_told(self, tasks: int) -> None:
        """It says at once that tasks came, and counts them, without having been loaded again."""
        words = "1 new task" if tasks == 1 else f"{tasks} new tasks"
        notice = self.page.get_by_role("status").filter(has_text=words)
        expect(notice.get_by_role("link", name="Show")).to_be_visible(timeout=AT_ONCE)
        expect(unread(self.page)).to_have_text(f"{tasks} unread", timeout=AT_ONCE)
        assert self.page.evaluate("window.openedOnce")
        expect(main(self.page)).to_contain_text("Nothing was waiting for you when this page")


@pytest.mark.slow
def test_an_audit_is_played_from_opening_to_closing_and_the_auditor_is_told_live(
    windows: Windows,
) -> None:
    windows.by_form = True
    windows.open("coordinator", "auditor.pol", "chair")
    left_open = OpenPage(windows.second_tab("auditor.pol"))

    journey.play(windows, told=left_open.is_told)

    audit = Audit.objects.get()
    assert audit.stage == Stage.CLOSED
    assert audit.returns.count() == 4
    assert windows.complaints == []
