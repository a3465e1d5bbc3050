"""Opening an audit, choosing its theme, drawing its cases and issuing it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import FilePayload, expect

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
from tests.factories import pool_csv
from workflows import clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.windows import Windows

CHOOSE_THEME = "Choose the theme and agree the scope"
COMMENT = "Comment on the candidate themes"
DRAW = "Draw the sample and issue the audit"
COLUMNS = {
    "id": "Row id",
    "status": "Stratum or characteristic",
    "sex": "Stratum or characteristic",
    "name": "Identifying",
    "dob": "Identifying",
}
TITLE = "Neglect of primary-age children"


def the_audit_is_opened(page: Page) -> None:
    """From the list of audits."""
    hands.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Audits"))
    press(page, "Open an audit")
    type_in(page, "Working title", TITLE)
    type_in(page, "Short reference", "neg")
    type_in(page, "Period", "Q1 2026/27")
    press(page, "Open audit")
    is_told(page, f"NEG {TITLE} is open")


def a_theme_is_proposed(page: Page) -> None:
    """With its sources and the evidence for it."""
    begin_task(page, CHOOSE_THEME, "NEG")
    follow(page, "Theme selection")
    press(page, "Add a candidate theme")
    type_in(page, "Theme", "Neglect")
    tick(page, "Partnership priority")
    type_in(page, "Why now?", "Referrals have risen by a third")
    press(page, "Add theme")
    is_told(page, "Neglect")


def the_qppa_are_asked(windows: Windows) -> None:
    """And one of them answers."""
    press(windows["coordinator"], "Ask QPPA members for their views")
    is_told(windows["coordinator"], "2 QPPA members have been asked")
    page = windows["qppa"]
    begin_task(page, COMMENT, "NEG")
    hands.select(page.get_by_role("combobox", name="Neglect"), "1st")
    type_in(page, "Your comment (optional)", "Timely, and it follows from the figures")
    press(page, "Give your view")
    is_told(page, "Your view of the themes has been recorded")


def the_theme_is_chosen(page: Page) -> None:
    """With who decided and why, and without waiting for the second member."""
    begin_task(page, CHOOSE_THEME, "NEG")
    follow(page, "Theme selection")
    expect(main(page)).to_contain_text("Timely, and it follows from the figures")
    press(page, "Record the choice of theme")
    choose(page, "Which theme was chosen?", "Neglect")
    type_in(page, "Why this one?", "It is the most urgent")
    type_in(page, "Who decided?", "QPPA on 18 November 2026")
    type_in(page, "Why does the choice not wait for every view?", "The meeting had a quorum")
    press(page, "Check the choice")
    lands_on(page, "Check the choice of theme")
    press(page, "Record the choice of theme")
    is_told(page, "The choice of theme has been recorded")


def the_scope_is_agreed(page: Page) -> None:
    """Two agencies take part, with the eight-domain tool."""
    lands_on(page, "Agree the scope")
    type_in(page, "What is the audit for?", "Do we act on cumulative harm?")
    type_in(page, "Key lines of enquiry", "Is history used?\nIs the child heard?")
    type_in(page, "Which cases can be drawn?", "Aged 5 to 10, neglect recorded")
    type_date(page, "Look-back period begins", clock.today() - timedelta(days=365))
    type_date(page, "Look-back period ends", clock.today())
    tick(page, "Children’s Social Care", "Police")
    hands.tick(page.get_by_role("group", name="Audit tool and grading scale").get_by_role("radio"))
    press(page, "Save scope")
    is_told(page, "The scope has been saved")


def the_dates_are_set(page: Page) -> None:
    """Proposed in working days from one start date, and taken as they are."""
    begin_task(page, CHOOSE_THEME, "NEG")
    follow(page, "Theme selection")
    follow(page, "Stage dates")
    type_date(page, "When does the audit start?", clock.today())
    press(page, "Propose dates")
    press(page, "Check the dates")
    press(page, "Save the stage dates")
    is_told(page, "The stage dates have been saved")


def sampling_begins(page: Page) -> None:
    """Everything agreed is read once more."""
    begin_task(page, CHOOSE_THEME, "NEG")
    press(page, "Move to case sampling")
    expect(main(page)).to_contain_text("Do we act on cumulative harm?")
    press(page, "Agree the scope and move to case sampling")
    is_told(page, "NEG has moved to case sampling")


def the_pool_is_loaded(page: Page) -> None:
    """From a CSV file, each column said to be what it is."""
    begin_task(page, DRAW, "NEG")
    follow(page, "Case sampling")
    follow(page, "Load the pool of cases")
    pool = FilePayload(name="pool.csv", mimeType="text/csv", buffer=pool_csv())
    page.get_by_label("File with the pool of cases").set_input_files(pool)
    press(page, "Upload file")
    lands_on(page, "Say what each column holds")
    for column, meaning in COLUMNS.items():
        hands.select(page.get_by_label(f"What “{column}” holds"), meaning)
    press(page, "Load pool")
    is_told(page, "The pool is loaded: 12 rows")


def the_sample_is_drawn(page: Page) -> None:
    """One case of early help, one of a protection plan; looked at, then used."""
    follow(page, "Draw the sample")
    hands.write(page.get_by_role("textbox", name="CP"), "1")
    hands.write(page.get_by_role("textbox", name="EH"), "1")
    type_in(page, "Reserves", "2")
    type_in(page, "Seed", "agreed in the meeting")
    press(page, "Draw cases")
    lands_on(page, "Draw 1")
    press(page, "Use this draw")
    lands_on(page, "Use draw 1?")
    press(page, "Use this draw")
    is_told(page, "NEG")


def the_audit_is_issued(page: Page) -> None:
    """Every agency of the audit is sent every case."""
    begin_task(page, DRAW, "NEG")
    press(page, "Issue the audit to the agencies")
    press(page, "Issue the audit")
    is_told(page, "NEG is issued: 4 returns asked for")
