"""Findings and the report: who records, writes and signs off, and what stays as it was."""

from __future__ import annotations

from functools import partial

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.findings import rules, services
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import Finding, Report
from macfa.overview import services as overview
from macfa.people import services as people
from macfa.people.models import User
from macfa.people.roles import Role
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.scenes import scene
from workflows import ledger, tasks, timeline
from workflows.assignment import claim, give, release
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState

#: At findings, every case moderated.
built, cast, audit = scene(factories.audit_moderated)


def draft(cast: Cast, audit: Audit, by: str = "coordinator") -> Report:
    """A report that has everything but the QPPA's reading."""
    factories.a_finding(cast, audit)
    report = services.start_report(audit=audit, by=cast[by])
    return services.edit_report(
        report=report, summary="In short.", method="As drawn.", limits="Few.", by=cast[by]
    )


def with_qppa(cast: Cast, audit: Audit, by: str = "coordinator") -> Report:
    return services.put_forward(report=draft(cast, audit, by), by=cast[by])


def record(audit: Audit, by: User, kind: str = "learning", **also: object) -> Finding:
    return services.record_finding(audit=audit, kind=kind, title="Found", by=by, **also)  # type: ignore[arg-type]


def edit(finding: Finding, by: User, **changed: object) -> Finding:
    given = {"title": "Found", "text": "", "cases": [], "domains": [], "agencies": []}
    return services.edit_finding(finding=finding, by=by, **{**given, **changed})  # type: ignore[arg-type]


# --- findings ------------------------------------------------------------------------------------


def test_findings_are_numbered_within_their_kind(cast: Cast, audit: Audit) -> None:
    by = cast["coordinator"]
    kinds = ("good_practice", "learning", "learning", "system", "good_practice")
    labels = [record(audit, by, kind).label for kind in kinds]
    assert labels == ["P1", "F1", "F2", "S1", "P2"]


def test_a_finding_rests_on_cases_domains_and_agencies(cast: Cast, audit: Audit) -> None:
    cases = list(audit.cases.counted())
    domains = list(cast.tool.domains.all()[:2])
    police = cast.agencies["POL"]
    finding = record(
        audit, cast["chair"], cases=cases, domains=domains, agencies=[police], repeats="2024/25"
    )
    assert list(finding.cases.all()) == cases
    assert set(finding.domains.all()) == set(domains)
    assert list(finding.agencies.all()) == [police]
    assert finding.repeats == "2024/25"


def test_coordinator_chair_and_panel_record_findings(cast: Cast, audit: Audit) -> None:
    for name in ("coordinator", "chair", "panel.pol"):
        assert record(audit, cast[name]).audit == audit
        assert rules.can_record(audit, cast[name])


def test_nobody_else_records_findings(cast: Cast, audit: Audit) -> None:
    elsewhere = assemble("elsewhere")
    insiders = [cast[name] for name in ("qppa", "lead.pol", "auditor.csc", "board", "admin")]
    outsiders = [elsewhere[name] for name in ("coordinator", "chair", "panel.pol")]
    for person in (*insiders, *outsiders):
        with pytest.raises(NotAllowed):
            record(audit, person)


def test_a_finding_rests_on_nothing_of_another_audit(cast: Cast, audit: Audit) -> None:
    other = factories.audit_drawn(assemble("elsewhere"), "DAC")
    assert other.tool_version is not None
    by = cast["coordinator"]
    for strange in (
        {"cases": list(other.cases.all())},
        {"domains": list(other.tool_version.domains.all())},
        {"agencies": list(other.agencies.all())},
    ):
        with pytest.raises(NotAllowed, match="of NEG"):
            record(audit, by, **strange)
    assert not audit.findings.exists()


def test_no_finding_is_recorded_before_moderation(cast: Cast) -> None:
    audit = factories.audit_issued(cast, "TWO")
    with pytest.raises(WrongState, match="moderation"):
        record(audit, cast["coordinator"])


def test_a_finding_is_changed_and_keeps_its_number(cast: Cast, audit: Audit) -> None:
    finding = factories.a_finding(cast, audit)
    changed = edit(finding, cast["panel.csc"], title="Better said")
    assert (changed.label, changed.title) == ("F1", "Better said")
    assert not changed.cases.exists()


