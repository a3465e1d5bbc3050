"""What scripts say on an open page: what came, what is gone, that one is signed out, and that
what was typed is about to be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from macfa.returns import services as returns
from macfa.returns.services import AnswerInput
from tests.browser.windows import lands_on, main, press
from tests.factories import a_return, audit_issued, drafting

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

    from macfa.returns.models import AgencyReturn
    from tests.browser.windows import Windows
    from tests.cast import Cast

SIGNED_OUT = "You are signed out. Copy what you have typed before you go on."


@pytest.fixture
def draft(cast: Cast) -> AgencyReturn:
    """A draft of children's social care."""
    return drafting(cast, a_return(audit_issued(cast), "CSC"))


@pytest.mark.parametrize(
    ("events", "words", "href"),
    [
        (["task.assigned"], "1 new task", "/"),
        (["task.assigned", "task.waiting"], "2 new tasks", "/"),
        (["task.moved"], "1 task is no longer yours", "/"),
        (["task.moved", "task.withdrawn"], "2 tasks are no longer yours", "/"),
        (
            ["task.assigned", "task.moved"],
            "1 new task and 1 other notification",
            "/notifications/",
        ),
        (["task.moved", "return.reminder"], "2 new notifications", "/notifications/"),
        (["return.reminder"], "1 new notification", "/notifications/"),
    ],
)
def test_a_notice_tells_new_work_from_work_taken_away(
    windows: Windows, events: list[str], words: str, href: str
) -> None:
    page = windows[""]
    page.goto("/accessibility/")
    script = """async (events) => {
        const { noticeFor } = await import("/static/words.js");
        return noticeFor(events.map((event) => ({ event })));
    }"""
    notice = page.evaluate(script, events)
    assert (notice["text"], notice["href"]) == (words, href)


def test_a_page_that_was_signed_out_elsewhere_says_so(windows: Windows) -> None:
    page = windows["coordinator"]
    # The next poll is answered as soon as the socket is gone: nobody waits for a heartbeat.
    page.add_init_script("delete window.WebSocket; Math.random = () => 0;")
    page.clock.install()
    page.goto("/")
    expect(page.get_by_role("status").filter(has_text="signed out")).to_have_count(0)
    page.context.clear_cookies()
    page.clock.fast_forward("00:30")
    expect(page.get_by_role("status").filter(has_text=SIGNED_OUT)).to_be_visible()


def test_a_socket_that_is_closed_because_of_a_sign_out_says_so(windows: Windows) -> None:
    page = windows["coordinator"]
    page.route_web_socket("**/ws/notifications/", lambda socket: socket.close(code=4401))
    page.goto("/")
    expect(page.get_by_role("status").filter(has_text=SIGNED_OUT)).to_be_visible()


# --- leaving a page -----------------------------------------------------------------------------


def asked(page: Page) -> list[str]:
    """What the browser asks from now on, answered with "stay"."""
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return questions


def test_leaving_a_half_typed_page_is_asked_about(windows: Windows, draft: AgencyReturn) -> None:
    page = windows["auditor.csc"]
    page.goto(f"{draft.get_absolute_url()}domains/D1/")
    questions = asked(page)
    box = main(page).locator("textarea:visible").first
    box.press_sequentially("Seen")
    page.get_by_role("link", name="My work").first.click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert questions == ["beforeunload"]
    expect(box).to_have_value("Seen")
    press(page, "Save and go back")
    lands_on(page, str(draft))
    assert questions == ["beforeunload"]


def test_leaving_a_page_on_which_nothing_was_typed_is_not_asked_about(
    windows: Windows, draft: AgencyReturn
) -> None:
    page = windows["auditor.csc"]
    page.goto(f"{draft.get_absolute_url()}domains/D1/")
    questions = asked(page)
    box = main(page).locator("textarea:visible").first
    box.press_sequentially("Seen")
    box.fill("")
    page.get_by_role("link", name="My work").first.click()
    lands_on(page, "My work")
    assert questions == []


# --- links that lead to a question --------------------------------------------------------------


def test_a_grade_that_is_missing_is_one_link_away(windows: Windows, draft: AgencyReturn) -> None:
    page = windows["auditor.csc"]
    page.goto(f"{draft.get_absolute_url()}check/")
    main(page).get_by_role("link", name="D5", exact=False).filter(has_text="grade").first.click()
    first = main(page).locator("#id_d5_grade_0")
    expect(first).to_be_focused()
    expect(first.locator("xpath=ancestor::fieldset/legend")).to_be_in_viewport()


def test_a_change_link_leads_to_the_radio_without_scripts(
    plain_windows: Windows, draft: AgencyReturn
) -> None:
    answers = {"d1_signs": AnswerInput(value="Partly")}
    returns.save_answers(return_=draft, answers=answers, by=plain_windows.cast["auditor.csc"])
    page = plain_windows["auditor.csc"]
    page.goto(f"{draft.get_absolute_url()}check/")
    main(page).locator('a[href$="#id_d1_signs_0"]').click()
    first = main(page).locator("#id_d1_signs_0")
    expect(first).to_be_focused()
    expect(first.locator("xpath=ancestor::fieldset/legend")).to_be_in_viewport()


# --- a narrow window ----------------------------------------------------------------------------


def test_a_long_word_is_broken_on_a_narrow_page(windows: Windows, draft: AgencyReturn) -> None:
    returns.remind(return_=draft, note="https://" + "w" * 280, by=windows.cast["coordinator"])
    page = windows["auditor.csc"]
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(draft.get_absolute_url())
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    for words in main(page).locator(".moj-timeline__description").all():
        assert words.evaluate("words => words.scrollWidth <= words.clientWidth")
