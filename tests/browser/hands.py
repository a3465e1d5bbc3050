"""How people press, tick and type: with a mouse or, in windows opened for that, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

#: The pages on which nobody touches a mouse.
without_mouse: WeakSet[Page] = WeakSet()
#: More stops than any page has; past its last one the keys begin again at its first.
FAR = 400
#: Whether a control has the focus, and shows it.
HAS_FOCUS = "control => control === document.activeElement && control.matches(':focus-visible')"
#: Whether the focus is on a radio of the same question. The keys reach one of them only.
IN_GROUP = "control => document.activeElement.name === control.name"


def press(control: Locator) -> None:
    """Press a button or follow a link."""
    if control.page not in without_mouse:
        control.click()
        return
    _tab_to(control)
    control.page.keyboard.press("Enter")


def tick(control: Locator) -> None:
    """Tick a box, or choose a radio button."""
    if control.page not in without_mouse:
        control.check()
    elif control.get_attribute("type") == "radio":
        _choose(control)
    elif not control.is_checked():
        _tab_to(control)
        control.page.keyboard.press("Space")
    expect(control).to_be_checked()


def write(control: Locator, text: str) -> None:
    """Type into a box in place of what it holds."""
    if control.page not in without_mouse:
        control.fill(text)
        return
    _tab_to(control)
    control.page.keyboard.press("ControlOrMeta+A")
    control.page.keyboard.insert_text(text)
    expect(control).to_have_value(text)


def select(control: Locator, label: str) -> None:
    """Choose from a list by what it says."""
    if control.page not in without_mouse:
        control.select_option(label)
        return
    _tab_to(control)
    control.page.keyboard.type(label)
    expect(control.locator("option:checked")).to_have_text(label)


def _tab_to(control: Locator, there: str = HAS_FOCUS) -> None:
    expect(control).to_have_count(1)
    for _stop in range(FAR):
        if control.evaluate(there):
            return
        control.page.keyboard.press("Tab")
    raise AssertionError(f"the keys do not reach {control}")


def _choose(radio: Locator) -> None:
    """Go to the question, then from answer to answer."""
    _tab_to(radio, IN_GROUP)
    for _answer in range(FAR):
        if radio.evaluate(HAS_FOCUS):
            break
        radio.page.keyboard.press("ArrowDown")
    radio.page.keyboard.press("Space")
