"""The same audit in browsers that run no scripts: every page works, and the next one is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from tests.browser import journey
from tests.browser.windows import unread

if TYPE_CHECKING:
    from tests.browser.windows import Windows


@pytest.mark.slow
def test_an_audit_is_played_from_opening_to_closing_without_scripts(
    plain_windows: Windows,
) -> None:
    plain_windows.by_form = True
    auditor = plain_windows.second_tab("auditor.pol")

    def told(tasks: int) -> None:
        auditor.goto("/audits/")
        expect(unread(auditor)).to_have_text(f"{tasks} unread")

    journey.play(plain_windows, told)

    audit = Audit.objects.get()
    assert audit.stage == Stage.CLOSED
