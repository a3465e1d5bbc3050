"""The ledger's pages: who reads them, what a filter and a conflict leave, what is exported."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from django.db import connection

from macfa.exports import fault
from macfa.overview.trail import Narrowing, Trail
from macfa.sampling.access import step_out
from macfa.sampling.models import Case
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import browser
from tests.records import an_audit
from workflows import clock, reads
from workflows.lifecycle import act
from workflows.models import LedgerEntry, Read

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.integration.browsing import Browsers

pytestmark = pytest.mark.django_db
CHANGES, READS = "/ledger/", "/ledger/reads/"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit that is out with its agencies."""
    return factories.audit_issued(cast)


def shown(as_: Browsers, name: str, address: str, **asked: object) -> str:
    response = as_(name).get(f"{address}?{urlencode(asked)}")
    assert response.status_code == 200
    return response.content.decode()


def exported(as_: Browsers, name: str, address: str, **asked: object) -> list[str]:
    response = as_(name).post(f"{address}export/?{urlencode(asked)}")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="ledger-')
    assert fault(response.content) == ""
    return response.content.decode("utf-8-sig").splitlines()[1:-1]


@pytest.mark.parametrize("address", [CHANGES, READS])
def test_it_is_for_the_scrutineer_and_the_coordinator_of_the_partnership(
    audit: Audit, as_: Browsers, address: str
) -> None:
    for name in ("chair", "coordinator"):
        assert as_(name).get(address).status_code == 200
    for name in ("lead.pol", "auditor.pol", "panel.csc", "qppa", "board", "admin"):
        assert as_(name).get(address).status_code == 403, name
        assert as_(name).post(f"{address}export/").status_code == 403, name


def test_another_partnership_sees_nothing_of_it(audit: Audit, cast: Cast) -> None:
    other = assemble("elsewhere")
    reads.note(cast["chair"], Read.How.CASE, audit.cases.get(number=1))
    for address in (CHANGES, READS):
        page = browser(other["chair"]).get(address).content.decode()
        assert "Nothing to show" in page
        assert "NEG-01, <time" not in page


def test_the_newest_stands_first_and_each_page_begins_where_the_last_ended(
    audit: Audit, as_: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("macfa.overview.views.trail.PAGE", 7)
    address, seen = CHANGES, 0
    for _page in range(100):
        response = as_("chair").get(address)
        seen += len(response.context["lines"])
        if not (older := response.context["older"]):
            break
        address = f"{CHANGES}{older}"
    assert seen == LedgerEntry.objects.count()


def test_a_filter_leaves_what_was_asked_for(audit: Audit, as_: Browsers, cast: Cast) -> None:
    first = audit.cases.get(number=1)
    everything = exported(as_, "chair", CHANGES)
    of_case = exported(as_, "chair", CHANGES, reference=first.label.lower())
    assert 0 < len(of_case) < len(everything)
    assert all(f",{first.label}" in line for line in of_case)
    assert exported(as_, "chair", CHANGES, reference="neg") == everything
    assert exported(as_, "chair", CHANGES, reference="DAC") == []
    by_nobody = exported(as_, "chair", CHANGES, person=cast["board"].public_id)
    assert by_nobody == []
    cases = exported(as_, "chair", CHANGES, kind="sampling.case")
    assert len(cases) == LedgerEntry.objects.filter(record_type="sampling.case").count()
    tomorrow = clock.today() + timedelta(days=1)
    days = {"first_day": tomorrow.day, "first_month": tomorrow.month, "first_year": tomorrow.year}
    assert exported(as_, "chair", CHANGES, **days) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"before": "x"},
        {"before": "9" * 17 + ".1"},
        {"before": "1.x"},
        {"kind": "nonsense"},
        {"person": "nonsense"},
        {"first_day": "31", "first_month": "2", "first_year": "2026"},
        {"last_day": "31", "last_month": "12", "last_year": "9999"},
        {"first_day": "1", "first_month": "1", "first_year": "0001"},
    ],
)
def test_nonsense_in_the_address_is_no_fault_and_exports_nothing_else(
    audit: Audit, as_: Browsers, asked: dict[str, str]
) -> None:
    assert as_("chair").get(f"{CHANGES}?{urlencode(asked)}").status_code == 200
    status = as_("chair").post(f"{CHANGES}export/?{urlencode(asked)}").status_code
    assert status == (200 if "before" in asked else 409)


