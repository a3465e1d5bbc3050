"""E-mails that failed too often: seen by whoever looks after people, and tried again."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from macfa.people.models import User
from notifications import email, posting
from notifications.models import Email
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, browser, text
from tests.mail import told

PAGE, AGAIN = "/people/emails/", "/people/emails/again/"


@pytest.fixture
def parked(cast: Cast) -> Email:
    """An e-mail to an auditor that the mail server refused again and again."""
    return park(cast["auditor.pol"])


def park(person: User) -> Email:
    row = told(person)
    email.gather(row.at.replace(year=2100))
    Email.objects.filter(recipient=person.pk).update(
        state=Email.State.PARKED, tries=8, fault="The mail server refused the message (552)"
    )
    return Email.objects.get(recipient=person.pk)


def test_those_who_look_after_people_see_what_failed_and_never_what_it_says(
    cast: Cast, as_: Browsers, parked: Email
) -> None:
    for who in ("coordinator", "admin"):
        page = text(as_(who), PAGE)
        assert "The mail server refused the message (552)" in page
        assert "8 times" in page
        assert "Auditor Pol" in page
        for secret in (cast["auditor.pol"].email, "new audit task", "NEG-02"):
            assert secret not in page
    assert PAGE in text(as_("admin"), "/account/")


def test_nobody_else_sees_or_sends_it(cast: Cast, as_: Browsers, parked: Email) -> None:
    for who in ("auditor.pol", "lead.csc", "chair"):
        assert as_(who).get(PAGE).status_code == 403
        assert as_(who).post(AGAIN, {"email": parked.pk}).status_code == 403
    outsider = browser(assemble("elsewhere")["admin"])
    assert "Every e-mail was sent" in text(outsider, PAGE)
    assert outsider.post(AGAIN, {"email": parked.pk}).status_code == 404
    outsider.post(AGAIN)
    assert Client().get(PAGE).status_code == 302
    parked.refresh_from_db()
    assert parked.state == Email.State.PARKED


def test_one_is_tried_again_and_arrives(cast: Cast, as_: Browsers, parked: Email) -> None:
    other = park(cast["lead.pol"])
    parked.refresh_from_db()
    page = as_("admin").post(AGAIN, {"email": parked.pk}, follow=True).content.decode()
    assert "1 e-mail is sent again" in page
    mail.outbox = []
    Email.objects.filter(pk=parked.pk).update(urgent=True)
    posting.send()
    assert [message.to for message in mail.outbox] == [[cast["auditor.pol"].email]]
    parked.refresh_from_db()
    other.refresh_from_db()
    assert (parked.state, other.state) == (Email.State.SENT, Email.State.PARKED)
    assert as_("admin").post(AGAIN, {"email": parked.pk}).status_code == 404


def test_all_are_tried_again_at_once(cast: Cast, as_: Browsers, parked: Email) -> None:
    park(cast["lead.pol"])
    page = as_("coordinator").post(AGAIN, follow=True).content.decode()
    assert "2 e-mails are sent again" in page
    assert "Every e-mail was sent" in page
    assert Email.objects.filter(state=Email.State.WAITING, tries=0).count() == 2


@pytest.mark.parametrize("which", ["9" * 30, "99999", "x"])
def test_one_that_there_is_not_is_not_found(as_: Browsers, parked: Email, which: str) -> None:
    assert as_("admin").post(AGAIN, {"email": which}).status_code == 404
    assert Email.objects.parked().count() == 1
