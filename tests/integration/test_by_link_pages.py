"""Signing in by an e-mailed link: once, in one browser, to one's own returns and no further."""

from __future__ import annotations

import logging
import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import resolve
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from macfa.access.checks import addresses
from macfa.access.matrix import ROWS
from macfa.people import services, sessions
from macfa.people.links import forget_old
from macfa.people.models import Change, SignInLink, User
from macfa.people.roles import Role
from macfa.people.standing import history
from macfa.returns.models import AgencyReturn
from tests import factories
from tests.cast import PASSWORD, Cast, assemble
from tests.integration import by_link
from tests.integration.browsing import browser, posted, text
from tests.integration.by_link import ASK, CODE, USE, asked_for_code, came_by_link, link_to, opened
from tests.integration.returns import post
from tests.integration.signing_in import SIGN_IN, is_in, signed_in
from workflows import clock

pytestmark = pytest.mark.django_db
GONE = "That link no longer works"


@pytest.fixture(autouse=True)
def nobody_has_tried_often(db: None) -> None:
    cache.clear()


@pytest.fixture
def jess(cast: Cast) -> User:
    """An auditor without a password."""
    return by_link.let(cast, "auditor.csc")


@pytest.fixture
def own(cast: Cast, jess: User) -> AgencyReturn:
    """A return that she has to write."""
    return factories.drafting(cast, factories.a_return(factories.audit_issued(cast), "CSC"))


# --- the journey ---------------------------------------------------------------------------------


def test_the_e_mail_of_a_task_leads_to_the_return(
    jess: User, own: AgencyReturn, settings: Settings
) -> None:
    settings.MFA_REQUIRED = True
    body = by_link.told_by_email(jess)
    assert "It works once, until" in body
    assert own.reference not in body
    client, code = asked_for_code(jess, by_link.link_in(body))
    answer = client.post(CODE, {"code": f" {code} "})
    assert answer["Location"] == own.get_absolute_url()
    url = f"{own.get_absolute_url()}domains/D1/"
    assert client.get(url).status_code == 200
    saved = post(client, url, d1_evidence="Seen in the file", d1_grade="grade:G")
    assert saved.status_code == 302
    assert [str(each.value) for each in own.answers.filter(question__key="d1_evidence")] == [
        "Seen in the file"
    ]


def test_the_e_mails_of_others_carry_no_link(cast: Cast, own: AgencyReturn) -> None:
    body = by_link.told_by_email(cast["lead.pol"])
    assert "/accounts/link/" not in body
    assert "Sign in to see what it is" in body
    assert not SignInLink.objects.filter(person=cast["lead.pol"]).exists()


def test_a_mail_scanner_that_opens_the_link_uses_nothing_up(jess: User) -> None:
    link = link_to(jess)
    for _ in range(3):
        scanner = Client()
        page = scanner.get(link, follow=True)
        assert "Send me a code" in page.content.decode()
        scanner.head(link)
    assert by_link.asked_for_code(jess, link)[1]


def test_neither_link_nor_code_is_stored_or_in_an_address_that_follows(jess: User) -> None:
    link = link_to(jess)
    secret = link.split("/")[-2]
    client, code = asked_for_code(jess, link)
    [row] = SignInLink.objects.values_list()
    assert secret not in str(row)
    assert code not in str(row)
    for session in Session.objects.all():
        assert secret not in str(session.get_decoded())
        assert code not in str(session.get_decoded()).split("'")
    assert client.get(CODE)["Referrer-Policy"] == "same-origin"
    assert secret not in client.get(CODE).content.decode()


def test_several_tasks_are_listed_first(cast: Cast, jess: User, own: AgencyReturn) -> None:
    other = own.audit.returns.filter(agency__code="CSC").exclude(pk=own.pk).first()
    assert other is not None
    factories.drafting(cast, other)
    client, code = asked_for_code(jess)
    assert client.post(CODE, {"code": code})["Location"] == "/"
    page = text(client, "/")
    for return_ in (own, other):
        assert return_.reference in page
    for leads_on in (
        "/tasks/team/",
        "/away/",
        "/audits/",
        "/notifications/",
        "/roles/",
    ):
        assert leads_on not in page


# --- once, and in one browser --------------------------------------------------------------------


def test_a_link_works_once(jess: User) -> None:
    link = link_to(jess)
    asked_for_code(jess, link)
    second = Client().get(link, follow=True)
    assert second.redirect_chain[-1][0] == ASK
    assert GONE in second.content.decode()


