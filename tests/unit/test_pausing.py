"""An audit or a case waits for a while, and goes on from where it was."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from macfa.audits import services as audits
from macfa.audits.lifecycle import Stage
from macfa.findings import services as findings
from macfa.moderation import services as moderation
from macfa.overview import services
from macfa.overview.programme import board
from macfa.retention.models import standing_on
from macfa.returns import services as returns
from macfa.returns.lifecycle import ReturnState
from macfa.sampling.lifecycle import CaseState
from notifications.models import Notification
from tests import factories
from workflows import clock, ledger, timeline
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import WorkItem
from workflows.working_days import add_working_days, working_days_between

if TYPE_CHECKING:
    from collections.abc import Callable

    from macfa.audits.models import Audit
    from macfa.sampling.models import Case
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

WHY = "The police ask us to wait for an inquiry."


def until(days: int = 10) -> date:
    """A day to look at the pause again, so many working days ahead."""
    return add_working_days(clock.today(), days)


def paused(cast: Cast, audit: Audit, who: str = "coordinator", **changed: Any) -> Audit:
    """The audit waits for ten working days."""
    given = {"reason": WHY, "until": until(), **changed}
    return services.pause_audit(audit=audit, **given, by=cast[who])


def case_paused(cast: Cast, case: Case) -> Case:
    """One case waits for ten working days."""
    return services.pause_case(case=case, reason=WHY, until=until(), by=cast["coordinator"])


def test_a_pause_keeps_the_stage_and_everything_due_moves_on(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    before = {
        "stage": audit.due(Stage.AGENCY_AUDITS),
        "return": factories.a_return(audit).due,
        "task": WorkItem.objects.open().get(reference="NEG-01 POL").due,
    }
    audit = paused(cast, audit, legal_hold=True)
    assert (audit.stage, audit.paused_because) == ("agency_audits", WHY)
    [hold] = standing_on([audit])[audit.pk]
    assert (hold.audit, hold.reason, hold.placed_by) == (audit, WHY, cast["coordinator"])
    after = {
        "stage": audit.due(Stage.AGENCY_AUDITS),
        "return": factories.a_return(audit).due,
        "task": WorkItem.objects.open().get(reference="NEG-01 POL").due,
    }
    days = working_days_between(clock.today(), until())
    assert after == {name: add_working_days(day, days) for name, day in before.items()}
    assert audit.due(Stage.THEME_SELECTION) < clock.today() + timedelta(days=60)
    assert not list(ledger.faults())


def test_whoever_has_work_on_it_hears_of_it_once(cast: Cast) -> None:
    audit = paused(cast, factories.audit_issued(cast))
    told = Notification.objects.filter(event="work.paused", text__contains="NEG is paused until")
    assert {row.recipient for row in told} == {
        cast[f"lead.{code}"] for code in ("csc", "pol", "edu")
    }
    assert told.count() == 3
    services.resume_audit(audit=audit, reason="The inquiry ended.", by=cast["coordinator"])
    assert Notification.objects.filter(text="NEG goes on.").count() == 3


def test_nothing_changes_while_an_audit_is_paused(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    return_ = factories.drafting(cast, factories.a_return(audit))
    other = factories.a_return(audit, "CSC")
    audit = paused(cast, audit)
    by = cast["coordinator"]
    refused: list[Callable[[], object]] = [
        lambda: returns.save_answers(return_=return_, answers={}, by=cast["auditor.pol"]),
        lambda: returns.submit(return_=return_, by=cast["auditor.pol"]),
        lambda: factories.nil(cast, other),
        lambda: returns.remind(return_=other, by=by),
        lambda: returns.remind_all_outstanding(audit=audit, by=by),
        lambda: audits.set_dates(audit=audit, planned={}, reason="", by=by),
        lambda: services.withdraw(audit=audit, reason="Given up", by=by),
        lambda: paused(cast, audit),
    ]
    for act in refused:
        with pytest.raises(WrongState, match="is paused, so this waits"):
            act()
    services.resume_audit(audit=audit, reason="The inquiry ended.", by=by)
    assert factories.nil(cast, other).state == ReturnState.NIL


def test_a_pause_that_lasted_longer_moves_what_is_due_by_the_rest(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    audit = paused(cast, audit)
    due = factories.a_return(audit).due
    with clock.playing(clock.now() + timedelta(days=60)):
        late = working_days_between(audit.paused_until or clock.today(), clock.today())
        audit = services.resume_audit(audit=audit, reason="It ended.", by=cast["coordinator"])
    assert late > 0
    assert factories.a_return(audit).due == add_working_days(due, late)
    assert audit.paused_on is None


def test_one_case_waits_and_the_others_go_on(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    waits, goes_on = audit.cases.order_by("number")
    case_paused(cast, waits)
    with pytest.raises(WrongState, match="NEG-01 is paused"):
        factories.nil(cast, audit.returns.get(case=waits, agency__code="EDU"))
    for return_ in audit.returns.filter(case=goes_on):
        factories.nil(cast, return_)
    moderation.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.pol"], cast["panel.csc"]],
        meets_on=clock.today(),
        by=cast["coordinator"],
    )
    released = moderation.release(audit=audit, by=cast["coordinator"])
    assert [case.label for case in released] == ["NEG-02"]
    services.resume_case(case=waits, reason="It ended.", by=cast["coordinator"])
    for return_ in audit.returns.filter(case=waits):
        factories.nil(cast, return_)
    assert [each.label for each in moderation.release(audit=audit, by=cast["coordinator"])] == [
        "NEG-01"
    ]


def test_a_case_with_the_panel_waits_too(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    case = audit.cases.order_by("number")[0]
    case = case_paused(cast, case)
    with pytest.raises(WrongState, match="NEG-01 is paused"):
        factories.case_moderated(cast, case)
    assert case.state == CaseState.RELEASED
    lines = [line.sentence for line in timeline.lines(timeline.of_record(case))]
    assert any(line.startswith("Coordinator paused the case until") for line in lines)


@pytest.mark.parametrize("who", ["lead.pol", "auditor.pol", "chair", "qppa"])
def test_only_the_coordinator_pauses_and_resumes(cast: Cast, who: str) -> None:
    audit = factories.audit_issued(cast)
    with pytest.raises(NotAllowed):
        paused(cast, audit, who)
    audit = paused(cast, audit)
    with pytest.raises(NotAllowed):
        services.resume_audit(audit=audit, reason="It ended.", by=cast[who])


@pytest.mark.parametrize(
    ("changed", "missing"), [({"reason": " "}, "Say why"), ({"until": None}, "a day to come")]
)
def test_a_pause_has_a_reason_and_a_day_to_come(
    cast: Cast, changed: dict[str, Any], missing: str
) -> None:
    audit = factories.audit_issued(cast)
    changed = {name: value or clock.today() for name, value in changed.items()}
    with pytest.raises(NotYet, match=missing):
        paused(cast, audit, **changed)


def test_nothing_is_overdue_while_a_pause_waits_to_be_looked_at_again(cast: Cast) -> None:
    audit = paused(cast, factories.audit_issued(cast))
    with clock.playing(clock.now() + timedelta(weeks=30)):
        assert not any(return_.is_overdue for return_ in audit.returns.all())
        (row,) = board([audit], followed=[])
        assert row.slippage_words == ""
        audit = services.resume_audit(audit=audit, reason="Over.", by=cast["coordinator"])
    with clock.playing(clock.now() + timedelta(weeks=60)):
        assert all(return_.is_overdue for return_ in audit.returns.all())


def test_a_report_waits_while_its_audit_is_paused(cast: Cast) -> None:
    audit = factories.audit_moderated(cast)
    factories.a_finding(cast, audit)
    report = findings.start_report(audit=audit, by=cast["coordinator"])
    report = findings.edit_report(
        report=report, summary="In short.", method="As drawn.", limits="", by=cast["coordinator"]
    )
    paused(cast, audit)
    with pytest.raises(WrongState, match="paused"):
        findings.put_forward(report=report, by=cast["coordinator"])
    audit.refresh_from_db()
    services.resume_audit(audit=audit, reason="Over.", by=cast["coordinator"])
    report = findings.put_forward(report=report, by=cast["coordinator"])
    audit.refresh_from_db()
    paused(cast, audit)
    for decide in (findings.sign_off, partial(findings.send_back, why="Plainer.")):
        with pytest.raises(WrongState, match="paused"):
            decide(report=report, by=cast["qppa"])
