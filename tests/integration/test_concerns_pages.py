"""The pages of immediate concerns, and the numbers to call."""

from __future__ import annotations

import pytest
from django.test import Client

from macfa.concerns.models import Concern
from macfa.concerns.services import acknowledge
from macfa.people import services as people
from macfa.sampling.models import CaseAccess
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, Posted, browser, posted, text

pytestmark = pytest.mark.django_db

RAISE = "/concerns/raise/"
TYPED: Posted = {
    "seen": "A bruise nobody asked about.",
    "done": "Rang the front door.",
    "done_by": "Sam Okoye",
    "done_when": "Today at 10am",
    "referral": "REF-7731",
    "told": "The duty manager",
}


@pytest.fixture
def numbers(cast: Cast) -> None:
    people.set_numbers(
        partnership=cast.partnership,
        front_door="01632 960 111",
        out_of_hours="01632 960 222",
        lado="01632 960 333",
        acknowledge_within_hours=2,
        by=cast["coordinator"],
    )


@pytest.mark.parametrize("address", ["/urgent/", "/accounts/login/"])
def test_the_numbers_are_there_without_signing_in(numbers: None, address: str) -> None:
    html = text(Client(), address)
    assert all(number in html for number in ("999", "01632 960 111", "01632 960 222"))


def test_the_call_and_the_numbers_stand_above_the_form(numbers: None, as_: Browsers) -> None:
    html = text(as_("auditor.pol"), RAISE)
    call = html.index(
        "Call the front door or 999 now. This record is not a referral and is watched only in "
        "office hours."
    )
    assert call < html.index("01632 960 111") < html.index("What was seen?")


def test_coordinator_and_administrator_change_the_numbers_and_nobody_else(as_: Browsers) -> None:
    data: Posted = {
        "front_door": "01632 960 444",
        "out_of_hours": "01632 960 555",
        "lado": "01632 960 666",
        "acknowledge_within_hours": 3,
    }
    for name in ("coordinator", "admin"):
        posted(as_(name), "/urgent/numbers/", data, 302)
    posted(as_("lead.pol"), "/urgent/numbers/", data, 403)
    assert "01632 960 444" in text(Client(), "/urgent/")


def test_what_cannot_be_dialled_is_no_number(as_: Browsers) -> None:
    typed: Posted = {
        "front_door": "not a number at all",
        "out_of_hours": "01632 960 222 ext. 4",
        "lado": "+44 1632 960333",
        "acknowledge_within_hours": "2",
    }
    page = posted(as_("coordinator"), "/urgent/numbers/", typed)
    assert page.count("Enter a telephone number, like 01632 960 101") == 2
    assert "not a number at all" in page


def test_what_was_seen_is_not_lost_by_who_is_signed_out_meanwhile(as_: Browsers) -> None:
    client = as_("auditor.pol")
    client.post("/accounts/logout/")
    answer = client.post(RAISE, TYPED)
    assert "A bruise nobody asked about." in answer.content.decode()


def test_another_partnership_s_numbers_are_not_shown_once_signed_in(numbers: None) -> None:
    stranger = assemble("elsewhere")["auditor.pol"]
    assert "01632 960 111" not in text(browser(stranger), "/urgent/")


def test_every_page_leads_to_the_form_and_a_case_s_page_brings_the_case(
    cast: Cast, as_: Browsers
) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    client, link = as_("auditor.pol"), f'href="{RAISE}?case={return_.case.public_id}"'
    assert f'href="{RAISE}"' in text(client, "/")
    for address in (return_.get_absolute_url(), return_.case.get_absolute_url()):
        assert link in text(client, address)
    html = text(client, f"{RAISE}?case={return_.case.public_id}")
    assert f'value="{return_.case.label}"' in html


@pytest.mark.parametrize("case", ["x" * 22, "%00", "hidden"])
def test_a_case_one_may_not_see_brings_nothing(cast: Cast, as_: Browsers, case: str) -> None:
    found = factories.audit_issued(cast).cases.counted()[0]
    html = text(
        as_("auditor2.csc"), f"{RAISE}?case={found.public_id if case == 'hidden' else case}"
    )
    assert found.label not in html


