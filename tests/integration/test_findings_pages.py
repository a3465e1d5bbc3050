"""The pages of findings, the report and an agency's own grades: who reads and does what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.findings import services
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import Finding, Report
from macfa.people.models import User
from macfa.sampling.models import CaseAccess
from tests import factories
from tests.cast import Cast, assemble
from tests.scenes import scene

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response


@pytest.fixture
def elsewhere(db: None) -> Cast:
    """Another partnership: nobody of it may know that this one is there."""
    return assemble("elsewhere")


built, cast, audit = scene(factories.audit_moderated)


def page(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def main(html: str) -> str:
    """What a page says, without the frame around it."""
    return html.partition("<main")[2].partition("</main>")[0]


def statuses(client: Client, cast: Cast, address: str, names: str) -> set[int]:
    """How an address answers these people."""
    found = set()
    for name in names.split():
        client.force_login(cast[name])
        found.add(client.get(address).status_code)
    return found


def post(client: Client, person: User, address: str, **typed: object) -> Response:
    client.force_login(person)
    return client.post(address, typed)


def report_with(cast: Cast, audit: Audit, state: ReportState) -> Report:
    """A report of the coordinator's at a state."""
    factories.a_finding(cast, audit)
    report = services.start_report(audit=audit, by=cast["coordinator"])
    if state == ReportState.DRAFT:
        return report
    report = services.edit_report(
        report=report, summary="In short.", method="As drawn.", limits="", by=cast["coordinator"]
    )
    report = services.put_forward(report=report, by=cast["coordinator"])
    if state == ReportState.SIGNED_OFF:
        report = services.sign_off(report=report, by=cast["qppa"])
    return report


# --- findings ------------------------------------------------------------------------------------


def test_findings_are_listed_by_kind_with_what_they_rest_on(
    client: Client, cast: Cast, audit: Audit
) -> None:
    finding = factories.a_finding(cast, audit)
    services.record_finding(
        audit=audit,
        kind=Finding.Kind.GOOD_PRACTICE,
        title="Weather check",
        repeats="Neglect, 2024/25",
        agencies=[cast.agencies["EDU"]],
        by=cast["chair"],
    )
    action = factories.an_action(cast, audit, finding)
    shown = page(client, cast["qppa"], f"{audit.get_absolute_url()}findings/")
    assert shown.index("P1 Weather check") < shown.index("F1 Chronologies were not shared")
    for words in ("Repeat finding", "Found before: Neglect, 2024/25", "Agencies: Education"):
        assert words in shown
    assert "Cases: NEG-01" in shown
    assert action.get_absolute_url() in shown
    assert "Add a finding" not in shown


def test_findings_are_read_by_who_agrees_them_and_by_nobody_else(
    client: Client, cast: Cast, audit: Audit, elsewhere: Cast
) -> None:
    address = f"{audit.get_absolute_url()}findings/"
    assert statuses(client, cast, address, "coordinator chair qppa panel.pol") == {200}
    assert statuses(client, cast, address, "lead.pol board") == {403}
    assert statuses(client, cast, address, "auditor.pol owner.csc admin") == {404}
    assert statuses(client, elsewhere, address, "coordinator qppa") == {404}


def test_a_finding_is_added_with_its_cases_and_once(
    client: Client, cast: Cast, audit: Audit
) -> None:
    address = f"{audit.get_absolute_url()}findings/add/"
    assert "NEG-01" in page(client, cast["panel.pol"], address)
    case = audit.cases.order_by("number")[0]
    typed = {
        "kind": "learning",
        "title": "Fathers were not seen",
        "cases": [case.pk],
        "agencies": [cast.agencies["POL"].pk],
        "token": "once",
    }
    for _ in range(2):
        response = post(client, cast["panel.pol"], address, **typed)
        assert response.status_code == 302
        assert response["Location"] == f"{audit.get_absolute_url()}findings/"
    finding = audit.findings.get()
    assert (finding.label, list(finding.cases.all())) == ("F1", [case])


def test_a_finding_without_a_sentence_is_asked_for_it(
    client: Client, cast: Cast, audit: Audit
) -> None:
    address = f"{audit.get_absolute_url()}findings/add/"
    response = post(client, cast["chair"], address, text="What we saw")
    html = response.content.decode()
    assert "There is a problem" in html
    assert "Enter the finding in one sentence" in html
    assert "What we saw" in html