def test_of_two_browsers_that_opened_it_one_gets_the_code(jess: User) -> None:
    link = link_to(jess)
    first, second = opened(link), opened(link)
    first.post(USE)
    assert GONE in second.post(USE).content.decode()
    code = by_link.code_to(jess)
    assert second.post(CODE, {"code": code})["Location"] == ASK
    assert not is_in(second)
    first.post(CODE, {"code": code})
    assert is_in(first)


def test_a_button_pressed_twice_sends_one_code(jess: User) -> None:
    client = opened(link_to(jess))
    assert client.post(USE)["Location"] == CODE
    sent = len(mail.outbox)
    assert client.post(USE)["Location"] == CODE
    assert len(mail.outbox) == sent


def test_a_link_grows_too_old_and_is_forgotten(jess: User) -> None:
    link = link_to(jess)
    with clock.playing(clock.now() + timedelta(days=7, minutes=1)):
        assert GONE in Client().get(link, follow=True).content.decode()
    assert forget_old() == 0
    with clock.playing(clock.now() + timedelta(days=8)):
        assert forget_old() == 1


def test_a_code_counts_for_ten_minutes_and_once(jess: User) -> None:
    client, code = asked_for_code(jess)
    with clock.playing(clock.now() + timedelta(minutes=11)):
        assert "no longer counts" in posted(client, CODE, {"code": code})
    client.post(CODE, {"code": code})
    assert is_in(client)
    other = Client()
    other.cookies = client.cookies
    assert other.post(CODE, {"code": code})["Location"] == ASK


def test_after_five_mistakes_the_right_code_does_not_count(jess: User) -> None:
    client, code = asked_for_code(jess)
    for _ in range(5):
        assert "not the code that we sent" in posted(
            client, CODE, {"code": by_link.other_than(code)}
        )
    assert "no longer counts" in posted(client, CODE, {"code": code})
    refused = client.post(CODE, {"again": "yes"}, follow=True).content.decode()
    assert "Ask for a new link" in refused
    assert not is_in(client)


def test_another_code_counts_instead_of_the_first(jess: User) -> None:
    client, first = asked_for_code(jess)
    for _ in range(2):
        assert "on its way" in client.post(CODE, {"again": "yes"}, follow=True).content.decode()
    second = by_link.code_to(jess)
    sent = len(mail.outbox)
    assert "Ask for a new link" in client.post(CODE, {"again": "y"}, follow=True).content.decode()
    assert len(mail.outbox) == sent
    if first != second:
        assert "not the code" in posted(client, CODE, {"code": first})
    client.post(CODE, {"code": second})
    assert is_in(client)


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "0" * 500])
def test_what_is_no_code_is_refused_in_words(jess: User, typed: str) -> None:
    client, _ = asked_for_code(jess)
    page = posted(client, CODE, {"code": typed})
    assert "Error:" in page
    assert SignInLink.objects.get().mistakes == 0


