"""Different acts on the same records at the same moment: they wait, and judge by what is true."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from macfa.findings import services as findings
from macfa.findings.models import Finding
from macfa.improvement import services as improvement
from macfa.moderation import services as moderation
from macfa.overview import invariants as of_audits
from macfa.overview import services as overview
from macfa.returns import services as returns
from macfa.sampling.lifecycle import WITH_PANEL
from macfa.sampling.models import Case, CaseAccess
from tests import factories
from tests.cast import Cast, assemble
from tests.records import a_case, a_return, an_audit, at_once
from workflows import invariants as of_work
from workflows import ledger
from workflows.errors import Refused, WrongState
from workflows.lifecycle import act, beginning, hold, lock, lock_order
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable

    from macfa.audits.models import Audit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> Cast:
    """The cast, as other connections see it too."""
    return assemble()


def all_went_well(*calls: Callable[[], object]) -> list[Exception | None]:
    """Whatever comes second is done too, or refused in words: nothing deadlocks, one at least is
    done, and what is stored is sound. Says what each raised."""
    outcomes = at_once(calls)
    assert [raised for raised in outcomes if raised and not isinstance(raised, Refused)] == []
    assert None in outcomes
    assert [*of_audits.faults(), *ledger.faults(), *of_work.faults()] == []
    return outcomes


# --- the one order of locks ----------------------------------------------------------------------


def test_records_are_locked_in_the_order_of_the_work(people: Cast) -> None:
    audit = an_audit(people)
    case = a_case(people, audit)
    return_ = a_return(people, case)
    assert lock_order(audit) < lock_order(case.draw) < lock_order(case) < lock_order(return_)
    with act(return_, by=None, within=case) as (_doing, fresh):
        assert fresh == return_
    with (
        pytest.raises(RuntimeError, match="is locked after a record that comes after it"),
        act(return_, by=None),
    ):
        lock(case)


def test_records_of_one_kind_are_locked_by_number(people: Cast) -> None:
    first, second = an_audit(people, "A1"), an_audit(people, "A2")
    with beginning():
        assert [audit.pk for audit in hold(type(first).objects.all())] == [first.pk, second.pk]
        lock(first)
    with beginning():
        lock(second)
        with pytest.raises(RuntimeError, match="“A1"):
            lock(first)


# --- pairs of acts -------------------------------------------------------------------------------


def gathered(cast: Cast) -> Audit:
    """An audit that is with the panel, its cases not released yet."""
    audit = factories.audit_returned(cast)
    moderation.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.pol"], cast["panel.edu"]],
        meets_on=audit.opened_on,
        by=cast["coordinator"],
    )
    return audit


def test_a_query_and_the_release_of_its_case(people: Cast) -> None:
    audit, by = gathered(people), people["coordinator"]
    return_ = factories.a_return(audit)
    queried, released = all_went_well(
        lambda: returns.query(return_=return_, text="Which dates?", by=by),
        lambda: moderation.release(audit=audit, by=by),
    )
    now = factories.a_return(audit)
    assert now.is_outstanding == (queried is None)
    assert (now.case.state in WITH_PANEL) == (released is None)


def test_a_case_replaced_while_the_audit_is_withdrawn(people: Cast) -> None:
    audit, by = factories.audit_issued(people), people["coordinator"]
    case = audit.cases.order_by("-pk")[0]
    _replaced, withdrawn = all_went_well(
        lambda: returns.replace_case(case=case, reason="Moved away", by=by),
        lambda: overview.withdraw(audit=audit, reason="Overtaken by an inspection", by=by),
    )
    assert withdrawn is None
    assert not WorkItem.objects.open().filter(thread=audit.pk).exists()


def test_a_member_steps_out_while_moderation_is_concluded(people: Cast) -> None:
    audit, by = factories.audit_convened(people), people["coordinator"]
    for case in audit.cases.all():
        factories.case_moderated(people, case)
    factories.panel_sat(people, audit)
    member = audit.panel.members.get(person=people["panel.pol"])
    stepped_out, _concluded = all_went_well(
        lambda: moderation.prepared(
            member=member,
            conflicts=list(audit.cases.order_by("-pk")),
            why="I know the family.",
            by=people["panel.pol"],
        ),
        lambda: moderation.conclude(audit=audit, by=by),
    )
    hidden = CaseAccess.objects.conflicts(people["panel.pol"]).filter(case__audit=audit)
    assert hidden.count() == (0 if stepped_out else audit.cases.count())


def test_everybody_is_reminded_once_by_two_who_remind_all(people: Cast) -> None:
    audit, by = factories.audit_issued(people), people["coordinator"]
    all_went_well(*[lambda: returns.remind_all_outstanding(audit=audit, by=by)] * 2)
    for return_ in audit.returns.all():
        reminded = [reminder.person_id for reminder in return_.reminders.all()]
        assert len(reminded) == len(set(reminded)) > 0


# --- judging by what is true now -----------------------------------------------------------------


def while_held(first: Callable[[], object], second: Callable[[], object]) -> Refused | None:
    """The second act begins when the first has done all but commit, and so has to wait for it.

    Gives back what refused the second."""
    done, begun = Event(), Event()
    refusals: list[Refused] = []

    def wait() -> None:
        done.wait()
        begun.set()
        try:
            second()
        except Refused as refused:
            refusals.append(refused)
        finally:
            connection.close()

    waiting = Thread(target=wait)
    waiting.start()
    with transaction.atomic():
        first()
        done.set()
        begun.wait()
        waiting.join(timeout=0.5)
    waiting.join()
    return refusals[0] if refusals else None


def test_a_return_handed_in_while_its_case_is_released_is_late(people: Cast) -> None:
    audit, by = gathered(people), people["coordinator"]
    return_ = factories.a_return(audit, "CSC")
    assert not return_.late
    returns.query(return_=return_, text="Which dates?", by=by)
    while_held(
        lambda: moderation.release(audit=audit, by=by),
        lambda: returns.submit(
            return_=return_, answer_to_query="In May.", by=people["auditor.csc"]
        ),
    )
    assert factories.a_return(audit, "CSC").late
    assert {case.state for case in Case.objects.all()} == {"released"}


def test_a_finding_recorded_first_is_in_the_report_that_is_put_forward(people: Cast) -> None:
    audit, by = factories.audit_moderated(people), people["coordinator"]
    factories.a_finding(people, audit)
    report = findings.start_report(audit=audit, by=by)
    report = findings.edit_report(report=report, summary="s", method="m", limits="l", by=by)
    while_held(
        lambda: findings.record_finding(
            audit=audit, kind=Finding.Kind.LEARNING, title="Late", text="Late", by=by
        ),
        lambda: findings.put_forward(report=report, by=by),
    )
    report.refresh_from_db()
    told = str(report.contents)
    assert all(finding.title in told for finding in audit.findings.all())


def test_an_audit_that_closes_lets_no_return_in_meanwhile(people: Cast) -> None:
    audit, by = factories.audit_published(people, missing="POL"), people["coordinator"]
    action, late = audit.actions.get(), factories.a_return(audit)
    improvement.end(action=action, reason="Overtaken", by=by)
    refused = while_held(
        lambda: improvement.close_audit(audit=audit, by=by),
        lambda: returns.accept_late(return_=late, why="Found after all", by=by),
    )
    assert isinstance(refused, WrongState)
    assert not WorkItem.objects.open().exists()