def test_a_finding_changed_meanwhile_is_not_overwritten(cast: Cast, audit: Audit) -> None:
    finding = factories.a_finding(cast, audit)
    edit(finding, cast["chair"], title="First")
    with pytest.raises(Stale):
        edit(finding, cast["coordinator"], title="Second", expects=finding.version)
    assert Finding.objects.get().title == "First"


def test_the_same_form_posted_twice_records_one_finding(cast: Cast, audit: Audit) -> None:
    record(audit, cast["chair"], token="once")
    with pytest.raises(AlreadyDone):
        record(audit, cast["chair"], token="once")
    assert audit.findings.count() == 1


def test_findings_stay_as_they_are_while_the_qppa_reads_the_report(
    cast: Cast, audit: Audit
) -> None:
    report = with_qppa(cast, audit)
    finding = audit.findings.get()
    with pytest.raises(WrongState, match="with the QPPA"):
        record(audit, cast["chair"])
    with pytest.raises(WrongState, match="with the QPPA"):
        edit(finding, cast["chair"])
    services.send_back(report=report, why="Say more.", by=cast["qppa"])
    assert edit(finding, cast["chair"], title="More").title == "More"


def test_signed_off_findings_change_only_with_a_new_version(cast: Cast, audit: Audit) -> None:
    services.sign_off(report=with_qppa(cast, audit), by=cast["qppa"])
    audit = services.publish(audit=audit, by=cast["coordinator"])
    finding = audit.findings.get()
    with pytest.raises(WrongState, match="start a new version"):
        edit(finding, cast["coordinator"], title="Corrected")
    services.start_report(audit=audit, by=cast["coordinator"])
    assert edit(finding, cast["coordinator"], title="Corrected").title == "Corrected"


# --- the report ----------------------------------------------------------------------------------


def test_starting_the_report_gives_its_author_the_work(cast: Cast, audit: Audit) -> None:
    report = services.start_report(audit=audit, by=cast["chair"])
    [item] = tasks.open_items([report])
    assert (item.title, item.owner) == ("Write the report", cast["chair"])
    with pytest.raises(NotYet, match="already"):
        services.start_report(audit=audit, by=cast["coordinator"])


def test_the_report_is_started_by_coordinator_or_chair(cast: Cast, audit: Audit) -> None:
    for name in ("qppa", "panel.pol", "lead.csc", "board"):
        with pytest.raises(NotAllowed):
            services.start_report(audit=audit, by=cast[name])
        assert not rules.can_start(audit, cast[name])


def test_a_report_of_a_withdrawn_audit_is_written_no_further(cast: Cast, audit: Audit) -> None:
    report = services.start_report(audit=audit, by=cast["coordinator"])
    overview.withdraw(audit=audit, reason="Overtaken", by=cast["coordinator"])
    with pytest.raises(WrongState, match="withdrawn"):
        services.edit_report(
            report=report, summary="x", method="", limits="", by=cast["coordinator"]
        )


def test_only_its_author_writes_a_report(cast: Cast, audit: Audit) -> None:
    report = services.start_report(audit=audit, by=cast["coordinator"])
    for person in (cast["chair"], cast["qppa"], assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed, match="to write"):
            services.edit_report(report=report, summary="x", method="", limits="", by=person)
        with pytest.raises(NotAllowed):
            services.put_forward(report=report, by=person)


def test_a_report_goes_to_the_qppa_only_complete_and_says_what_it_lacks(
    cast: Cast, audit: Audit
) -> None:
    report = services.start_report(audit=audit, by=cast["coordinator"])
    with pytest.raises(NotYet) as refused:
        services.put_forward(report=report, by=cast["coordinator"])
    assert refused.value.missing == (
        "the summary",
        "how the audit was done",
        "at least one finding",
    )


def test_putting_the_report_forward_asks_every_qppa_member(cast: Cast, audit: Audit) -> None:
    report = with_qppa(cast, audit)
    [item] = tasks.open_items([report])
    assert (item.title, item.owner) == ("Sign off the report", None)
    for name in ("qppa", "qppa2"):
        told = Notification.objects.filter(recipient_id=cast[name].pk, event="task.waiting")
        assert told.count() == 1
    with pytest.raises(WrongState):
        services.edit_report(
            report=report, summary="x", method="", limits="", by=cast["coordinator"]
        )