def test_adding_and_changing_findings_is_for_who_records_them(
    client: Client, cast: Cast, audit: Audit, elsewhere: Cast
) -> None:
    finding = factories.a_finding(cast, audit)
    add = f"{audit.get_absolute_url()}findings/add/"
    edit = f"/findings/{finding.public_id}/edit/"
    for address in (add, edit):
        assert statuses(client, cast, address, "coordinator chair panel.csc") == {200}
        assert statuses(client, cast, address, "qppa") == {403}
        assert statuses(client, elsewhere, address, "coordinator") == {404}
    assert statuses(client, cast, add, "lead.pol") == {403}
    assert statuses(client, cast, edit, "lead.pol auditor.pol board") == {404}


def test_a_stale_change_of_a_finding_keeps_what_was_typed(
    client: Client, cast: Cast, audit: Audit
) -> None:
    finding = factories.a_finding(cast, audit)
    address = f"/findings/{finding.public_id}/edit/"
    post(client, cast["chair"], address, title="First", version=finding.version, token="a")
    response = post(
        client, cast["coordinator"], address, title="Second", version=finding.version, token="b"
    )
    assert response.status_code == 409
    html = response.content.decode()
    assert "Chair edited the finding F1" in html
    assert "Second</textarea>" in html
    assert Finding.objects.get().title == "First"


def test_the_list_costs_the_same_however_many_findings(
    client: Client, cast: Cast, audit: Audit
) -> None:
    address = f"{audit.get_absolute_url()}findings/"
    by_one = queries(client, cast, audit, address)
    for _ in range(5):
        finding = factories.a_finding(cast, audit)
        factories.an_action(cast, audit, finding)
    assert queries(client, cast, audit, address) == by_one


def queries(client: Client, cast: Cast, audit: Audit, address: str) -> int:
    """How many statements the page costs with at least one of everything."""
    if not audit.findings.exists():
        factories.an_action(cast, audit, factories.a_finding(cast, audit))
    client.force_login(cast["coordinator"])
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


# --- the report ----------------------------------------------------------------------------------


def test_the_report_is_started_written_and_put_forward(
    client: Client, cast: Cast, audit: Audit
) -> None:
    factories.a_finding(cast, audit)
    by, base = cast["coordinator"], audit.get_absolute_url()
    started = post(client, by, f"{base}findings/report/", token="start")
    report = Report.objects.get()
    assert started["Location"] == f"/reports/{report.public_id}/edit/"
    forward = f"{report.get_absolute_url()}put-forward/"
    lacks = page(client, by, forward)
    assert "the summary" in lacks
    assert ">Put the report to the QPPA</button>" not in lacks
    typed = {"summary": "In short.", "method": "As drawn.", "version": report.version}
    post(client, by, f"{report.get_absolute_url()}edit/", **typed)
    assert ">Put the report to the QPPA</button>" in page(client, by, forward)
    report.refresh_from_db()
    post(client, by, forward, version=report.version)
    report.refresh_from_db()
    assert report.state == ReportState.WITH_QPPA


def test_putting_forward_what_lacks_something_says_so_and_changes_nothing(
    client: Client, cast: Cast, audit: Audit
) -> None:
    report = report_with(cast, audit, ReportState.DRAFT)
    address = f"{report.get_absolute_url()}put-forward/"
    response = post(client, cast["coordinator"], address, token="t")
    assert "There is a problem" in response.content.decode()
    report.refresh_from_db()
    assert report.state == ReportState.DRAFT


def test_the_qppa_signs_off_on_its_own_page_and_the_author_cannot(
    client: Client, cast: Cast, audit: Audit, elsewhere: Cast
) -> None:
    report = report_with(cast, audit, ReportState.WITH_QPPA)
    sign_off = f"{report.get_absolute_url()}sign-off/"
    back = f"{report.get_absolute_url()}send-back/"
    for address in (sign_off, back):
        assert statuses(client, cast, address, "qppa qppa2") == {200}
        assert statuses(client, cast, address, "coordinator chair") == {403}
        assert statuses(client, cast, address, "board lead.pol panel.pol") == {404}
        assert statuses(client, elsewhere, address, "qppa") == {404}
    response = post(client, cast["qppa2"], sign_off, version=report.version, token="t")
    assert response["Location"] == report.get_absolute_url()
    report.refresh_from_db()
    assert report.signed_off_by == cast["qppa2"]
    assert post(client, cast["qppa2"], sign_off, version=report.version).status_code == 409