def test_a_conflict_hides_the_case_and_its_returns(audit: Audit, as_: Browsers, cast: Cast) -> None:
    case = audit.cases.get(number=1)
    reads.note(cast["coordinator"], Read.How.CASE, case)
    for address in (CHANGES, READS):
        assert case.label in shown(as_, "chair", address)
    step_out(case, cast["chair"], "A neighbour")
    for address in (CHANGES, READS):
        assert case.label not in shown(as_, "chair", address)
        assert case.label not in "".join(exported(as_, "chair", address))
        assert case.label in shown(as_, "coordinator", address)


def test_it_says_who_read_a_case_and_who_asked_for_what_is_not_theirs(
    audit: Audit, as_: Browsers, cast: Cast
) -> None:
    case = audit.cases.get(number=2)
    as_("coordinator").get(audit.returns.filter(case=case)[0].get_absolute_url())
    as_("owner.csc").get(case.get_absolute_url())
    page = shown(as_, "chair", READS, reference=case.label)
    assert "Coordinator read another agency’s return" in page
    assert "Owner Csc asked for a record that is not theirs or not there" in page
    assert (
        shown(as_, "chair", READS, reference=case.label, kind="case").count("Coordinator read") == 0
    )


def test_who_read_what_concerns_the_conduct_of_staff_is_not_there(
    audit: Audit, as_: Browsers, cast: Cast
) -> None:
    reads.note(cast["coordinator"], Read.How.STAFF_MATTER, audit)
    assert "restricted" not in shown(as_, "chair", READS)
    assert exported(as_, "chair", READS) == []


def test_an_export_holds_no_reason_and_is_written_down_with_its_rows(
    audit: Audit, as_: Browsers, cast: Cast
) -> None:
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("scope_changed", text="=cmd|'Secret words'")
    lines = exported(as_, "chair", CHANGES)
    assert "Secret words" not in "".join(lines)
    row = Read.objects.get(how="export")
    assert (row.actor, row.rows) == (cast["chair"].public_id, len(lines))
    assert f"took a copy: {row.reference}, {len(lines)} rows" in shown(as_, "chair", READS)


def test_an_export_that_is_too_long_says_what_to_do(
    audit: Audit, as_: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("macfa.overview.views.trail.MOST_EXPORTED", 3)
    response = as_("chair").post(f"{CHANGES}export/")
    assert response.status_code == 409
    assert "Narrow the filter" in response.content.decode()


def test_the_audits_page_leads_there(audit: Audit, as_: Browsers) -> None:
    assert 'href="/ledger/"' in shown(as_, "chair", "/audits/")
    assert 'class="govuk-link" href="/ledger/"' not in shown(as_, "board", "/audits/")


def test_a_case_of_no_audit_is_nowhere(cast: Cast, as_: Browsers) -> None:
    assert not Case.objects.exists()
    assert "Nothing to show" in shown(as_, "chair", CHANGES)


@pytest.mark.parametrize(
    "narrowing",
    [
        Narrowing(),
        Narrowing(person="somebody"),
        Narrowing(kind="sampling.case"),
        Narrowing(reference="NEG", kind="sampling.case"),
        Narrowing(person="somebody", first=clock.today()),
    ],
)
def test_a_page_is_a_seek_in_an_index_that_sorts_nothing(cast: Cast, narrowing: Narrowing) -> None:
    for prefix in ("NEG", "DAC"):
        an_audit(cast, prefix)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # tables of tests are too small to need an index
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = Trail(cast.partnership, cast["chair"], narrowing).changes().explain()
    assert "ledger_" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
