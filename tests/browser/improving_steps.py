"""Findings, the report, the action that follows, and the end of the audit."""

from __future__ import annotations

from datetime import timedelta
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
    type_date,
    type_in,
)
from workflows import clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

AGREE = "Agree the findings and get the report signed off"
FOLLOW = "Follow the actions until practice has changed"
CARRY_OUT = "Carry out the action"
DECIDE = "Decide whether the action is complete"
FINDING = "Chronologies were not shared"
ACTION = "One shared chronology for every open case"


def a_finding_is_recorded(page: Page) -> None:
    """Learning, with the case, the domain and the agency it rests on."""
    open_findings(page)
    press(page, "Add a finding")
    choose(page, "What kind of finding is it?", "Learning")
    type_in(page, "The finding in one sentence", FINDING)
    type_in(page, "What the panel saw (optional)", "Each episode was read alone")
    tick(page, "NEG-01", "Police")
    press(page, "Add the finding")
    is_told(page, "Finding F1 is recorded")


def open_findings(page: Page) -> None:
    """From the coordinator's task to the findings."""
    begin_task(page, AGREE, "NEG")
    follow(page, "Findings")
    lands_on(page, "Findings")


def the_report_is_written(page: Page) -> None:
    """And put to the QPPA."""
    open_findings(page)
    press(page, "Start the report")
    type_in(page, "Summary", "Practice was good; history was not shared")
    type_in(page, "How the audit was done", "Drawn at random; a panel moderated")
    type_in(page, "Limits", "Two cases and one agency that did not answer")
    press(page, "Save the report")
    is_told(page, "The report is saved")
    press(page, "Put the report to the QPPA")
    press(page, "Put the report to the QPPA")
    is_told(page, "The report is with the QPPA for sign-off")


def the_qppa_sign_off(page: Page) -> None:
    """Somebody who did not write it claims it, reads it and signs it off."""
    page.goto("/tasks/team/")
    hands.press(main(page).get_by_role("button", name="Claim"))
    expect(main(page)).to_contain_text(FINDING)
    press(page, "Sign off the report")
    lands_on(page, "Sign off the report")
    press(page, "Sign off the report")
    is_told(page, "You have signed off")


def an_action_is_opened(page: Page) -> None:
    """For the finding, with an owner, a due date and a measure."""
    open_findings(page)
    follow(page, "Actions of this audit")
    press(page, "Open an action")
    type_in(page, "What will be done?", ACTION)
    hands.tick(main(page).get_by_role("checkbox", name=FINDING))
    hands.select(main(page).get_by_label("Who owns it?"), "Owner Csc")
    type_date(page, "Due date", clock.today() + timedelta(days=60))
    type_in(page, "How will you know that it worked?", "18 of 20 sampled records are current")
    press(page, "Open the action")
    is_told(page, "NEG-A1 is open")


def the_audit_is_published(page: Page) -> None:
    """It moves to action tracking."""
    begin_task(page, AGREE, "NEG")
    press(page, "Move to action tracking")
    press(page, "Move to action tracking")
    is_told(page, "NEG has moved to action tracking")


def the_owner_reports(page: Page) -> None:
    """An update, and then that it is done, with what shows it."""
    begin_task(page, CARRY_OUT, "NEG-A1")
    press(page, "Give an update")
    type_in(page, "How is it going?", "Half of the cases have one")
    choose(page, "Is it on track to be completed?", "Yes, it is on track")
    press(page, "Save the update")
    press(page, "Claim completion")
    type_in(page, "What was done?", "Every open case has a chronology")
    type_in(page, "What changed for children?", "Three plans changed because of it")
    type_in(page, "What shows it?", "Dip sample of 20: 19 are current")
    press(page, "Claim completion")
    is_told(page, "NEG-A1")
    expect(main(page)).to_contain_text("Completion claimed")


def the_completion_is_accepted(page: Page) -> None:
    """By the coordinator, who sees the evidence."""
    begin_task(page, DECIDE, "NEG-A1")
    expect(main(page)).to_contain_text("Dip sample of 20: 19 are current")
    press(page, "Accept as completed")
    press(page, "Accept as completed")
    is_told(page, "complete")


def the_audit_is_closed(page: Page) -> None:
    """When no action runs any more."""
    begin_task(page, FOLLOW, "NEG")
    press(page, "Close the audit")
    lands_on(page, "Close the audit")
    press(page, "Close the audit")
    is_told(page, "closed")
    expect(main(page)).to_contain_text("This audit is closed: no action of it runs any more.")
