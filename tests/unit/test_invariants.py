"""`check_invariants`: nothing where all is well, and each thing that can be wrong is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection

from macfa.audits.flow import MacfaFlow
from notifications.models import Counter, Notification
from tests.attacker import unguarded
from tests.cast import Cast
from tests.records import a_case, an_audit, waiting
from workflows import clock, invariants, tasks
from workflows.assignment import claim, give, release
from workflows.lifecycle import act
from workflows.models import LedgerEntry, Process, WorkItem

if TYPE_CHECKING:
    from macfa.audits.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit at case sampling, with its gate."""
    audit = an_audit(cast)
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        tasks.start(doing, MacfaFlow.opened)
    with act(audit, by=cast["coordinator"]) as (doing, audit):
        doing.move("begin_sampling")
        tasks.finish(doing, MacfaFlow.select_theme)
    return audit


@pytest.fixture
def item(cast: Cast, audit: Audit) -> WorkItem:
    """Work that was claimed, moved, put back, and given again."""
    item = waiting(cast, a_case(cast, audit))
    claim(item=item, by=cast["auditor.csc"])
    give(item=item, to=cast["auditor2.csc"], by=cast["lead.csc"], why="On leave")
    release(item=item, why="Ill", by=cast["lead.csc"])
    give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"])
    item.refresh_from_db()
    return item


def found() -> list[str]:
    """The names of the invariants that do not hold."""
    return [fault.partition(" ")[0] for fault in invariants.faults()]


def execute(statement: str, *values: str | int) -> None:
    """What no code of ours does: change a row behind its back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_where_all_is_well_nothing_is_found(item: WorkItem) -> None:
    assert list(invariants.everything()) == []


def test_a_state_set_behind_the_ledgers_back_is_found(audit: Audit) -> None:
    execute("UPDATE audits_audit SET state = 'closed'")
    assert list(invariants.faults()) == [
        f"I2 audits.audit {audit.public_id} is at closed; its ledger ends at case_sampling."
    ]


def test_a_first_move_that_no_ledger_tells_is_found(cast: Cast) -> None:
    an_audit(cast)
    execute("UPDATE audits_audit SET state = 'closed'")
    assert found() == ["I1"]


def test_a_state_that_is_none_is_found(audit: Audit) -> None:
    execute("UPDATE audits_audit SET state = 'paused'")
    assert found() == ["I2", "I10"]


def test_a_move_the_ledger_has_twice_or_backwards_is_found(audit: Audit) -> None:
    entry = LedgerEntry.objects.get(verb="begin_sampling")
    facts = {"from": "closed", "to": "theme_selection"}
    with unguarded():
        LedgerEntry.objects.filter(pk=entry.pk).update(facts=facts)
    assert found() == ["I1", "I2", "I2", "I2"]


def test_a_changed_ledger_is_found(audit: Audit) -> None:
    with unguarded():
        LedgerEntry.objects.filter(verb="opened").update(actor="")
    assert found() == ["I1"]


def test_the_same_work_open_twice_for_one_person_is_found(item: WorkItem) -> None:
    process = Process.objects.get(items=item)
    process.pk = None
    process.save(force_insert=True)
    item.pk, item.public_id, item.process_id = None, "again", process.pk
    item.save(force_insert=True)
    assert "I3" in found()


def test_a_holder_to_whom_nobody_gave_the_work_is_found(cast: Cast, item: WorkItem) -> None:
    WorkItem.objects.filter(pk=item.pk).update(owner=cast["auditor2.csc"])
    assert found() == ["I4"]
    WorkItem.objects.filter(pk=item.pk).update(owner=None)
    assert found() == ["I4"]


@pytest.mark.parametrize(
    ("kind", "ending", "what"),
    [
        ("claimed", "", "of having it"),
        ("moved", "", "of having it"),
        ("moved", "-from", "that it is gone"),
        ("released", "-from", "that it is gone"),
        ("given", "", "of having it"),
    ],
)
def test_somebody_who_was_not_told_is_found(
    item: WorkItem, kind: str, ending: str, what: str
) -> None:
    row = item.assignments.get(kind=kind)
    Notification.objects.filter(event_key=f"assignment-{row.pk}{ending}").delete()
    assert list(invariants.faults()) == [
        f"I4 assignment {row.pk} of item {item.pk}: nobody was told {what}."
    ]


def test_somebody_else_than_the_owner_being_told_is_found(cast: Cast, item: WorkItem) -> None:
    row = item.assignments.get(kind="claimed")
    told = Notification.objects.filter(event_key=f"assignment-{row.pk}")
    told.update(recipient=cast["board"])
    assert found() == ["I4"]


def test_being_told_of_an_assignment_that_never_was_is_found(item: WorkItem) -> None:
    Notification.objects.create(
        recipient=item.owner,  # type: ignore[misc]
        seq=99,
        event="task.assigned",
        event_key="assignment-0",
        text="",
        url="/",
        at=clock.now(),
    )
    assert found() == ["I4"]


def test_a_process_with_nothing_to_do_in_it_is_found(item: WorkItem) -> None:
    WorkItem.objects.filter(pk=item.pk).update(finished=clock.now())
    assert found() == ["I8"]


def test_a_process_that_ended_before_its_work_is_found(item: WorkItem) -> None:
    Process.objects.filter(items=item).update(finished=clock.now(), status="DONE")
    assert found() == ["I8"]


def test_a_process_that_is_half_ended_is_found(item: WorkItem) -> None:
    Process.objects.filter(items=item).update(status="DONE")
    assert found() == ["I8"]


def test_work_at_a_place_that_no_flow_has_is_found(item: WorkItem) -> None:
    execute(
        "UPDATE workflows_workitem SET flow_task = %s WHERE id = %s", "audits/flow.Gone.x", item.pk
    )
    assert list(invariants.faults()) == [
        "I8 open work stands at audits/flow.Gone.x, which no flow has."
    ]


def test_a_gap_in_somebodys_numbering_is_found(item: WorkItem) -> None:
    Counter.objects.filter(recipient=item.owner_id).update(last_seq=99)
    assert any("counted to 99" in fault for fault in invariants.everything())


def test_many_records_are_replayed_batch_by_batch(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.ledger_check.BATCH", 2)
    audits = [an_audit(cast, f"A{number}") for number in range(5)]
    for audit in audits:
        with act(audit, by=cast["coordinator"]) as (doing, _audit):
            doing.move("begin_sampling")
    assert found() == []
    execute("UPDATE audits_audit SET state = 'findings' WHERE id = %s", audits[3].pk)
    assert found() == ["I2"]


def test_statements_do_not_grow_with_the_rows(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    audit, costs = an_audit(cast), []
    for _round in range(2):
        for _case in range(4):
            waiting(cast, a_case(cast, audit))
        with django_assert_max_num_queries(100) as statements:
            assert list(invariants.everything()) == []
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_the_command_says_that_all_holds(
    item: WorkItem, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_invariants")
    assert "All invariants hold." in capsys.readouterr().out


def test_the_command_exits_with_a_list_of_what_does_not(
    item: WorkItem, capsys: pytest.CaptureFixture[str]
) -> None:
    WorkItem.objects.filter(pk=item.pk).update(owner=None)
    with pytest.raises(SystemExit) as left:
        call_command("check_invariants")
    assert left.value.code == 1
    assert "I4 item" in capsys.readouterr().err
