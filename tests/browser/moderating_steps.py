"""The panel is convened, reads the cases and grades them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser import hands
from tests.browser.windows import (
    begin_task,
    choose,
    follow,
    is_told,
    lands_on,
    main,
    press,
    tick,
    type_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

COLLECT = "Collect the agency returns and convene the panel"
READ = "Read the cases before the panel"
MODERATE = "Moderate the case"
SEE_MODERATED = "See every case moderated"


def the_panel_is_convened(page: Page) -> None:
    """With a chair and two members, checked once more before it is done."""
    begin_task(page, COLLECT, "NEG")
    press(page, "Convene the panel")
    choose(page, "Who chairs the panel?", "Chair")
    tick(page, "Panel Csc", "Panel Pol")
    press(page, "Check the panel")
    lands_on(page, "Check the panel before you convene it")
    press(page, "Convene the panel")
    is_told(page, "The panel is convened")


def the_cases_are_released(page: Page) -> None:
    """The panel can read every return from now on."""
    begin_task(page, SEE_MODERATED, "NEG")
    press(page, "Release the cases")
    press(page, "Release the cases to the panel")
    press(page, "Release the cases to the panel")
    is_told(page, "2 cases are released to the panel")


def the_member_prepares(page: Page) -> None:
    """Reads a case with all returns side by side, and has no conflict of interest."""
    begin_task(page, READ, "NEG")
    follow(page, "NEG-01")
    expect(main(page)).to_contain_text("Agencies’ own grades")
    begin_task(page, READ, "NEG")
    press(page, "I have read the cases")
    is_told(page, "You have read the cases")


def the_panel_sits(page: Page) -> None:
    """The coordinator records who was present, which is a quorum."""
    begin_task(page, SEE_MODERATED, "NEG")
    follow(page, "Moderation")
    follow(page, "The panel and its sittings")
    press(page, "Record a sitting")
    tick(page, "Chair", "Panel Csc", "Panel Pol")
    press(page, "Record the sitting")
    is_told(page, "The sitting of the panel is recorded")


def the_panel_moderates(page: Page, reference: str, agency: str) -> None:
    """A panel grade for the agency, a grade for each domain, and the case grade."""
    begin_task(page, MODERATE, reference)
    press(page, f"Grade {agency}")
    choose(page, "Grade", "Requires improvement")
    type_in(page, "Reason", "The evidence does not carry the agency’s own grade")
    press(page, "Record the panel grade")
    is_told(page, f"Panel grade for {agency}: Requires improvement")
    press(page, "Grade all domains")
    lands_on(page, "Grade all domains")
    for grade in main(page).get_by_role("radio", name="Good", exact=True).all():
        hands.tick(grade)
    for reason in main(page).locator("textarea:visible").all():
        hands.write(reason, "What the returns say together")
    press(page, "Record the domain grades")
    is_told(page, "8 domain grades recorded")
    hands.press(main(page).get_by_role("button", name="Record the case grade").first)
    choose(page, "Grade", "Good")
    type_in(page, "Reason", "The child was safer at the end")
    press(page, "Record the case grade")
    is_told(page, f"Case grade of {reference}: Good")


def moderation_is_concluded(page: Page) -> None:
    """The coordinator sees every case graded."""
    begin_task(page, SEE_MODERATED, "NEG")
    follow(page, "Moderation")
    expect(main(page)).to_contain_text("2 of 2 cases moderated")
    press(page, "Conclude moderation")
    lands_on(page, "Conclude moderation")
    press(page, "Conclude moderation")
    is_told(page, "NEG has moved to findings")
