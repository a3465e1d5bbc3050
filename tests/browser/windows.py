"""Browser windows of the people who take part, and the few things they do in them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from tests.browser import hands
from tests.cast import PASSWORD, Cast

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from macfa.people.models import User

#: An assignment has to show on an open page within this many milliseconds.
AT_ONCE = 2000


class NewContext(Protocol):
    """pytest-playwright's `new_context`."""

    def __call__(
        self, *, java_script_enabled: bool = ..., bypass_csp: bool = ...
    ) -> BrowserContext: ...


@dataclass
class Windows:
    """A window for each person, with a session of its own: `windows["lead.pol"]`.

    It is opened, and its person signed in, when it is first looked at; nobody's is `windows[""]`.
    """

    cast: Cast
    site: str
    new_context: NewContext
    javascript: bool = True
    #: Lets the tests put scripts of theirs into a page.
    bypass_csp: bool = False
    #: Whether people fill in the sign-in form, which takes a while.
    by_form: bool = False
    #: Whether people use the keys alone.
    by_keys: bool = False
    pages: dict[str, Page] = field(default_factory=dict)
    #: What the browsers complained about: scripts that failed, what the policy blocked, faults.
    complaints: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Page:
        if name not in self.pages:
            self.pages[name] = self._open(name)
        return self.pages[name]

    def _open(self, name: str) -> Page:
        context = self.new_context(java_script_enabled=self.javascript, bypass_csp=self.bypass_csp)
        context.on("console", lambda said: self._hear(said.type, said.text))
        context.on("weberror", lambda fault: self.complaints.append(str(fault.error)))
        page = context.new_page()
        if self.by_keys:
            hands.without_mouse.add(page)
        if name and self.by_form:
            sign_in(page, self.cast[name].email)
        elif name:
            sign_in_quickly(context, self.cast[name], self.site)
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def open(self, *names: str) -> None:
        """Open the windows of these people now, side by side."""
        for name in names:
            self[name].goto("/")

    def second_tab(self, name: str) -> Page:
        """Another tab of the same person, on their work."""
        page = self[name].context.new_page()
        page.goto("/")
        return page


def sign_in(page: Page, email: str) -> None:
    """Sign in as a person would."""
    page.goto("/accounts/login/")
    enter_account(page, email)
    expect(h1(page)).to_have_text("My work")


def sign_in_quickly(context: BrowserContext, person: User, site: str) -> None:
    """Give a browser a session of this person's, without the form."""
    browser = Client()
    browser.force_login(person)
    remembered = browser.session
    # As the form does, so that they may go on to change how they sign in.
    remembered["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    remembered["account_authentication_methods_user"] = str(person.pk)
    remembered.save()
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])


def enter_account(page: Page, email: str) -> None:
    """Fill in the sign-in form that is open."""
    hands.write(page.get_by_label("Email address"), email)
    hands.write(page.get_by_role("textbox", name="Password"), PASSWORD)
    press(page, "Sign in")


def press(page: Page, button: str) -> None:
    """Press the one button, or link that looks like one, that says this."""
    hands.press(page.get_by_role("button", name=button, exact=True))


def follow(page: Page, link: str) -> None:
    """Follow the one link in the page's own part that says this."""
    hands.press(main(page).get_by_role("link", name=link, exact=True))


def main(page: Page) -> Locator:
    """The page's own part, without header, navigation and footer."""
    return page.get_by_role("main")


def h1(page: Page) -> Locator:
    """The page's heading."""
    return page.get_by_role("heading", level=1)


def unread(page: Page) -> Locator:
    """The badge in the navigation: how many notifications nobody has opened yet."""
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Notifications")
    return link.locator("[data-unread-count]")


def lands_on(page: Page, heading: str) -> None:
    """The page that comes has this heading, and the site did not fall over."""
    expect(h1(page)).to_have_text(heading)


def is_told(page: Page, words: str) -> None:
    """The page that comes says at its top what was done."""
    expect(main(page).get_by_role("alert")).to_contain_text(words)


def type_in(page: Page, label: str, text: str) -> None:
    """Type into the one box with this label."""
    hands.write(page.get_by_role("textbox", name=label, exact=True), text)


def type_date(page: Page, question: str, day: date) -> None:
    """Type a date into its three boxes."""
    boxes = page.get_by_role("group", name=question)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        hands.write(boxes.get_by_label(part), str(value))


def tick(page: Page, *labels: str) -> None:
    """Tick the boxes that say this."""
    for label in labels:
        hands.tick(page.get_by_role("checkbox", name=label, exact=True))


def choose(page: Page, question: str, answer: str) -> None:
    """Choose the answer to a question with radio buttons."""
    question_asked = page.get_by_role("group", name=question)
    hands.tick(question_asked.get_by_role("radio", name=answer, exact=True))


def choose_beginning(page: Page, question: str, answer: str) -> None:
    """Choose the answer that begins like this."""
    hands.tick(page.get_by_role("group", name=question).get_by_role("radio", name=answer))


def task(page: Page, title: str, reference: str) -> Locator:
    """A task among one's own work."""
    name = re.compile(rf"^{re.escape(title)}\s*, {re.escape(reference)}$")
    return main(page).get_by_role("link", name=name)


def begin_task(page: Page, title: str, reference: str) -> None:
    """Open a task from one's own work."""
    page.goto("/")
    hands.press(task(page, title, reference))