def test_a_qppa_member_signs_off_what_they_read(cast: Cast, audit: Audit) -> None:
    report = with_qppa(cast, audit)
    audit.findings.get().cases.clear()
    report = services.sign_off(report=report, by=cast["qppa"])
    assert report.state == ReportState.SIGNED_OFF
    assert report.signed_off_by == cast["qppa"]
    assert report.signed_off_at is not None
    assert report.contents is not None
    assert report.contents["findings"][0]["cases"] == ["NEG-01"]
    assert not tasks.open_items([report])


def test_nobody_but_the_qppa_signs_a_report_off(cast: Cast, audit: Audit) -> None:
    report = with_qppa(cast, audit)
    insiders = ("coordinator", "chair", "panel.pol", "lead.csc", "board")
    for person in (*map(cast.__getitem__, insiders), assemble("elsewhere")["qppa"]):
        with pytest.raises(NotAllowed):
            services.sign_off(report=report, by=person)
        with pytest.raises(NotAllowed):
            services.send_back(report=report, why="No", by=person)


def test_an_author_in_the_qppa_cannot_sign_off_their_own_report(cast: Cast, audit: Audit) -> None:
    make_qppa(cast, "chair")
    report = with_qppa(cast, audit, by="chair")
    with pytest.raises(NotAllowed, match="wrote"):
        services.sign_off(report=report, by=cast["chair"])
    with pytest.raises(NotAllowed, match="wrote"):
        claim(item=tasks.open_items([report])[0], by=cast["chair"])
    assert services.sign_off(report=report, by=cast["qppa"]).state == ReportState.SIGNED_OFF


def test_whoever_wrote_some_of_a_report_cannot_sign_it_off_after_handing_it_on(
    cast: Cast, audit: Audit
) -> None:
    make_qppa(cast, "chair")
    report = draft(cast, audit, by="chair")
    [item] = tasks.open_items([report])
    give(item=item, to=cast["coordinator"], by=cast["coordinator"], why="Holiday")
    report = Report.objects.get()
    assert report.author == cast["coordinator"]
    report = services.put_forward(report=report, by=cast["coordinator"])
    with pytest.raises(NotAllowed, match="wrote"):
        services.sign_off(report=report, by=cast["chair"])


def test_whoever_wrote_an_earlier_version_signs_off_none_that_begins_with_its_words(
    cast: Cast, audit: Audit
) -> None:
    make_qppa(cast, "chair")
    services.sign_off(report=with_qppa(cast, audit, by="chair"), by=cast["qppa"])
    by = cast["coordinator"]
    for _version in (2, 3):
        report = services.start_report(audit=audit, by=by)
        report = services.put_forward(report=report, by=by)
        assert report.summary == "In short."
        for act in (services.sign_off, partial(services.send_back, why="No")):
            with pytest.raises(NotAllowed, match="wrote"):
                act(report=report, by=cast["chair"])
        services.sign_off(report=report, by=cast["qppa"])


def make_qppa(cast: Cast, name: str) -> None:
    """Somebody sits on the QPPA besides what they are already."""
    people.join(person=cast[name], partnership=cast.partnership, role=Role.QPPA)


def test_writing_can_be_put_back_and_claimed_by_a_coordinator_only(
    cast: Cast, audit: Audit
) -> None:
    report = services.start_report(audit=audit, by=cast["chair"])
    [item] = tasks.open_items([report])
    with pytest.raises(NotAllowed):
        give(item=item, to=cast["qppa"], by=cast["coordinator"], why="No")
    release(item=item, why="Too much else", by=cast["chair"])
    claim(item=item, by=cast["coordinator"])
    assert Report.objects.get().author == cast["coordinator"]


def test_a_report_sent_back_returns_to_its_author_with_the_reason(cast: Cast, audit: Audit) -> None:
    report = with_qppa(cast, audit)
    with pytest.raises(NotYet):
        services.send_back(report=report, why=" ", by=cast["qppa"])
    report = services.send_back(report=report, why="Say who was heard.", by=cast["qppa"])
    [item] = tasks.open_items([report])
    assert (report.state, report.contents) == (ReportState.DRAFT, None)
    assert (item.title, item.owner) == ("Write the report", cast["coordinator"])
    assert timeline.of_record(report).filter(verb="send_back").get().said.text.startswith("Say who")


