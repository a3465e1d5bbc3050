"""Every page: nothing that axe-core finds, at full width and at 320 pixels, where nothing may run
off the page; one h1, and a title that no other page has.

Automatic checks find a part of what can be wrong. The rest is `test_keyboard` and people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import expect

from tests.browser import sights
from tests.browser.sights import Sight
from tests.browser.windows import h1, lands_on, main, press
from tests.cast import Cast, assemble

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from tests.browser.windows import Windows

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
#: What is wrong on the page, each with where.
FAULTS = """() => axe.run(document, {resultTypes: ["violations"]}).then(
    ({violations}) => violations.map(
        ({id, nodes}) => `${id}: ${nodes.map(({target}) => target.join(" ")).join(", ")}`
    )
)"""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}

Stage = Callable[[Cast], Iterator[Sight]]


@pytest.fixture
def looking(windows: Windows) -> Windows:
    """Windows into which axe may be put."""
    windows.bypass_csp = True
    return windows


def faults(page: Page, size: ViewportSize) -> list[str]:
    """What is wrong with the page that is open, at this size."""
    page.set_viewport_size(size)
    found: list[str] = page.evaluate(FAULTS)
    if page.evaluate(TOO_WIDE):
        found.append("it is wider than the window")
    return [f"{size['width']} px: {each}" for each in found]


def faults_at_both_widths(page: Page) -> list[str]:
    """What is wrong with the page that is open."""
    page.add_script_tag(path=AXE)
    found = [*faults(page, WIDE), *faults(page, NARROW)]
    if (count := h1(page).count()) != 1:
        found.append(f"it has {count} h1")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("stage", sights.STAGES, ids=lambda stage: stage.__name__)
def test_a_page_has_no_faults_one_heading_and_a_title_of_its_own(
    stage: Stage, looking: Windows
) -> None:
    titles: dict[str, str] = {}
    wrong = {}
    for who, address in stage(looking.cast):
        page = looking[who]
        answer = page.goto(address)
        assert answer is not None
        found = faults_at_both_widths(page)
        if not answer.ok:
            found.append(f"the site answered {answer.status}")
        other = titles.setdefault(page.title(), address)
        if other != address and name_of(address) not in sights.SECOND_ADDRESSES:
            found.append(f"“{page.title()}” is also the title of {other}")
        if found:
            wrong[f"{who} {address}"] = found
    assert not wrong


def test_a_fault_would_be_found(looking: Windows) -> None:
    page = looking["coordinator"]
    page.goto("/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelector('h1').style.width = '2000px'")
    found = faults_at_both_widths(page)
    assert "1280 px: html-has-lang: html" in found
    assert "320 px: it is wider than the window" in found


def test_a_page_with_errors_has_no_faults(looking: Windows) -> None:
    page = looking["coordinator"]
    page.goto("/audits/new/")
    press(page, "Open audit")
    expect(main(page).get_by_role("alert")).to_contain_text("There is a problem")
    assert page.title().startswith("Error: ")
    assert faults_at_both_widths(page) == []


@pytest.mark.parametrize(
    ("who", "address", "heading"),
    [
        ("coordinator", "/nowhere/", "Page not found"),
        ("lead.pol", "/audits/new/", "You cannot do this"),
    ],
)
def test_a_refusal_has_no_faults(looking: Windows, who: str, address: str, heading: str) -> None:
    page = looking[who]
    page.goto(address)
    lands_on(page, heading)
    assert faults_at_both_widths(page) == []


def test_every_page_of_the_site_is_looked_at(db: None) -> None:
    looked_at = set()
    for number, stage in enumerate(sights.STAGES):
        cast = assemble(f"place{number}")
        looked_at |= {name_of(address) for _, address in stage(cast)}
    assert own_pages(get_resolver()) - sights.NOT_PAGES - looked_at == set()


def name_of(address: str) -> str | None:
    """The name of the page at an address."""
    return resolve(address.partition("?")[0]).url_name


def own_pages(resolver: URLResolver) -> set[str]:
    """The names of the site's own addresses; sign-in is allauth's."""
    found = set()
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            found.add(str(each.name))
        elif not str(each.pattern).startswith("accounts/"):
            found |= own_pages(each)
    return found