def test_whoever_is_in_conflict_raises_one_and_learns_nothing_of_the_case(
    cast: Cast, as_: Browsers
) -> None:
    case = factories.audit_issued(cast).cases.counted()[0]
    CaseAccess.objects.create(
        case=case, person=cast["auditor.pol"], capacity=CaseAccess.Capacity.CONFLICT
    )
    client, pages = as_("auditor.pol"), []
    for reference in (case.label, "NEG-77"):
        posted(client, RAISE, TYPED | {"case_reference": reference}, 302)
        concern = Concern.objects.get(case_reference=reference)
        pages.append(text(client, concern.get_absolute_url()).count("/cases/"))
    assert pages == [0, 0]
    text(client, case.get_absolute_url(), 404)
    assert Concern.objects.filter(case=case).count() == 1


def test_what_was_typed_is_kept_where_something_is_missing(as_: Browsers) -> None:
    html = posted(as_("auditor.pol"), RAISE, TYPED | {"referral": "", "told": ""})
    assert "A bruise nobody asked about." in html
    assert "say why it is not referred yet" in html
    assert not Concern.objects.exists()


def test_a_concern_is_404_for_all_but_those_it_needs_and_whoever_raised_it(
    cast: Cast, as_: Browsers
) -> None:
    concern = factories.a_concern(cast)
    for name in ("auditor.pol", "lead.pol", "coordinator"):
        assert "A bruise" in text(as_(name), concern.get_absolute_url())
        assert concern.get_absolute_url() in text(as_(name), "/concerns/")
    for name in ("auditor2.pol", "lead.csc", "panel.pol", "chair", "qppa", "board", "admin"):
        for act in ("", "note/", "confirm/"):
            text(as_(name), concern.get_absolute_url() + act, 404)
        posted(as_(name), f"{concern.get_absolute_url()}acknowledge/", {}, 404)
        assert concern.get_absolute_url() not in text(as_(name), "/concerns/")
    text(browser(assemble("elsewhere")["coordinator"]), concern.get_absolute_url(), 404)


def test_the_list_has_open_ones_first_and_narrows(cast: Cast, as_: Browsers) -> None:
    confirmed, open_ = factories.a_concern(cast), factories.a_concern(cast)
    client = as_("coordinator")
    acknowledge(concern=confirmed, by=cast["lead.pol"])
    for name in ("coordinator", "lead.pol"):
        posted(as_(name), f"{confirmed.get_absolute_url()}confirm/", {"outcome": "Seen."}, 302)
    html = text(client, "/concerns/")
    assert html.index(open_.get_absolute_url()) < html.index(confirmed.get_absolute_url())
    assert confirmed.get_absolute_url() not in text(client, "/concerns/?show=open")
    assert open_.get_absolute_url() not in text(client, "/concerns/?show=confirmed")


def test_my_work_says_above_all_that_a_concern_needs_one_until_one_has_confirmed(
    cast: Cast, as_: Browsers
) -> None:
    says = "1 immediate concern needs you"
    concern = factories.a_concern(cast)
    for name in ("auditor.pol", "lead.csc", "chair"):
        assert says not in text(as_(name), "/")
    assert says not in text(browser(assemble("elsewhere")["coordinator"]), "/")
    posted(as_("coordinator"), f"{concern.get_absolute_url()}acknowledge/", {}, 302)
    for name in ("coordinator", "lead.pol"):
        assert says in text(as_(name), "/")
        posted(as_(name), f"{concern.get_absolute_url()}confirm/", {"outcome": "Seen."}, 302)
        assert says not in text(as_(name), "/")


def test_acts_are_done_with_their_buttons(cast: Cast, as_: Browsers) -> None:
    concern = factories.a_concern(cast)
    address, client = concern.get_absolute_url(), as_("coordinator")
    posted(client, f"{address}acknowledge/", {}, 302)
    posted(client, f"{address}note/", {"text": "Police went."}, 302)
    posted(client, f"{address}scrutineer/", {}, 302)
    html = text(as_("chair"), address)
    assert "Police went." in html
    assert "Confirm what was done" in html


def test_no_page_of_the_audit_shows_the_concern(cast: Cast, as_: Browsers) -> None:
    audit = factories.audit_issued(cast)
    case = audit.cases.counted()[0]
    concern = factories.a_concern(cast, case.label)
    for address in (audit.get_absolute_url(), case.get_absolute_url()):
        html = text(as_("coordinator"), address)
        assert concern.public_id not in html
        assert "A bruise" not in html
