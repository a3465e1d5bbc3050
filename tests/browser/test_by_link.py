"""From the e-mail to a saved answer, without a password: the link, the code, the return."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests import factories
from tests.browser.returning_steps import answer_all_questions
from tests.browser.test_accessibility import faults_at_both_widths
from tests.browser.windows import NewContext, Windows, lands_on, main, press, type_in
from tests.cast import Cast
from tests.integration.by_link import let, link_in, send_what_is_due
from tests.mail import MailServer, mail_server
from tests.servers import site_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from macfa.people.models import User


class Posted(NamedTuple):
    """A site on which everybody needs a second step, and the mail server that it sends by."""

    address: str
    mail: MailServer

    def last_to(self, person: User) -> str:
        """The e-mail that came last."""
        said = self.mail.to(person)[-1].get_payload(decode=True)
        assert isinstance(said, bytes)
        return said.decode()

    def code_for(self, person: User) -> str:
        """The code that came last."""
        return str(re.findall(r"Your code is (\d{6})", self.last_to(person))[0])


@pytest.fixture(scope="module")
def strict(database_url: str) -> Iterator[Posted]:
    with mail_server() as server, server.up():
        environment = {
            "DATABASE_URL": database_url,
            "MFA_REQUIRED": "true",
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        }
        with site_server(environment) as address:
            yield Posted(address, server)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_occasional_respondent_answers_from_the_e_mail(
    cast: Cast, strict: Posted, opens: NewContext, scripts: bool
) -> None:
    cache.clear()
    person = let(cast, "auditor.csc")
    own = factories.drafting(cast, factories.a_return(factories.audit_issued(cast), "CSC"))
    windows = Windows(cast, strict.address, opens, javascript=scripts, bypass_csp=scripts)
    page = windows[""]
    send_what_is_due()
    page.goto(f"{strict.address}{link_in(strict.last_to(person))}")
    lands_on(page, "Go to your returns")
    looked_at(page, scripts)
    press(page, "Send me a code")
    lands_on(page, "Enter the code")
    looked_at(page, scripts)
    type_in(page, "Code", strict.code_for(person))
    press(page, "Continue")
    lands_on(page, str(own))
    looked_at(page, scripts)
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    page.goto(f"{strict.address}{own.get_absolute_url()}domains/D1/")
    answer_all_questions(page)
    press(page, "Save and continue")
    expect(main(page)).to_be_visible()
    assert own.answers.filter(question__key="d1_grade").exists()
    page.goto(f"{strict.address}/")
    looked_at(page, scripts)
    page.goto(f"{strict.address}/accounts/sessions/")
    expect(main(page)).to_contain_text("By an e-mailed link")
    looked_at(page, scripts)
    assert windows.complaints == []
    page.goto(f"{strict.address}/audits/")
    lands_on(page, "Page not found")


def looked_at(page: Page, scripts: bool) -> None:
    """Nothing is wrong with the page, as far as a script can tell."""
    if scripts:
        assert faults_at_both_widths(page) == []
        page.set_viewport_size({"width": 1280, "height": 900})
