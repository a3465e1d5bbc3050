"""An immediate concern in the browser: raised, told again, and confirmed by two people."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from macfa.concerns.models import Concern
from macfa.concerns.sweeps import realert
from tests import factories
from tests.browser import hands
from tests.browser.windows import h1, lands_on, main, press
from workflows import clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.windows import Windows
    from tests.cast import Cast

#: The titles of the work, at the beginning of its links.
ACKNOWLEDGE = re.compile("^Immediate concern: acknowledge")
CONFIRM = re.compile("^Immediate concern: confirm what was done")
CALL = "Call the front door or 999 now"


def fill(page: Page) -> None:
    for label, text in {
        "What was seen?": "A bruise nobody asked about.",
        "What has been done?": "Rang the front door.",
        "When?": "Today at 10am",
        "Not yet referred because": "They ring back within the hour.",
        "Who has been told?": "The duty manager",
    }.items():
        hands.write(page.get_by_label(label), text)


def confirm(page: Page, outcome: str) -> None:
    lands_on(page, "Immediate concern")
    press(page, "Confirm what was done")
    hands.write(page.get_by_label("What came of it?"), outcome)
    press(page, "Confirm what was done")


@pytest.mark.slow
def test_a_concern_from_raising_to_two_confirmations(cast: Cast, any_windows: Windows) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    auditor, coordinator, lead = (
        any_windows[name] for name in ("auditor.pol", "coordinator", "lead.pol")
    )

    auditor.goto(return_.get_absolute_url())
    hands.press(auditor.get_by_role("link", name="Raise an immediate concern"))
    expect(main(auditor)).to_contain_text(CALL)
    expect(auditor.get_by_label("Case reference")).to_have_value(return_.case.label)
    press(auditor, "Raise the concern")
    expect(auditor.get_by_role("alert")).to_contain_text("problem")
    fill(auditor)
    press(auditor, "Raise the concern")
    expect(h1(auditor)).to_have_text("Immediate concern")

    concern = Concern.objects.get()
    with clock.playing(concern.raised_at + timedelta(hours=2)):
        assert realert() == 1
    coordinator.goto("/notifications/")
    told = main(coordinator).get_by_role("link", name="An immediate concern needs you")
    expect(told).to_have_count(2)

    coordinator.goto("/")
    hands.press(coordinator.get_by_role("link", name=ACKNOWLEDGE))
    press(coordinator, "Acknowledge the concern")
    expect(main(coordinator)).to_contain_text("You have acknowledged the concern.")
    confirm(coordinator, "A social worker saw the child today.")
    expect(main(coordinator)).to_contain_text("Confirmed by one person")
    button = coordinator.get_by_role("button", name="Confirm what was done")
    expect(button).to_have_count(0)

    lead.goto("/")
    hands.press(lead.get_by_role("link", name=CONFIRM))
    confirm(lead, "The plan is on our record.")
    expect(main(lead)).to_contain_text("Action confirmed")
    expect(main(lead)).not_to_contain_text(CALL)
    assert any_windows.complaints == []
