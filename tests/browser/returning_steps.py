"""What the agencies do with their returns, and how they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser import hands
from tests.browser.windows import (
    begin_task,
    choose,
    choose_beginning,
    is_told,
    lands_on,
    main,
    press,
    tick,
    type_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SAY = "Say whether you were involved"
ANSWER = "Answer the coordinator’s query"
AUDIT = "Audit your agency’s work"
COLLECT = "Collect the agency returns and convene the panel"
SIGN_OFF = "Sign off the return"
INVOLVED = "Was your agency involved with this child?"
LEAVE = "Leave it in our team’s queue"
PARTS = 9


def the_agency_was_involved(page: Page, reference: str, auditor: str) -> None:
    """The lead says so, and who audits, on one page with one button."""
    begin_task(page, SAY, reference)
    choose(page, INVOLVED, "Involved with the child")
    choose(page, "Involved with the child: who will audit your agency’s work?", auditor)
    press(page, "Save this answer")
    is_told(page, f"The audit of {reference} is")


def the_agency_knew_the_family(page: Page, reference: str) -> None:
    """A sibling or adult only; the audit is left in the team's queue."""
    begin_task(page, SAY, reference)
    choose(page, INVOLVED, "Known through a sibling or adult only")
    choose(page, "Known through a sibling or adult only: who will audit your agency’s work?", LEAVE)
    press(page, "Save this answer")
    is_told(page, f"The audit of {reference} is in your team’s queue")


def the_audit_is_claimed(page: Page, reference: str) -> None:
    """An auditor takes it from the team's queue, and is on its page."""
    hands.press(team_row(page, reference).get_by_role("button", name="Claim"))
    is_told(page, "You have claimed")


def the_audit_is_given(page: Page, reference: str, auditor: str) -> None:
    """The lead gives what waits in the team's queue to an auditor."""
    hands.press(team_row(page, reference).get_by_role("link", name="Give the task"))
    choose_beginning(page, "Who should do it?", auditor)
    press(page, "Give task")
    is_told(page, f"is now with {auditor}")


def team_row(page: Page, reference: str) -> Locator:
    """The row of a return in the team's queue."""
    page.goto("/tasks/team/")
    return main(page).get_by_role("row").filter(has=page.get_by_role("cell", name=reference))


def the_agency_has_nothing_to_audit(page: Page, reference: str) -> None:
    """A nil return: who was looked for stands beside it, by whom and when is filled in."""
    begin_task(page, SAY, reference)
    choose(page, INVOLVED, "Nothing to audit (nil return)")
    choose(page, "Why is there nothing to audit?", "Not known to us")
    tick(page, "The child", "Brothers and sisters", "Adults with parental responsibility")
    press(page, "Save this answer")
    is_told(page, f"Nil return made for {reference}")


def the_audit_is_begun(page: Page, reference: str) -> None:
    """An auditor opens what was given to them."""
    begin_task(page, AUDIT, reference)
    the_auditor_declares_independence(page)


def the_auditor_declares_independence(page: Page) -> None:
    """On the page of the return, before anything can be written."""
    lands_on(page, "Before you start")
    choose(page, "Are you independent of this case?", "Yes, I am independent")
    press(page, "Save this declaration")
    expect(main(page)).to_contain_text("Parts completed")


def the_auditor_answers_everything(page: Page) -> None:
    """Domain by domain, to the page that shows the whole."""
    hands.press(main(page).get_by_role("listitem").get_by_role("link").first)
    for number in range(1, PARTS + 1):
        expect(main(page)).to_contain_text(f"Part {number} of {PARTS}")
        answer_all_questions(page)
        press(page, "Save and continue")
    lands_on(page, "Check your audit")


def answer_all_questions(page: Page) -> None:
    """Good wherever a grade is asked for, and words wherever there is room for them."""
    for grade in main(page).get_by_role("radio", name="Good", exact=True).all():
        hands.tick(grade)
    for box in main(page).locator("textarea:visible").all():
        hands.write(box, "What the file shows, and what it meant for the child.")


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


def the_coordinator_sends_it_back(page: Page, reference: str) -> None:
    """With a query, from the grid of the returns."""
    open_return(page, "Submitted", reference)
    press(page, "Send back with a query")
    type_in(page, "What do you want to know?", "Which records show that the child was heard?")
    press(page, "Send back with this query")
    is_told(page, "has been sent back with your query")


def open_return(page: Page, state: str, name: str) -> None:
    """Open a return from the grid of cases and agencies."""
    begin_task(page, COLLECT, "NEG")
    press(page, "See who owes what")
    hands.press(main(page).get_by_role("link", name=f"{state}: {name}", exact=True))


def the_query_is_answered(page: Page, reference: str) -> None:
    """The auditor answers it and submits again."""
    begin_task(page, ANSWER, reference)
    expect(main(page)).to_contain_text("Which records show that the child was heard?")
    hands.press(main(page).get_by_role("link", name="Answer the coordinator’s query"))
    type_in(page, "Your answer", "The record of the visit on 3 March")
    press(page, "Submit audit")
    is_told(page, reference)


def it_is_recorded_as_not_returned(page: Page, name: str) -> None:
    """The coordinator goes on without it, with a reason."""
    open_return(page, "Being audited", name)
    press(page, "Record as not returned")
    type_in(page, "Why does the audit go on without it?", "No answer after three reminders")
    press(page, "Record as not returned")
    is_told(page, "is recorded as not returned")