def test_a_report_sent_back_shows_its_author_why(client: Client, cast: Cast, audit: Audit) -> None:
    report = report_with(cast, audit, ReportState.WITH_QPPA)
    address = f"{report.get_absolute_url()}send-back/"
    asked = post(client, cast["qppa"], address, version=report.version)
    assert "Answer “What should be changed?”" in asked.content.decode()
    post(client, cast["qppa"], address, why="Say who was heard.", version=report.version)
    for path in ("", "edit/"):
        shown = page(client, cast["coordinator"], report.get_absolute_url() + path)
        assert "Say who was heard." in shown


def test_a_stale_report_is_not_overwritten_and_what_was_typed_is_kept(
    client: Client, cast: Cast, audit: Audit
) -> None:
    report = report_with(cast, audit, ReportState.DRAFT)
    address = f"{report.get_absolute_url()}edit/"
    post(client, cast["coordinator"], address, summary="First", version=report.version)
    late = post(client, cast["coordinator"], address, summary="Second", version=report.version)
    assert late.status_code == 409
    assert "Second" in late.content.decode()
    assert Report.objects.get().summary == "First"


def test_drafts_are_hidden_from_the_partnership_and_signed_off_reports_are_not(
    client: Client, cast: Cast, audit: Audit, elsewhere: Cast
) -> None:
    report = report_with(cast, audit, ReportState.WITH_QPPA)
    address, others = report.get_absolute_url(), "board lead.pol auditor.csc owner.edu panel.pol"
    assert statuses(client, cast, address, "coordinator chair qppa") == {200}
    assert statuses(client, cast, address, others) == {404}
    services.sign_off(report=report, by=cast["qppa"])
    assert statuses(client, cast, address, others) == {200}
    assert statuses(client, cast, address, "admin") == {404}
    assert statuses(client, elsewhere, address, "coordinator board") == {404}
    for name in ("board", "auditor.csc"):
        assert address in page(client, cast[name], "/reports/")
    assert "NEG" not in page(client, cast["admin"], "/reports/")


def test_the_report_shows_figures_with_their_denominators_as_bars_and_as_a_table(
    client: Client, cast: Cast, audit: Audit
) -> None:
    report = report_with(cast, audit, ReportState.SIGNED_OFF)
    shown = " ".join(page(client, cast["board"], report.get_absolute_url()).split())
    assert "<strong>4 of 4</strong> returns due came in" in shown
    assert "2 more were nil returns: the agency looked and had nothing to audit." in shown
    assert "<strong>Theme:</strong> Neglect" in shown
    assert "in a draw that anybody can repeat" in shown
    assert "Annex: the sample was drawn by the method sha256-order/1." in shown
    assert "Quality of Practice, Performance and Assurance subgroup" in shown
    assert "The panel changed 0 of 4 agency grades" in shown
    assert "Counted from 4 returns" in shown
    assert "Agency grades (of 4)" in shown
    assert len(re.findall(r"<svg [^>]*aria-hidden", shown)) == 12
    assert "written by Coordinator. Signed off by Qppa for the QPPA (" in shown
    assert "In short." in shown
    assert "Seen in 1 of 2 cases" in shown
    assert shown.count("<h1") == 1
    assert "What happened to this version" not in shown


def test_the_board_and_the_agencies_read_how_many_cases_and_not_which(
    client: Client, cast: Cast, audit: Audit
) -> None:
    factories.a_finding(cast, audit)
    report = factories.report_signed_off(cast, audit)
    for name in ("board", "lead.pol", "lead.csc"):
        read = main(page(client, cast[name], report.get_absolute_url()))
        assert "Seen in 1 of 2 cases" in read
        assert "NEG-0" not in read
    for name in ("coordinator", "chair", "qppa", "panel.pol"):
        read = main(page(client, cast[name], report.get_absolute_url()))
        assert "Seen in 1 of 2 cases: NEG-01" in read


def test_a_signed_off_report_reads_as_it_was_whatever_changes_later(
    client: Client, cast: Cast, audit: Audit
) -> None:
    report = report_with(cast, audit, ReportState.SIGNED_OFF)
    before = main(page(client, cast["board"], report.get_absolute_url()))
    services.start_report(audit=audit, by=cast["coordinator"])
    services.edit_finding(
        finding=audit.findings.get(),
        title="Corrected",
        text="",
        cases=[],
        domains=[],
        agencies=[],
        by=cast["coordinator"],
    )
    assert main(page(client, cast["board"], report.get_absolute_url())) == before
    makers = page(client, cast["coordinator"], report.get_absolute_url())
    assert "There is a newer version" in makers


