"""Retention on its pages: proposed, confirmed, held; and a destroyed audit, page by page."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from django.urls import get_resolver, reverse

from macfa import exports
from macfa.access.matrix import ROWS
from macfa.retention.models import Destruction, Hold, Kept
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Draw
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, Posted, browser, posted, text
from tests.retention import audit_closed, audit_closed_long_ago, destroyed, proposed, years_later
from tests.standings import KINDS
from workflows import ledger
from workflows.models import LedgerEntry, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.audits.models import Audit

pytestmark = pytest.mark.django_db
PAGE = "/retention/"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit whose identity key is due."""
    return audit_closed_long_ago(cast)


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    return page.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


def test_the_coordinator_proposes_what_is_due_and_the_scrutineer_confirms(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    office, chair = as_("coordinator"), as_("chair")
    due = f"{PAGE}audits/{audit.public_id}/identity_key/"
    page = text(office, PAGE)
    assert due in page
    assert "Rows of the identity key: 12" in page
    assert due not in text(chair, PAGE)
    posted(office, due, {"seen": hidden(text(office, due), "seen")}, 302)
    one = Destruction.objects.get()
    assert "Confirm a destruction" in text(chair, "/")
    assert "Look again and confirm" in text(chair, one.get_absolute_url())
    assert "Look again and confirm" not in text(office, one.get_absolute_url())
    confirm = f"{one.get_absolute_url()}confirm/"
    assert "Say that you have looked" in posted(chair, confirm, {"looked": ""})
    posted(chair, confirm, {"looked": "on"}, 302)
    certificate = text(office, one.get_absolute_url())
    assert "Certificate of destruction" in certificate
    assert "Backups made before may hold it until" in certificate
    assert one.digest in certificate
    assert f"{one.get_absolute_url()}" in text(chair, PAGE)
    assert "Identity key: destroyed on" in text(as_("board"), audit.get_absolute_url())
    posted(chair, confirm, {"looked": "on"}, 409)


def test_counts_that_changed_are_refused_in_words(as_: Browsers, audit: Audit) -> None:
    due = f"{PAGE}audits/{audit.public_id}/identity_key/"
    page = posted(as_("coordinator"), due, {"seen": "another"}, 409)
    assert "Look at the counts again" in page
    assert not Destruction.objects.exists()
    assert "not destroyed yet, and goes first" in posted(
        as_("coordinator"), f"{PAGE}audits/{audit.public_id}/report/", {"seen": ""}, 409
    )
    text(as_("coordinator"), f"{PAGE}audits/{audit.public_id}/ledger/", 404)
    text(as_("coordinator"), f"{PAGE}audits/{audit.public_id}/nothing/", 404)
    text(as_("coordinator"), f"{PAGE}periods/nothing/", 404)


def test_a_hold_is_shown_and_stops_it_until_it_is_lifted(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    office, chair = as_("coordinator"), as_("chair")
    one = proposed(cast, audit)
    nothing = posted(office, f"{PAGE}holds/new/", {"reason": "An inquiry asks."})
    assert "Choose an audit, or enter the words of a theme" in nothing
    assert "An inquiry asks." in nothing
    posted(office, f"{PAGE}holds/new/", {"audit": audit.pk, "reason": "An inquiry asks."}, 302)
    hold = Hold.objects.get()
    for name in ("board", "lead.pol", "coordinator"):
        assert "nothing of it may be destroyed" in text(as_(name), audit.get_absolute_url())
    assert "An inquiry asks." not in text(as_("lead.pol"), audit.get_absolute_url())
    assert "Legal hold on NEG Neglect stands." in text(chair, f"{one.get_absolute_url()}confirm/")
    page = posted(chair, f"{one.get_absolute_url()}confirm/", {"looked": "on"})
    assert "Nothing may be destroyed yet" in page
    posted(office, hold.get_absolute_url(), {"reason": "It ended last week."}, 403)
    assert "Lift the hold</button>" not in text(office, hold.get_absolute_url())
    posted(chair, hold.get_absolute_url(), {"reason": "It ended last week."}, 302)
    assert "This hold is lifted" in text(office, hold.get_absolute_url())
    posted(chair, f"{one.get_absolute_url()}confirm/", {"looked": "on"}, 302)


def test_insider_colleague_and_outsider(cast: Cast, as_: Browsers, audit: Audit) -> None:
    one = proposed(cast, audit)
    for name in ("lead.pol", "lead.csc", "qppa", "board", "admin", "panel.pol"):
        text(as_(name), PAGE, 403)
        text(as_(name), one.get_absolute_url(), 404)
    outsider = browser(assemble("elsewhere")["coordinator"])
    text(outsider, one.get_absolute_url(), 404)
    text(outsider, f"{PAGE}audits/{audit.public_id}/identity_key/", 404)
    assert "NEG" not in text(outsider, PAGE)


def test_the_file_of_a_case_is_signed_and_its_reason_asked_for(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    address, office = f"{PAGE}subject-access/", as_("coordinator")
    for name in ("chair", "lead.pol", "board"):
        text(as_(name), address, 403)
    typed: Posted = {"reference": "NEG-77", "reason": "Request 17 of this year"}
    page = posted(office, address, typed)
    assert "There is no case NEG-77 here that you may open." in page
    assert "Request 17 of this year" in page
    answer = office.post(address, typed | {"reference": " neg-01 "})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert exports.fault(answer.content) == ""
    assert LedgerEntry.objects.filter(verb="subject_access", reference="NEG-01").count() == 1


def test_a_period_is_set_on_its_page(as_: Browsers) -> None:
    office, address = as_("coordinator"), f"{PAGE}periods/case_material/"
    for months in ("2", "999", "many", ""):
        page = posted(office, address, {"months": months, "why": "The officers agreed."})
        assert "govuk-error-message" in page
        assert "The officers agreed." in page
    posted(office, address, {"months": "24", "why": "The officers agreed."}, 302)
    page = text(as_("chair"), f"{PAGE}periods/")
    assert "24 months" in page
    assert "The officers agreed." in page


# --- every page of a destroyed audit -------------------------------------------------------------


def records(audit: Audit) -> list[Record]:
    """One record of each kind that has pages, and every return."""
    found: list[Record] = [audit, audit.panel, *audit.reports.all(), *audit.actions.all()]
    found += [*audit.cases.all(), *audit.findings.all(), *audit.draws.all()]
    found += [*AgencyReturn.objects.filter(audit=audit), *audit.destructions.all()]
    return found


def addresses(audit: Audit) -> Iterator[str]:
    """Every address of the site about a record of the audit that there is something to open at."""
    about = records(audit)
    returns = [each.public_id for each in about if isinstance(each, AgencyReturn)]
    draws = [each.public_id for each in about if isinstance(each, Draw)]
    within = {"return_id": returns, "draw_id": draws, "kind": [*Kept.values], "key": ["D1"]}
    for row in ROWS:
        for route, *_ in get_resolver().reverse_dict.getlist(row.name) if row.opens else ():
            path, names = route[0]
            model = next((each for start, each in KINDS if path.startswith(start)), None)
            firsts = [each.public_id for each in about if names and type(each) is model]
            rest = (within.get(name, ["D1"]) for name in names[1:])
            for ids in product(firsts, *rest):
                yield reverse(row.name, args=ids)


@pytest.mark.slow
def test_every_page_of_a_destroyed_audit_still_opens_for_every_role(
    cast: Cast, as_: Browsers
) -> None:
    audit = audit_closed(cast)
    factories.a_concern(cast, "NEG-01")
    cast.partnership.concerns.update(audit=None)
    people = ["coordinator", "chair", "lead.pol", "auditor.pol", "panel.pol", "qppa", "board"]
    with years_later():
        destroyed(cast, audit, Kept.IDENTITY_KEY, Kept.CASE_MATERIAL, Kept.REPORT)
        walked, told = {}, {}
        for address in sorted(set(addresses(audit))):
            for name in people:
                answer = as_(name).get(address)
                walked[name, address] = answer.status_code
                told[name, address] = answer.content.decode(errors="replace")
    plain = {200, 302, 403, 404, 409}
    assert {key: status for key, status in walked.items() if status not in plain} == {}
    opened = {address for (_, address), status in walked.items() if status == 200}
    assert len(opened) > 25
    everything = " ".join(told.values())
    for gone in ("What the file shows.", "Chronologies were not shared", "In short.", "Agreed"):
        assert gone not in everything, gone
    case, police = audit.cases.all()[0], factories.a_return(audit)
    for name, record in (
        ("board", audit),
        ("coordinator", case),
        ("lead.pol", police),
        ("chair", audit.panel),
        ("coordinator", audit.reports.get()),
        ("coordinator", audit.actions.get()),
    ):
        address = record.get_absolute_url()
        assert walked[name, address] == 200, (name, address)
    for name, record in (("board", audit), ("coordinator", case), ("lead.pol", police)):
        assert "estroyed on" in told[name, record.get_absolute_url()]
    assert not list(ledger.faults())
