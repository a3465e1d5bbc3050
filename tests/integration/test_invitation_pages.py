"""Inviting somebody by e-mail, and accepting: who may, what the link does, what it never says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from macfa.people import rules, services
from macfa.people.models import Invitation, Membership, Partnership, Team, User
from macfa.people.roles import GUIDES, Role
from macfa.people.services.invitations import expire, hashed
from notifications.models import Notification
from tests import factories
from tests.cast import PASSWORD, Cast, assemble
from tests.integration.browsing import Browsers, Posted, browser, posted, text
from tests.integration.returns import date_typed
from tests.servers import free_port
from workflows import clock
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from datetime import date

pytestmark = pytest.mark.django_db
NEW, LIST = "/people/invitations/new/", "/people/invitations/"
ADDRESS = "ann@newcomer.example"
GOOD = "seven-brown-otters"


def typed(
    role: Role, agency: object = "", email: str = ADDRESS, since: date | None = None
) -> Posted:
    day = date_typed("since", since or clock.today())
    return {"email": email, "role": role.value, "agency": agency, **day}


def invited(cast: Cast, client: Client, email: str = ADDRESS) -> str:
    """An auditor of the police is invited; the address of the link."""
    posted(client, NEW, typed(Role.AUDITOR, cast.agencies["POL"].pk, email), 302)
    return link()


def link() -> str:
    """The address in the e-mail that went last."""
    found = re.search(r"https?://[^/]+(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(1)


def new_account(name: str = "Ann Newcomer", password: str = GOOD) -> Posted:
    return {"name": name, "password": password, "again": password}


def verbs(invitation: Invitation) -> list[str]:
    entries = LedgerEntry.objects.filter(record=invitation.public_id)
    return list(entries.order_by("position").values_list("verb", flat=True))


# --- who invites to what -------------------------------------------------------------------------

#: Who of the cast may invite to which role, in the police where it is an agency's.
AGENCYS = {Role.AGENCY_LEAD, Role.AUDITOR, Role.ACTION_OWNER}
OFFICE = AGENCYS | {Role.COORDINATOR, Role.PANEL, Role.QPPA, Role.BOARD, Role.STAFF_CONDUCT}
MAY = {
    "coordinator": OFFICE,
    "admin": OFFICE | {Role.SCRUTINEER, Role.ADMIN},
    "lead.pol": AGENCYS,
    "lead.csc": set(),
    "auditor.pol": set(),
    "chair": set(),
    "qppa": set(),
    "board": set(),
}


@pytest.mark.parametrize("name", MAY)
def test_each_role_is_given_by_those_whom_the_guide_names(
    cast: Cast, as_: Browsers, name: str
) -> None:
    client = as_(name)
    for guide in GUIDES:
        agency = cast.agencies["POL"].pk if guide.of_an_agency else ""
        page = client.post(NEW, typed(guide.role, agency, f"{guide.role}@newcomer.example"))
        assert (page.status_code == 302) is (guide.role in MAY[name]), guide.role
    roles = Invitation.objects.values_list("team__role", flat=True)
    assert set(roles) == {role.value for role in MAY[name]}


def test_nobody_invites_into_another_partnership(cast: Cast, as_: Browsers) -> None:
    other = assemble("elsewhere")
    for client in (as_("coordinator"), as_("lead.pol"), as_("admin")):
        page = client.post(NEW, typed(Role.AUDITOR, other.agencies["POL"].pk))
        assert page.status_code == 200
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_nobody_gives_themselves_a_role(cast: Cast, as_: Browsers) -> None:
    for name in ("coordinator", "admin"):
        page = posted(as_(name), NEW, typed(Role.BOARD, email=cast[name].email.upper()))
        assert "You cannot give yourself a role." in page
    assert not Invitation.objects.exists()


def test_what_is_typed_is_kept_when_it_is_refused(cast: Cast, as_: Browsers) -> None:
    client = as_("coordinator")
    for wrong, said in (
        (typed(Role.AUDITOR), "Choose the agency in which this role is held."),
        (typed(Role.BOARD, cast.agencies["POL"].pk), "belongs to no single agency"),
        (typed(Role.BOARD, since=clock.today() - timedelta(days=1)), "cannot be in the past"),
        (typed(Role.BOARD) | date_typed("until", clock.today() - timedelta(days=2)), "last day"),
    ):
        page = posted(client, NEW, wrong)
        assert said in page
        assert ADDRESS in page
    assert "Enter an email address" in posted(client, NEW, typed(Role.BOARD, email="nobody"))


# --- what it says, and what is kept --------------------------------------------------------------


def test_the_e_mail_says_role_and_partnership_and_no_case(cast: Cast, as_: Browsers) -> None:
    audit = factories.audit_issued(cast)
    mail.outbox.clear()
    address = invited(cast, as_("coordinator"))
    [message] = mail.outbox
    said = f"{message.subject} {message.body}"
    assert message.to == [ADDRESS]
    assert cast.partnership.name in said
    assert "Auditor, Police" in said
    assert audit.prefix not in said
    secret = address.split("/")[2]
    invitation = Invitation.objects.get()
    assert invitation.token_hash == hashed(secret)
    kept = Invitation.objects.values().get(), list(LedgerEntry.objects.values("facts"))
    assert secret not in str(kept)
    assert ADDRESS not in str(list(LedgerEntry.objects.values("facts", "said__text")))


def test_whether_an_address_has_an_account_makes_no_difference(cast: Cast, as_: Browsers) -> None:
    known = assemble("elsewhere")["auditor.csc"].email
    pages, client = [], as_("lead.pol")
    for email in (ADDRESS, known):
        invited(cast, client, email)
        pages.append(text(client, LIST).replace(email, "X"))
        posted(client, f"{LIST}{Invitation.objects.latest('pk').public_id}/withdraw/", {}, 302)
        client.get(LIST)
    hidden = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|invitations/[^/"]+/|name="token"[^>]+')
    first, second = (hidden.sub("", page) for page in pages)
    assert first == second
    assert [len(message.body) for message in mail.outbox] == [len(mail.outbox[0].body)] * 2


def test_a_mail_server_that_is_away_loses_nothing(
    cast: Cast, as_: Browsers, settings: Settings
) -> None:
    client = as_("coordinator")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    posted(client, NEW, typed(Role.BOARD), 302)
    page = text(client, LIST)
    assert "We could not send to" in page
    assert "Not sent" in page


# --- accepting -----------------------------------------------------------------------------------


def test_somebody_new_chooses_name_and_password_and_has_the_role(cast: Cast, as_: Browsers) -> None:
    address, new = invited(cast, as_("lead.pol")), Client()
    page = text(new, address)
    assert "Auditor, Police" in page
    assert "are not the same" in posted(new, address, new_account() | {"again": "x"})
    assert "too common" in posted(new, address, new_account(password="password123"))
    assert not User.objects.filter(email=ADDRESS).exists()
    posted(new, address, new_account(), 302)
    person = User.objects.get(email=ADDRESS)
    assert person.name == "Ann Newcomer"
    assert rules.holds(person, Role.AUDITOR, cast.partnership, cast.agencies["POL"])
    invitation = Invitation.objects.get()
    assert verbs(invitation) == ["invited", "accepted"]
    assert invitation.accepted_by == person
    assert new.login(email=ADDRESS, password=GOOD)


def test_somebody_with_an_account_signs_in_and_accepts(cast: Cast, as_: Browsers) -> None:
    other = assemble("elsewhere")
    person = other["auditor.csc"]
    address = invited(cast, as_("coordinator"), person.email)
    assert f"/accounts/login/?next={address.replace('/', '%2F')}" in text(Client(), address)
    client = browser(person)
    assert "Accept the invitation" in text(client, address)
    posted(client, address, {}, 302)
    assert rules.holds(person, Role.AUDITOR, cast.partnership, cast.agencies["POL"])
    assert {home.id for home in User.objects.get(pk=person.pk).reach.homes} == {
        cast.partnership.pk,
        other.partnership.pk,
    }


def test_whoever_is_signed_in_at_another_address_takes_nothing(cast: Cast, as_: Browsers) -> None:
    address = invited(cast, as_("coordinator"))
    for name in ("auditor.csc", "coordinator"):
        assert "another address" in text(as_(name), address)
        assert "another address" in posted(as_(name), address, {})
    assert Invitation.objects.get().is_open
    assert not Membership.objects.filter(person__email=ADDRESS).exists()


def test_an_account_with_an_open_invitation_is_not_taken_over_by_its_link(
    cast: Cast, as_: Browsers
) -> None:
    person = assemble("elsewhere")["auditor.csc"]
    address = invited(cast, as_("coordinator"), person.email)
    posted(Client(), address, new_account(), 200)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert Invitation.objects.get().is_open


def test_a_role_begins_on_its_day_and_ends_on_its_last(cast: Cast, as_: Browsers) -> None:
    first, last = clock.today() + timedelta(days=2), clock.today() + timedelta(days=9)
    role = typed(Role.BOARD, since=first) | date_typed("until", last)
    posted(as_("coordinator"), NEW, role, 302)
    posted(Client(), link(), new_account(), 302)
    membership = Membership.objects.get(person__email=ADDRESS)
    assert (membership.since, membership.until) == (first, last)


@pytest.mark.parametrize("end", ["used", "withdrawn", "expired", "sent again", "unknown"])
def test_a_link_that_does_not_count_gives_a_plain_page_and_a_way_on(
    cast: Cast, as_: Browsers, end: str
) -> None:
    client = as_("coordinator")
    address = invited(cast, client)
    invitation = Invitation.objects.get()
    match end:
        case "used":
            posted(Client(), address, new_account(), 302)
        case "withdrawn":
            posted(client, f"{LIST}{invitation.public_id}/withdraw/", {}, 302)
        case "expired":
            Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        case "sent again":
            posted(client, f"{LIST}{invitation.public_id}/again/", {}, 302)
        case "unknown":
            address = "/invitations/never-made/"
    new, before = Client(), Membership.objects.count()
    for page in (text(new, address, 404), posted(new, address, new_account(), 404)):
        assert "This invitation no longer works" in page
        assert cast.partnership.name not in page.split("<main")[1].split("</main")[0]
    assert "whoever invited you is told" in posted(new, f"{address}again/", {})
    told = Notification.objects.filter(recipient=cast["coordinator"], event="account.invitation")
    assert told.exists() is (end == "expired")
    assert Membership.objects.count() == before


def test_one_that_grew_too_old_is_kept_and_can_be_sent_again(cast: Cast, as_: Browsers) -> None:
    client = as_("coordinator")
    old = invited(cast, client)
    with clock.playing(clock.now() + timedelta(days=15)):
        assert expire() == 1
        assert expire() == 0
    assert "Too old" in text(client, LIST)
    posted(client, f"{LIST}{Invitation.objects.get().public_id}/again/", {}, 302)
    posted(Client(), old, new_account(), 404)
    posted(Client(), link(), new_account(), 302)
    invitation = Invitation.objects.get()
    assert verbs(invitation) == ["invited", "expired", "sent_again", "accepted"]


def test_an_invitation_is_seen_and_withdrawn_by_whose_business_it_is(
    cast: Cast, as_: Browsers
) -> None:
    invited(cast, as_("lead.pol"))
    one = Invitation.objects.get()
    assert ADDRESS in text(as_("coordinator"), LIST)
    assert "invited somebody" in text(as_("lead.pol"), f"{LIST}{one.public_id}/")
    outsider = browser(assemble("elsewhere")["coordinator"])
    for client in (as_("lead.csc"), outsider):
        assert ADDRESS not in text(client, LIST)
        for act in ("again/", "withdraw/"):
            posted(client, f"{LIST}{one.public_id}/{act}", {}, 404)
        text(client, f"{LIST}{one.public_id}/", 404)
    text(as_("auditor.pol"), LIST, 403)
    one.refresh_from_db()
    assert one.is_open


def test_coordinators_hear_when_the_administrator_invites_a_scrutineer(
    cast: Cast, as_: Browsers
) -> None:
    posted(as_("admin"), NEW, typed(Role.SCRUTINEER), 302)
    told = Notification.objects.get(recipient=cast["coordinator"], event="account.role")
    assert "Independent scrutineer" in told.text
    assert ADDRESS not in told.text


@pytest.mark.parametrize(("name", "heard"), [("admin", True), ("lead.pol", False)])
def test_coordinators_hear_of_roles_that_neither_they_nor_the_lead_gave(
    cast: Cast, as_: Browsers, name: str, heard: bool
) -> None:
    invited(cast, as_(name))
    role = {"role": "action_owner", "agency": cast.agencies["POL"].pk}
    role |= date_typed("since", clock.today())
    posted(as_(name), f"/people/{cast['auditor.pol'].public_id}/roles/new/", role, 302)
    told = Notification.objects.filter(recipient=cast["coordinator"], event="account.role")
    assert told.count() == (2 if heard else 0)


def test_a_closed_account_is_opened_again_by_an_invitation(cast: Cast, as_: Browsers) -> None:
    person = cast["auditor2.pol"]
    services.leave_partnership(
        person=person, partnership=cast.partnership, last=None, by=cast["coordinator"]
    )
    assert not User.objects.get(pk=person.pk).is_active
    address = invited(cast, as_("coordinator"), person.email)
    posted(Client(), address, new_account("Sam Okoye"), 302)
    again = User.objects.get(pk=person.pk)
    assert again.is_active
    assert again.name == "Sam Okoye"
    assert again.check_password(GOOD)


def test_a_team_is_made_for_the_first_of_its_role(cast: Cast, as_: Browsers) -> None:
    Team.objects.filter(role=Role.STAFF_CONDUCT).delete()
    posted(as_("coordinator"), NEW, typed(Role.STAFF_CONDUCT), 302)
    assert Partnership.objects.get().teams.filter(role=Role.STAFF_CONDUCT).exists()
