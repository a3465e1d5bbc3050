"""What the database itself refuses, and the one lawful way to take words out of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.attacker import unguarded
from tests.records import an_audit
from workflows import append_only, clock, ledger, timeline
from workflows.erasure import erase
from workflows.errors import NotYet
from workflows.lifecycle import act
from workflows.models import LedgerEntry, LedgerText

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

TRIES = [
    "UPDATE workflows_ledgerentry SET verb = 'closed'",
    "UPDATE workflows_ledgerentry SET at = at",
    "DELETE FROM workflows_ledgerentry",
    "UPDATE workflows_ledgertext SET text = 'another'",
    "UPDATE workflows_ledgertext SET text = '', salt = ''",
    "UPDATE workflows_ledgertext SET erased_at = '2026-11-28 12:00:00'",
    "UPDATE workflows_ledgertext SET text = '', erased_at = '2026-11-28 12:00:00'",
    "DELETE FROM workflows_ledgertext",
]


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit whose second and third entries have a text each."""
    audit = an_audit(cast)
    for text in ("The first reason", "Another reason"):
        with act(audit, by=cast["coordinator"]) as (doing, audit):
            doing.note("scope_changed", text=text)
    return audit


def texts(audit: Audit) -> list[str]:
    return [line.text for line in timeline.lines(timeline.of_record(audit))]


@pytest.mark.parametrize("sql", TRIES)
def test_the_database_refuses_to_change_what_only_grows(audit: Audit, sql: str) -> None:
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert texts(audit) == ["Another reason", "The first reason", ""]


@pytest.mark.postgres
@pytest.mark.parametrize("table", append_only.TABLES)
def test_postgresql_refuses_to_empty_it_at_once(table: str) -> None:
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_an_erased_text_cannot_come_back_or_go_twice(cast: Cast, audit: Audit) -> None:
    erase(timeline.of_record(audit), by=cast["coordinator"], why="Asked for.")
    for sql in (
        "UPDATE workflows_ledgertext SET text = 'x', erased_at = NULL WHERE text = ''",
        "UPDATE workflows_ledgertext SET erased_at = '2020-01-01 00:00:00' WHERE text = ''",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_words_are_erased_by_somebody_for_a_reason_and_the_chain_is_whole(
    cast: Cast, audit: Audit
) -> None:
    entries = LedgerEntry.objects.filter(said__text="The first reason")
    assert erase(entries, by=cast["coordinator"], why="The family asked for it.") == 1
    on = clock.now()
    assert texts(audit)[:3] == [
        "The family asked for it.",
        "Another reason",
        f"(erased on {on.day} {on:%B %Y})",
    ]
    last = timeline.lines(timeline.of_record(audit))[0]
    assert last.sentence == "Coordinator erased what was written beside 1 of these lines"
    assert list(ledger.faults()) == []
    row = LedgerText.objects.get(entry__position=2)
    assert (row.text, row.salt, row.erased_at) == ("", "", timeline.of_record(audit)[0].at)


def test_what_has_no_text_or_was_erased_before_is_passed_over(cast: Cast, audit: Audit) -> None:
    entries = list(timeline.of_record(audit))
    assert erase(entries, by=cast["coordinator"], why="Asked for.") == 2
    assert erase(entries, by=cast["coordinator"], why="Asked for.") == 0
    assert LedgerEntry.objects.filter(verb="text_erased").count() == 1


def test_words_of_several_records_are_erased_in_one_act(cast: Cast, audit: Audit) -> None:
    other = an_audit(cast, "DAC")
    with act(other, by=cast["coordinator"]) as (doing, other):
        doing.note("scope_changed", text="A third reason")
    assert erase(LedgerEntry.objects.all(), by=None, why="Their time is over.") == 3
    assert not LedgerText.objects.filter(text__contains="reason").exists()
    assert list(ledger.faults()) == []


def test_nothing_is_erased_without_a_reason(cast: Cast, audit: Audit) -> None:
    with pytest.raises(NotYet, match="Say why these words are erased"):
        erase(LedgerEntry.objects.all(), by=cast["coordinator"], why=" ")
    assert "The first reason" in texts(audit)


def test_a_text_that_went_without_an_entry_that_says_so_is_found(audit: Audit) -> None:
    LedgerText.objects.filter(text="The first reason").update(
        salt="", text="", erased_at=clock.now()
    )
    assert list(ledger.faults()) == [
        f"audits.audit {audit.public_id}, entry 2: its text is gone, and no entry says that it was "
        "erased then (the column erased_at)."
    ]


def test_a_text_that_was_deleted_is_found(audit: Audit) -> None:
    with unguarded():
        LedgerText.objects.filter(text="The first reason").delete()
    assert list(ledger.faults()) == [
        f"audits.audit {audit.public_id}, entry 2: its text is gone, and was not erased."
    ]


def test_a_guard_that_is_gone_is_found(audit: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(append_only.faults(connection)) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" * (connection.vendor == "postgresql"))
    append_only.lift(connection)
    with pytest.raises(SystemExit):
        call_command("verify_ledger")
    assert "workflows_ledgerentry: the database’s guard" in capsys.readouterr().err
    append_only.lay(connection)
    assert list(append_only.faults(connection)) == []
