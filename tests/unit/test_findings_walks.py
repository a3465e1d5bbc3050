"""Reports walked at random, by anybody: no state outside the graph, no move without its entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from macfa.audits.models import Audit
from macfa.findings import services
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import Report
from macfa.people.models import User
from tests import factories
from tests.cast import Cast, assemble
from workflows import ledger, tasks, timeline
from workflows.errors import Refused
from workflows.lifecycle import moves

PEOPLE = ("chair", "qppa", "qppa2", "lead.pol")
STEPS: dict[str, Callable[[Report, User], object]] = {
    "edit": lambda report, by: services.edit_report(
        report=report, summary="s", method="m", limits="", by=by
    ),
    "put_forward": lambda report, by: services.put_forward(report=report, by=by),
    "send_back": lambda report, by: services.send_back(report=report, why="More", by=by),
    "sign_off": lambda report, by: services.sign_off(report=report, by=by),
}


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """At findings, with one finding."""
    audit = factories.audit_moderated(cast)
    factories.a_finding(cast, audit)
    return audit


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(PEOPLE))))
def test_a_report_walked_at_random_stays_sound(
    cast: Cast, audit: Audit, walk: list[tuple[str, str]]
) -> None:
    report = audit.reports.under_way().first()
    report = report or services.start_report(audit=audit, by=cast["chair"])
    for step, name in walk:
        before = Report.objects.get(pk=report.pk)
        try:
            STEPS[step](before, cast[name])
        except Refused:
            assert Report.objects.get(pk=report.pk).version == before.version
        check_sound(Report.objects.get(pk=report.pk))
    assert list(ledger.faults()) == []


def check_sound(report: Report) -> None:
    """Frozen once it is put forward, one open task until sign-off, never signed off by its
    author, and every move told."""
    assert (report.contents is None) == (report.state == ReportState.DRAFT)
    assert len(tasks.open_items([report])) == (report.state != ReportState.SIGNED_OFF)
    assert report.signed_off_by_id != report.author_id
    told = [
        (entry.verb, entry.facts["from"], entry.facts["to"])
        for entry in reversed(timeline.of_record(report))
        if "from" in entry.facts
    ]
    assert set(told) <= {(move.name, move.source, move.target) for move in moves(Report)}
    assert report.state == (told[-1][2] if told else ReportState.DRAFT)
