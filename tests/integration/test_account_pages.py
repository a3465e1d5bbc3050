"""One's own account: an address that e-mail does not reach is said, confirmed or changed; and who
else may see that it is refused."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from macfa.people import addresses
from macfa.people.models import Change, User
from macfa.people.roles import Role
from notifications import posting
from notifications.models import Counter, Email, Notification
from tests.cast import PASSWORD, Cast, assemble
from tests.integration.browsing import Browsers, browser, posted, text
from tests.mail import MORNING, told
from workflows import clock, timeline

ACCOUNT, NEW, CODE, PEOPLE = "/account/", "/account/address/", "/account/address/code/", "/people/"
BANNER = "are refused. <a"


@pytest.fixture(autouse=True)
def nobody_has_tried_often(db: None) -> None:
    cache.clear()


def refuse(person: User) -> None:
    """A mail server has refused this person's address for good; of an e-mail that no hour holds."""
    row = told(person)
    row.email = Email.objects.create(
        recipient_id=person.pk,
        urgent=True,
        state=Email.State.REFUSED,
        made_at=MORNING,
        due_at=MORNING,
        tries=3,
    )
    row.save()
    Counter.objects.filter(recipient=person.pk).update(refused_at=MORNING)


def ask_for_code(client: Client, email: str = "new@oakvale.example") -> str:
    """Ask for a code, and read it in the e-mail."""
    mail.outbox = []
    answer = client.post(NEW, {"email": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    [message] = mail.outbox
    assert message.to == [email]
    [code] = re.findall(r"\b\d{6}\b", str(message.body))
    return str(code)


def test_every_page_of_whoever_is_not_reached_says_so_and_nobody_elses(
    cast: Cast, as_: Browsers
) -> None:
    refuse(cast["auditor.pol"])
    for address in ("/", "/notifications/", "/audits/", ACCOUNT):
        page = text(as_("auditor.pol"), address)
        assert "E-mails to a…@oakvale.example are refused. <a" in page
        assert BANNER not in text(as_("auditor2.pol"), address)
        assert BANNER not in text(browser(assemble("elsewhere" + address.strip("/"))["qppa"]), "/")
    assert BANNER not in text(Client(), "/accounts/login/")


def test_the_banner_costs_no_statement(
    cast: Cast, as_: Browsers, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    refuse(cast["auditor.pol"])
    client = as_("auditor.pol")
    client.get(ACCOUNT)
    with django_assert_num_queries(5):  # type: ignore[operator]
        client.get(ACCOUNT)


def test_whoever_says_that_the_address_is_right_is_sent_to_again(cast: Cast, as_: Browsers) -> None:
    refuse(cast["auditor.pol"])
    refuse(cast["lead.pol"])
    client = as_("auditor.pol")
    assert "My address is right, send again" in text(client, ACCOUNT)
    page = client.post("/account/address/right/", follow=True).content.decode()
    assert "We send e-mails to your address again." in page
    assert BANNER not in text(client, ACCOUNT)
    mail.outbox = []
    posting.send()
    assert [message.to for message in mail.outbox] == [[cast["auditor.pol"].email]]
    assert Counter.objects.get(recipient=cast["lead.pol"].pk).refused_at


def test_somebody_changes_their_address_by_a_code_that_reaches_it(
    cast: Cast, as_: Browsers
) -> None:
    refuse(cast["auditor.pol"])
    client = as_("auditor.pol")
    code = ask_for_code(client, "New@Oakvale.example".lower())
    assert User.objects.get(pk=cast["auditor.pol"].pk).email == "auditor.pol@oakvale.example"
    assert "new@oakvale.example" in text(client, CODE)
    page = client.post(CODE, {"code": f" {code} "}, follow=True).content.decode()
    assert "This is your address from now on." in page
    assert User.objects.get(pk=cast["auditor.pol"].pk).email == "new@oakvale.example"
    assert not Counter.objects.get(recipient=cast["auditor.pol"].pk).refused_at
    assert "This code no longer counts" in posted(client, CODE, {"code": code})
    fresh = Client()
    old = {"login": "auditor.pol@oakvale.example", "password": PASSWORD}
    assert fresh.post("/accounts/login/", old).status_code == 200
    new = {"login": "new@oakvale.example", "password": PASSWORD}
    assert fresh.post("/accounts/login/", new).status_code == 302


def test_the_coordinators_are_told_without_a_name_or_an_address(cast: Cast, as_: Browsers) -> None:
    elsewhere = assemble("elsewhere")
    client = as_("auditor.pol")
    client.post(CODE, {"code": ask_for_code(client)})
    [told_of] = Notification.objects.filter(event="account.address_changed")
    assert told_of.recipient_id == cast["coordinator"].pk
    assert "Auditor" not in told_of.text
    assert "@" not in told_of.text
    page = text(as_("coordinator"), told_of.url)
    assert page.count('role="rowheader"') == 1
    assert "Auditor Pol" in page
    assert "Nobody" in text(browser(elsewhere["coordinator"]), told_of.url)


def test_a_wrong_code_is_refused_and_too_many_use_it_up(cast: Cast, as_: Browsers) -> None:
    client = as_("auditor.pol")
    code = ask_for_code(client)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(addresses.MISTAKES):
        assert "This is not the code that we sent" in posted(client, CODE, {"code": wrong})
    assert "It was mistyped too often" in posted(client, CODE, {"code": code})
    assert User.objects.get(pk=cast["auditor.pol"].pk).email == "auditor.pol@oakvale.example"


def test_the_old_address_hears_that_it_is_used_no_more_and_the_ledger_keeps_who_changed_it(
    cast: Cast, as_: Browsers, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = as_("auditor.pol")
    code = ask_for_code(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(CODE, {"code": code})
    last = mail.outbox[-1]
    assert last.to == ["auditor.pol@oakvale.example"]
    assert last.subject == "Your address on the audits site was changed"
    [change] = Change.objects.all()
    said = timeline.lines(timeline.of_record(change))[0].sentence
    assert said == "Auditor Pol changed the e-mail address of their account"


def test_a_code_counts_for_half_an_hour_and_for_one_person(cast: Cast, as_: Browsers) -> None:
    client, colleague = as_("auditor.pol"), as_("auditor.csc")
    code = ask_for_code(client)
    assert "This code no longer counts" in posted(colleague, CODE, {"code": code})
    with clock.playing(clock.now() + timedelta(minutes=31)):
        assert "This code no longer counts" in posted(client, CODE, {"code": code})


def test_without_the_password_no_code_is_sent(as_: Browsers) -> None:
    mail.outbox = []
    page = posted(as_("auditor.pol"), NEW, {"email": "new@oakvale.example", "password": "x"})
    assert "This is not your password" in page
    assert mail.outbox == []


def test_nobody_finds_out_by_it_who_has_an_account(cast: Cast, as_: Browsers) -> None:
    mail.outbox = []
    client = as_("auditor.pol")
    taken = {"email": "LEAD.POL@oakvale.example", "password": PASSWORD}
    assert client.post(NEW, taken).headers["Location"] == CODE
    assert mail.outbox == []
    assert "If lead.pol@oakvale.example can be used" in text(client, CODE)


@pytest.mark.parametrize("at_the_same_moment", [False, True])
def test_an_address_that_was_taken_meanwhile_stays_with_whoever_took_it(
    cast: Cast, as_: Browsers, monkeypatch: pytest.MonkeyPatch, at_the_same_moment: bool
) -> None:
    client, other = as_("auditor.pol"), as_("auditor.csc")
    first, second = ask_for_code(client), ask_for_code(other)
    client.post(CODE, {"code": first})
    if at_the_same_moment:
        monkeypatch.setattr(addresses, "_is_taken", lambda _email: False)
    assert "This address cannot be used" in posted(other, CODE, {"code": second})
    assert User.objects.get(email="new@oakvale.example").pk == cast["auditor.pol"].pk


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("nonsense", "Enter an email address, like name@example.gov.uk"),
        ("auditor.pol@oakvale.example", "This is your address already."),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(
    as_: Browsers, email: str, said: str
) -> None:
    assert said in posted(as_("auditor.pol"), NEW, {"email": email, "password": PASSWORD})


def test_while_the_mail_server_is_away_the_page_says_so(
    as_: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_options: object) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mail, "send_mail", away)
    page = posted(as_("auditor.pol"), NEW, {"email": "a@b.example", "password": PASSWORD})
    assert "We could not send to this address." in page


def test_the_list_of_people_says_whose_address_is_refused_and_shows_none_in_full(
    cast: Cast, as_: Browsers
) -> None:
    assemble("elsewhere")
    refuse(cast["auditor.pol"])
    for who in ("coordinator", "admin"):
        page = text(as_(who), PEOPLE)
        assert len(re.findall(r"Refused</strong>\s+since 24 November 2026", page)) == 1
        assert "Auditor, Police" in page
        assert f"{cast['auditor.pol'].email}" not in page
        assert "Elsewhere" not in page
        only = text(as_(who), f"{PEOPLE}?show=refused")
        assert only.count('role="rowheader"') == 1
    assert "since 24 November 2026" in text(as_("lead.pol"), PEOPLE)
    assert "Auditor, Police" not in text(as_("lead.csc"), PEOPLE)
    for who in ("auditor.pol", "chair"):
        assert as_(who).get(PEOPLE).status_code == 403
        assert PEOPLE not in text(as_(who), ACCOUNT)
    outsider = browser(assemble("third")["coordinator"])
    assert "E-mails arrive" in text(outsider, f"{PEOPLE}?show=refused")


def test_the_list_costs_the_same_for_few_people_and_for_many(cast: Cast, as_: Browsers) -> None:
    client = as_("coordinator")
    costs = []
    for number in range(2):
        for each in range(25 * number):
            cast.add(f"auditor.{each}", Role.AUDITOR, "CSC")
        refuse(cast[f"auditor{number + 1 if number else ''}.pol"])
        with CaptureQueriesContext(connection) as statements:
            text(client, PEOPLE)
        costs.append(len(statements))
    assert costs[0] == costs[1]
