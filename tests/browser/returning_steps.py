"""What the agencies do with their returns, and how they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.windows import (
    AT_ONCE,
    begin_task,
    choose,
    is_told,
    lands_on,
    main,
    press,
    tick,
    type_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAY = "Say whether you were involved"
AUDIT = "Audit your agency’s work"
SIGN_OFF = "Sign off the return"
INVOLVED = "Was your agency involved with this child?"
PARTS = 9


def the_agency_was_involved(page: Page, reference: str, auditor: str) -> None:
    """The lead says so, and who audits, on one page with one button."""
    begin_task(page, SAY, reference)
    choose(page, INVOLVED, "Involved with the child")
    choose(page, "Who will audit your agency’s work?", auditor)
    press(page, "Save this answer")
    is_told(page, reference)


def the_agency_has_nothing_to_audit(page: Page, reference: str) -> None:
    """A nil return: who was looked for stands beside it, by whom and when is filled in."""
    begin_task(page, SAY, reference)
    choose(page, INVOLVED, "Nothing to audit (nil return)")
    choose(page, "Why is there nothing to audit?", "Not known to us")
    tick(page, "The child", "Brothers and sisters", "Adults with parental responsibility")
    press(page, "Save this answer")
    is_told(page, f"Nil return made for {reference}")


def the_auditor_declares_independence(page: Page, reference: str) -> None:
    """Before anything can be written."""
    begin_task(page, AUDIT, reference)
    lands_on(page, "Before you start")
    choose(page, "Are you independent of this case?", "Yes, I am independent")
    press(page, "Continue")
    expect(main(page)).to_contain_text("Parts completed")


def the_auditor_answers_everything(page: Page) -> None:
    """Domain by domain, to the page that shows the whole."""
    main(page).get_by_role("listitem").get_by_role("link").first.click()
    for number in range(1, PARTS + 1):
        expect(main(page)).to_contain_text(f"Part {number} of {PARTS}")
        answer_all_questions(page)
        press(page, "Save and continue")
    lands_on(page, "Check your audit")


def answer_all_questions(page: Page) -> None:
    """Good wherever a grade is asked for, and words wherever there is room for them."""
    for grade in main(page).get_by_role("radio", name="Good", exact=True).all():
        grade.check()
    for box in main(page).locator("textarea:visible").all():
        box.fill("What the file shows, and what it meant for the child.")


def the_auditor_submits(page: Page, reference: str) -> None:
    """From the page that shows the whole."""
    press(page, "Submit audit")
    is_told(page, reference)


def the_lead_signs_off(page: Page, reference: str) -> None:
    """After reading the whole; it is submitted with that."""
    begin_task(page, SIGN_OFF, reference)
    expect(main(page)).to_contain_text("What the file shows")
    press(page, "Sign off and submit")
    is_told(page, f"{reference} is signed off and submitted")
