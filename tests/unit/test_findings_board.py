"""The Board sends a signed-off report back: a new version opens, and what runs goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from macfa.findings import rules, services
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import Report
from macfa.improvement.lifecycle import ActionState
from macfa.overview import services as overview
from notifications.models import Notification
from tests import factories
from tests.cast import assemble
from workflows import clock, ledger, timeline
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import WorkItem

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(cast: Cast) -> Report:
    """Signed off, at findings."""
    audit = factories.audit_moderated(cast)
    factories.a_finding(cast, audit)
    return factories.report_signed_off(cast, audit)


def sent_back(cast: Cast, report: Report, by: str = "coordinator", **changed: Any) -> Report:
    """The Board wants a plainer summary."""
    given = {"said": "Say it plainly.", "who": "The Board’s chair", "on": clock.today(), **changed}
    return services.board_sends_back(report=report, **given, by=cast[by])


def test_a_new_version_opens_with_the_words_of_the_last(cast: Cast, report: Report) -> None:
    fresh = sent_back(cast, report)
    report.refresh_from_db()
    assert (fresh.number, fresh.state, fresh.summary) == (2, ReportState.DRAFT, report.summary)
    assert report.state == ReportState.SIGNED_OFF
    assert report.board_said == "Say it plainly."
    item = WorkItem.objects.open().get(title="Write the report")
    assert item.owner == fresh.author == cast["coordinator"]
    line = timeline.lines(timeline.of_record(report)[:1])[0]
    assert "recorded that the Board sent the report back" in line.sentence
    assert line.text == "The Board’s chair: Say it plainly."
    assert list(ledger.faults()) == []


def test_whoever_signed_it_off_hears_of_it(cast: Cast, report: Report) -> None:
    sent_back(cast, report)
    told = Notification.objects.get(event="report.board_sent_back")
    assert (told.recipient, told.text) == (
        cast["qppa"],
        "The Board sent back: NEG report, version 1",
    )


def test_it_goes_to_the_qppa_again_before_the_audit_moves_on(cast: Cast, report: Report) -> None:
    fresh = sent_back(cast, report)
    assert "sign-off by the QPPA" in next(rules.missing_to_publish(report.audit))
    fresh = services.put_forward(report=fresh, by=cast["coordinator"])
    fresh = services.sign_off(report=fresh, by=cast["qppa2"])
    assert list(rules.missing_to_publish(report.audit)) == []
    sent_back(cast, fresh)
    assert list(rules.missing_to_publish(report.audit)) != []


def test_an_author_who_chaired_the_panel_goes_on_writing(cast: Cast) -> None:
    audit = factories.audit_moderated(cast)
    factories.a_finding(cast, audit)
    draft = services.start_report(audit=audit, by=cast["chair"])
    draft = services.edit_report(
        report=draft, summary="In short.", method="As drawn.", limits="", by=cast["chair"]
    )
    services.put_forward(report=draft, by=cast["chair"])
    report = services.sign_off(report=draft, by=cast["qppa"])
    assert sent_back(cast, report).author == cast["chair"]


def test_actions_that_run_go_on(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    sent_back(cast, audit.reports.get())
    assert audit.actions.get().state == ActionState.UNDER_WAY


def test_only_the_coordinator_records_what_the_board_said(cast: Cast, report: Report) -> None:
    outsider = assemble("elsewhere")
    for people, who in ((cast, "lead.pol"), (cast, "board"), (cast, "qppa"), (cast, "chair")):
        with pytest.raises(NotAllowed):
            sent_back(people, report, who)
    with pytest.raises(NotAllowed):
        sent_back(outsider, report)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"said": " "}, "wants changed"),
        ({"who": " "}, "who spoke"),
        ({"on": clock.today() + timedelta(days=3)}, "today or earlier"),
    ],
)
def test_it_says_what_who_and_when(
    cast: Cast, report: Report, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotYet, match=sentence):
        sent_back(cast, report, **changed)


def test_only_the_newest_signed_off_version_is_sent_back(cast: Cast, report: Report) -> None:
    fresh = sent_back(cast, report)
    with pytest.raises(WrongState, match="newer version"):
        sent_back(cast, report)
    with pytest.raises(WrongState, match="once the QPPA"):
        sent_back(cast, fresh)


def test_a_version_is_not_sent_back_once_the_audit_has_ended(cast: Cast, report: Report) -> None:
    overview.withdraw(audit=report.audit, reason="Merged.", by=cast["coordinator"])
    with pytest.raises(WrongState):
        sent_back(cast, report)
