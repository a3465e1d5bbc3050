"""What people do most, with the keys alone: where one is can be seen at every stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from tests.browser.returning_steps import SAY
from tests.browser.windows import is_told, lands_on, main, task
from tests.factories import a_return, audit_issued

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.windows import Windows

#: More stops than a page has.
FAR = 60
#: Whether the control that has the focus looks other than without it: itself, or the box that is
#: drawn for a radio or a tick.
STANDS_OUT = """() => {
    const control = document.activeElement;
    const seen = (element, part) => {
        const style = element && getComputedStyle(element, part);
        return style && [style.boxShadow, style.backgroundColor, style.borderColor, style.outline];
    };
    const look = () => JSON.stringify(
        [seen(control), seen(control.nextElementSibling, "::before")]
    );
    const focused = look();
    control.blur();
    const blurred = look();
    control.focus();
    return focused !== blurred;
}"""


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until this control has the focus, which can be seen wherever it stops."""
    expect(control).to_have_count(1)
    for _ in range(FAR):
        page.keyboard.press("Tab")
        where = page.evaluate("document.activeElement.outerHTML")
        assert page.evaluate(STANDS_OUT), f"the focus cannot be seen on {where}"
        if control.evaluate("control => control === document.activeElement"):
            return
    raise AssertionError(f"the keys do not reach {control}")


def skip_to_the_page(page: Page) -> None:
    """The first stop is a link past the navigation."""
    tab_to(page, page.get_by_role("link", name="Skip to main content"))
    page.keyboard.press("Enter")


def tick_by_key(page: Page, box: str) -> None:
    """Go to a box, or to the first radio of a question, and press the space bar."""
    tab_to(page, main(page).get_by_label(box, exact=True))
    page.keyboard.press("Space")


def test_a_nil_return_is_made_by_keyboard_alone(windows: Windows) -> None:
    return_ = a_return(audit_issued(windows.cast), "CSC")
    page = windows["lead.csc"]
    page.goto("/")
    skip_to_the_page(page)
    tab_to(page, task(page, SAY, "NEG-01 CSC"))
    page.keyboard.press("Enter")
    lands_on(page, "NEG-01 Children’s Social Care")
    tick_by_key(page, "Involved with the child")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tick_by_key(page, "Not known to us")
    for person in AgencyReturn.LookedFor:
        tick_by_key(page, str(person.label))
    tab_to(page, page.get_by_role("button", name="Save this answer"))
    page.keyboard.press("Enter")
    is_told(page, "Nil return made for NEG-01 CSC")
    return_.refresh_from_db()
    assert return_.looked_for == list(AgencyReturn.LookedFor.values)


def test_work_is_claimed_from_the_team_queue_by_keyboard_alone(windows: Windows) -> None:
    return_ = a_return(audit_issued(windows.cast), "CSC")
    returns.say_involved(
        return_=return_,
        involvement=AgencyReturn.Involvement.INVOLVED,
        auditor=None,
        by=windows.cast["lead.csc"],
    )
    page = windows["auditor.csc"]
    page.goto("/tasks/team/")
    skip_to_the_page(page)
    tab_to(page, main(page).get_by_role("button", name="Claim"))
    page.keyboard.press("Enter")
    is_told(page, "You have claimed")
    lands_on(page, "Before you start")