def test_a_new_version_begins_from_the_signed_off_one(
    client: Client, cast: Cast, audit: Audit
) -> None:
    report_with(cast, audit, ReportState.SIGNED_OFF)
    shown = page(client, cast["coordinator"], f"{audit.get_absolute_url()}findings/")
    assert "Start a new version" in shown
    start = f"{audit.get_absolute_url()}findings/report/"
    for _ in range(2):
        post(client, cast["coordinator"], start, token="same")
    assert [report.number for report in audit.reports.all()] == [1, 2]
    client.force_login(cast["coordinator"])
    assert client.get(start).status_code == 405


# --- the gate ------------------------------------------------------------------------------------


def test_the_gate_says_what_is_missing_and_then_moves_the_audit(
    client: Client, cast: Cast, audit: Audit, elsewhere: Cast
) -> None:
    address = f"{audit.get_absolute_url()}findings/publish/"
    shown = page(client, cast["coordinator"], address)
    assert "a report, written and signed off by the QPPA" in shown
    assert ">Move to action tracking</button>" not in shown
    report_with(cast, audit, ReportState.SIGNED_OFF)
    shown = page(client, cast["coordinator"], address)
    assert "Nothing follows yet from F1" in shown
    assert ">Move to action tracking</button>" in shown
    assert statuses(client, cast, address, "qppa chair lead.pol") == {403}
    assert statuses(client, elsewhere, address, "coordinator") == {404}
    audit.refresh_from_db()
    for _ in range(2):
        response = post(client, cast["coordinator"], address, version=audit.version, token="go")
        assert response["Location"] == audit.get_absolute_url()
    audit.refresh_from_db()
    assert audit.stage == Stage.ACTION_TRACKING


def test_publishing_too_early_says_so_beside_the_button(
    client: Client, cast: Cast, audit: Audit
) -> None:
    address = f"{audit.get_absolute_url()}findings/publish/"
    html = post(client, cast["coordinator"], address, token="t").content.decode()
    assert "There is a problem" in html
    assert "cannot move to action tracking yet" in html


# --- an agency's own grades ----------------------------------------------------------------------


def test_an_agency_lead_reads_their_own_grades_after_sign_off_and_nobody_elses(
    client: Client, cast: Cast, audit: Audit
) -> None:
    address = f"{audit.get_absolute_url()}our-grades/"
    report = report_with(cast, audit, ReportState.WITH_QPPA)
    assert statuses(client, cast, address, "lead.pol lead.csc") == {404}
    services.sign_off(report=report, by=cast["qppa"])
    shown = page(client, cast["lead.pol"], address)
    own = audit.returns.filter(agency__code="POL")
    for return_ in own:
        assert return_.get_absolute_url() in shown
    for return_ in audit.returns.exclude(agency__code="POL"):
        assert return_.get_absolute_url() not in shown
    assert shown.count("Agreed") == own.count()
    assert "F1 Chronologies were not shared" in shown
    assert "nothing to audit" in page(client, cast["lead.edu"], address)


def test_our_grades_is_no_page_for_anybody_but_an_agency_lead(
    client: Client, cast: Cast, audit: Audit, elsewhere: Cast
) -> None:
    report_with(cast, audit, ReportState.SIGNED_OFF)
    address = f"{audit.get_absolute_url()}our-grades/"
    everybody = "coordinator chair qppa board panel.pol auditor.pol owner.csc admin"
    assert statuses(client, cast, address, everybody) == {404}
    assert statuses(client, elsewhere, address, "lead.pol coordinator") == {404}


def test_a_case_somebody_has_a_conflict_with_stays_hidden_from_them(
    client: Client, cast: Cast, audit: Audit
) -> None:
    report_with(cast, audit, ReportState.SIGNED_OFF)
    hidden = audit.returns.filter(agency__code="POL")[0]
    CaseAccess.objects.create(
        case=hidden.case, person=cast["lead.pol"], capacity=CaseAccess.Capacity.CONFLICT
    )
    shown = page(client, cast["lead.pol"], f"{audit.get_absolute_url()}our-grades/")
    assert hidden.get_absolute_url() not in shown
    assert shown.count("Agreed") == 1