def test_a_signed_off_report_never_changes_and_a_correction_is_a_new_version(
    cast: Cast, audit: Audit
) -> None:
    first = services.sign_off(report=with_qppa(cast, audit), by=cast["qppa"])
    frozen = first.contents
    for act in (services.sign_off, services.put_forward):
        with pytest.raises((WrongState, NotAllowed)):
            act(report=first, by=cast["qppa"])
    second = services.start_report(audit=audit, by=cast["coordinator"])
    assert (second.number, second.summary) == (2, "In short.")
    services.edit_report(
        report=second, summary="Corrected.", method="m", limits="", by=cast["coordinator"]
    )
    first.refresh_from_db()
    assert first.contents == frozen
    assert first.summary == "In short."


def test_leads_board_and_author_are_told_of_the_sign_off(cast: Cast, audit: Audit) -> None:
    services.sign_off(report=with_qppa(cast, audit, by="chair"), by=cast["qppa"])
    told = dict(
        Notification.objects.filter(event="report.signed_off").values_list("recipient_id", "url")
    )
    report, own = Report.objects.get().get_absolute_url(), f"{audit.get_absolute_url()}our-grades/"
    assert told == {
        cast["lead.csc"].pk: own,
        cast["lead.pol"].pk: own,
        cast["lead.edu"].pk: own,
        cast["board"].pk: report,
        cast["chair"].pk: report,
    }


# --- the gate ------------------------------------------------------------------------------------


def test_the_gate_names_what_is_missing_until_a_report_is_signed_off(
    cast: Cast, audit: Audit
) -> None:
    by = cast["coordinator"]
    with pytest.raises(NotYet) as refused:
        services.publish(audit=audit, by=by)
    assert refused.value.missing == (
        "at least one finding",
        "a report, written and signed off by the QPPA",
    )
    report = with_qppa(cast, audit)
    with pytest.raises(NotYet) as refused:
        services.publish(audit=audit, by=by)
    assert "With the QPPA" in refused.value.missing[0]
    services.sign_off(report=report, by=cast["qppa"])
    assert services.publish(audit=audit, by=by).stage == Stage.ACTION_TRACKING


def test_only_the_coordinator_moves_the_audit_on(cast: Cast, audit: Audit) -> None:
    services.sign_off(report=with_qppa(cast, audit), by=cast["qppa"])
    insiders = [cast[name] for name in ("qppa", "chair", "lead.pol")]
    for person in (*insiders, assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.publish(audit=audit, by=person)


# --- who reads -----------------------------------------------------------------------------------


def readers(rows: object, people: dict[str, User]) -> set[str]:
    return {name for name, one in people.items() if rows.visible_to(one).exists()}  # type: ignore[attr-defined]


def test_drafts_are_read_by_who_makes_them_and_signed_off_reports_by_the_partnership(
    cast: Cast, audit: Audit
) -> None:
    elsewhere = assemble("elsewhere")
    report = with_qppa(cast, audit)
    assert readers(Report.objects, cast.people) == {"coordinator", "chair", "qppa", "qppa2"}
    services.sign_off(report=report, by=cast["qppa"])
    assert readers(Report.objects, cast.people) == set(cast.people) - {"admin"}
    assert readers(Report.objects, elsewhere.people) == set()


def test_findings_are_read_by_who_agrees_them(cast: Cast, audit: Audit) -> None:
    factories.a_finding(cast, audit)
    agree = {"coordinator", "chair", "qppa", "qppa2", "panel.csc", "panel.pol", "panel.edu"}
    assert readers(Finding.objects, cast.people) == agree
    assert readers(Finding.objects, assemble("elsewhere").people) == set()


def test_the_ledger_tells_all_of_it_and_is_whole(cast: Cast, audit: Audit) -> None:
    report = with_qppa(cast, audit)
    report = services.send_back(report=report, why="More.", by=cast["qppa"])
    report = services.put_forward(report=report, by=cast["coordinator"])
    services.sign_off(report=report, by=cast["qppa2"])
    said = [line.sentence for line in timeline.lines(timeline.of_record(report))]
    assert said[0] == "Qppa2 signed the report off"
    assert "Qppa sent the report back" in said
    assert "Coordinator started the report, version 1" in said
    assert list(ledger.faults()) == []