def test_a_mail_server_that_is_away_uses_no_link_up(
    jess: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = opened(link_to(jess))

    def away(*_args: object) -> int:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        assert "could not send the code" in posted(client, USE, {})
        assert Client().post(ASK, {"email": jess.email}).status_code == 200
    assert client.post(USE)["Location"] == CODE


# --- nobody finds out who is here ----------------------------------------------------------------


def test_a_new_link_is_asked_for_alike_whoever_it_is(cast: Cast, jess: User) -> None:
    cast["auditor2.csc"].is_active = False
    cast["auditor2.csc"].by_link = True
    cast["auditor2.csc"].save()
    addresses = [jess.email.upper(), "nobody@outside.example", cast["lead.pol"].email]
    mail.outbox.clear()
    answers = {
        posted(Client(), ASK, {"email": each}) for each in (*addresses, cast["auditor2.csc"].email)
    }
    assert len(answers) == 1
    assert [message.to for message in mail.outbox] == [[jess.email]]


def test_the_new_link_is_made_only_when_the_answer_is_out(
    jess: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def sent(*_args: object) -> int:
        order.append("mail")
        return 1

    monkeypatch.setattr(EmailBackend, "send_messages", sent)
    client = Client()
    handler = client.handler.get_response

    def answered(request: Any) -> Any:
        response = handler(request)
        order.append("answer")
        assert not SignInLink.objects.exists()
        return response

    monkeypatch.setattr(client.handler, "get_response", answered)
    client.post(ASK, {"email": jess.email})
    assert order == ["answer", "mail"]


def test_nobody_is_flooded_with_links(jess: User) -> None:
    mail.outbox.clear()
    pages = {posted(Client(), ASK, {"email": jess.email}) for _ in range(8)}
    assert len(mail.outbox) == 5
    assert len(pages) == 1


def test_no_secret_is_logged(jess: User, caplog: pytest.LogCaptureFixture) -> None:
    link = link_to(jess)
    with caplog.at_level(logging.DEBUG):
        client, code = asked_for_code(jess, link)
        Client().get(link, follow=True)
        Client(enforce_csrf_checks=True).post(USE)
        client.post(CODE, {"code": code})
    said = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert link.split("/")[-2] not in "".join(said)


# --- what it reaches -----------------------------------------------------------------------------


def test_a_session_by_link_reaches_what_the_matrix_marks_and_nothing_else(
    cast: Cast, jess: User, own: AgencyReturn
) -> None:
    client, paths = came_by_link(jess), dict(addresses())
    closed = {row.name for row in ROWS if not row.by_link}
    assert len(closed) > 100
    for name in sorted(closed):
        address = _address(paths[name], own)
        assert resolve(address).view_name == name
        assert {client.get(address).status_code, client.post(address).status_code} == {404}, name
    assert own.case.label in text(client, own.get_absolute_url())


def _address(path: str, own: AgencyReturn) -> str:
    """An address like this; where it is about a record, that has the id of one's own return."""
    filled = re.sub(r"<id:\w+>", own.public_id, path)
    return "/" + re.sub(r"\(\?P.*?\)|<\w+:?\w*>|[\^$]", "1", filled)


def test_of_returns_it_reaches_ones_own_alone(cast: Cast, jess: User, own: AgencyReturn) -> None:
    audit = own.audit
    colleagues = factories.drafting(cast, factories.a_return(audit, "POL"))
    elsewhere = assemble("elsewhere")
    outside = factories.drafting(
        elsewhere, factories.a_return(factories.audit_issued(elsewhere), "CSC")
    )
    unassigned = audit.returns.filter(agency__code="CSC").exclude(pk=own.pk).first()
    assert unassigned is not None
    client = came_by_link(jess)
    assert client.get(own.get_absolute_url()).status_code == 200
    for return_ in (colleagues, outside, unassigned):
        for end in ("", "check/", "domains/D1/"):
            assert client.get(f"{return_.get_absolute_url()}{end}").status_code == 404
            assert client.post(f"{return_.get_absolute_url()}{end}").status_code in {404, 405}


def test_who_the_child_is_is_opened_with_a_reason_as_ever(jess: User, own: AgencyReturn) -> None:
    client = came_by_link(jess)
    address = f"{own.case.get_absolute_url()}identity/"
    assert "Invented" not in text(client, address)
    page = posted(client, address, {"reason": "To find the file in our records"})
    assert "Invented" in page


def test_a_child_at_risk_can_be_reported_from_it(jess: User, own: AgencyReturn) -> None:
    client = came_by_link(jess)
    page = text(client, own.get_absolute_url())
    assert "/concerns/raise/?case=" in page
    assert client.get(f"/concerns/raise/?case={own.case.public_id}").status_code == 200
    assert client.get("/concerns/").status_code == 200


def test_a_stranger_with_a_link_of_another_does_not_become_themselves(
    cast: Cast, jess: User
) -> None:
    """Whoever is signed in in full and uses somebody's link is that somebody, by link alone."""
    client = browser(cast["coordinator"])
    link = link_to(jess)
    assert client.get(link)["Location"] == USE
    client.post(USE)
    client.post(CODE, {"code": by_link.code_to(jess)})
    assert client.get("/audits/").status_code == 404
    assert client.get("/people/").status_code == 404


# --- how long, and where -------------------------------------------------------------------------


def test_it_lasts_two_hours_at_most(jess: User) -> None:
    client = came_by_link(jess)
    session = client.session
    session[sessions.SIGNED_IN_AT] -= 2 * 60 * 60 - 60
    session.save()
    client.get("/")
    left = text(client, "/accounts/sessions/left/")
    assert '"seconds": 5' in left or '"seconds": 60' in left
    session = client.session
    session[sessions.SIGNED_IN_AT] -= 61
    session.save()
    client.get("/")
    assert not is_in(client)


def test_the_list_of_sessions_says_which_came_by_link(cast: Cast, jess: User) -> None:
    client = came_by_link(jess)
    page = text(client, "/accounts/sessions/")
    assert page.count("By an e-mailed link") == 1
    assert "/accounts/password/change/" not in page
    second = came_by_link(jess)
    assert (
        "You are signed out in 1 place"
        in second.post("/accounts/sessions/end/", follow=True).content.decode()
    )
    assert not is_in(client)


def test_the_ledger_says_that_somebody_came_by_link(cast: Cast, jess: User) -> None:
    came_by_link(jess)
    lines = [line.sentence for line in history(jess, cast["coordinator"])]
    assert any("signed in by an e-mailed link" in line for line in lines)
    assert any("answer by e-mailed links" in line for line in lines)
    assert Change.objects.filter(person=jess).count() == 2


# --- beside a full account -----------------------------------------------------------------------


def test_a_password_goes_on_as_before_and_reaches_everything(cast: Cast) -> None:
    person = cast["auditor.pol"]
    services.let_answer_by_link(person=person, partnership=cast.partnership, by=cast["coordinator"])
    client = signed_in(person)
    assert client.get("/notifications/").status_code == 200
    assert client.get(link_to(person))["Location"] == "/"
    assert SignInLink.objects.get().used_at is None


def test_signing_in_with_a_password_after_a_link_needs_the_second_step(
    cast: Cast, settings: Settings
) -> None:
    settings.MFA_REQUIRED = True
    person = cast["auditor.pol"]
    services.let_answer_by_link(person=person, partnership=cast.partnership, by=cast["coordinator"])
    client = came_by_link(person)
    assert is_in(client)
    client.post("/accounts/logout/")
    client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert client.get("/")["Location"].startswith("/accounts/second-step/")


# --- who answers so ------------------------------------------------------------------------------


def test_the_coordinator_lets_an_auditor_and_ends_it(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    one, office = cast["auditor.edu"], browser(cast["coordinator"])
    page, how = f"/people/{one.public_id}/", f"/people/{one.public_id}/by-link/"
    assert how in text(office, page)
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(how, {"how": "link"}).status_code == 302
    assert "By a link in our e-mails" in text(office, page)
    client, waiting = came_by_link(one), link_to(one)
    office.post(how, {"how": "link"})
    assert is_in(client)
    office.post(how, {"how": "password"})
    assert not is_in(client)
    assert GONE in Client().get(waiting, follow=True).content.decode()
    assert "With a password" in text(office, page)


def test_nobody_else_may_say_so(cast: Cast) -> None:
    one = cast["auditor.pol"]
    how = f"/people/{one.public_id}/by-link/"
    for name, status in (("lead.pol", 403), ("admin", 403), ("lead.csc", 404), ("board", 404)):
        client = browser(cast[name])
        assert client.get(how).status_code == status
        assert client.post(how, {"how": "link"}).status_code == status
    outsider = browser(assemble("elsewhere")["coordinator"])
    assert outsider.post(how, {"how": "link"}).status_code == 404
    one.refresh_from_db()
    assert not one.by_link


@pytest.mark.parametrize("name", ["lead.pol", "panel.pol", "board", "chair"])
def test_whoever_sees_more_than_their_own_return_cannot_answer_by_link(
    cast: Cast, name: str
) -> None:
    office, one = browser(cast["coordinator"]), cast[name]
    page = posted(office, f"/people/{one.public_id}/by-link/", {"how": "link"})
    assert "an auditor and nothing else" in page
    assert f"/people/{one.public_id}/by-link/" not in text(office, f"/people/{one.public_id}/")


def test_whoever_gets_another_role_is_signed_out_and_their_links_end(
    cast: Cast, jess: User
) -> None:
    client, waiting = came_by_link(jess), link_to(jess)
    services.join(
        person=jess, partnership=cast.partnership, role=Role.PANEL, agency=cast.agencies["CSC"]
    )
    assert not is_in(client)
    assert client.get("/audits/").status_code == 302
    assert GONE in Client().get(waiting, follow=True).content.decode()
    mail.outbox.clear()
    Client().post(ASK, {"email": jess.email})
    assert mail.outbox == []


def test_a_link_to_an_old_address_opens_nothing(jess: User) -> None:
    waiting = link_to(jess)
    jess.email = "new@oakvale.example"
    jess.save()
    assert GONE in Client().get(waiting, follow=True).content.decode()


def test_whoever_has_left_gets_in_by_no_link(jess: User) -> None:
    client, waiting = came_by_link(jess), link_to(jess)
    jess.is_active = False
    jess.save()
    assert not is_in(client)
    assert GONE in Client().get(waiting, follow=True).content.decode()
