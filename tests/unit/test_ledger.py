"""The ledger: whole as written, and any change to it is found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.attacker import unguarded
from tests.cast import Cast
from tests.records import an_audit
from workflows import anchors, clock, ledger, ledger_check
from workflows.ledger import Happening
from workflows.lifecycle import act
from workflows.models import LedgerEntry, LedgerText

if TYPE_CHECKING:
    from pathlib import Path

    from macfa.audits.models import Audit

pytestmark = pytest.mark.django_db

#: Every column of an entry that says something, with another value for it.
CHANGES: dict[str, Any] = {
    "record_type": "audits.themeview",
    "record": "another",
    "position": 7,
    "thread": 7,
    "reference": "DAC",
    "verb": "closed",
    "actor": "somebody",
    "at": clock.now() - timedelta(microseconds=1),
    "facts": {"from": "theme_selection", "to": "closed"},
    "text_hash": "0" * 64,
    "token": "another",
    "hash": "0" * 64,
}


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with three entries, the last with a text."""
    audit = an_audit(cast)
    with act(audit, by=cast["coordinator"]) as (doing, audit):
        doing.note("scope_changed")
        doing.move("begin_sampling", text="Agreed by all")
    return audit


def faults() -> list[str]:
    return list(ledger_check.faults())


def entry_of(audit: Audit) -> LedgerEntry:
    return LedgerEntry.objects.get(record=audit.public_id, position=3)


def test_a_ledger_is_whole_as_it_was_written(audit: Audit) -> None:
    assert audit.ledger_length == 3
    assert faults() == []


def test_a_chain_with_more_than_nine_entries_is_read_in_its_order(audit: Audit) -> None:
    for number in range(12):
        with act(audit, by=None) as (doing, _audit):
            doing.note("scope_changed", text=f"Reason {number}")
    assert faults() == []


def test_every_column_of_an_entry_is_tried_here() -> None:
    assert set(CHANGES) | {"id"} == {column.name for column in LedgerEntry._meta.concrete_fields}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_of_an_entry_is_found(audit: Audit, column: str) -> None:
    with unguarded():
        LedgerEntry.objects.filter(pk=entry_of(audit).pk).update(**{column: CHANGES[column]})
    assert faults()


@pytest.mark.parametrize("position", [1, 2, 3])
def test_an_entry_that_is_gone_is_found(audit: Audit, position: int) -> None:
    entry = LedgerEntry.objects.get(record=audit.public_id, position=position)
    with unguarded():
        LedgerText.objects.filter(entry=entry).delete()
        LedgerEntry.objects.filter(pk=entry.pk).delete()
    assert faults()


def test_an_entry_that_was_slipped_in_is_found(audit: Audit) -> None:
    entry = entry_of(audit)
    entry.pk, entry.position, entry.token = None, 4, None
    entry.save(force_insert=True)
    assert faults()


def test_two_entries_that_changed_places_are_found(audit: Audit) -> None:
    first, second = LedgerEntry.objects.filter(record=audit.public_id, position__lte=2)
    with unguarded():
        for entry, position in ((first, 9), (second, 1), (first, 2)):
            LedgerEntry.objects.filter(pk=entry.pk).update(position=position)
    assert faults()


def test_entries_written_anew_with_right_hashes_are_found_by_the_records_head(
    audit: Audit,
) -> None:
    entry = entry_of(audit)
    entry.verb = "publish"
    before = LedgerEntry.objects.get(record=audit.public_id, position=2)
    entry.hash = ledger.entry_hash(entry, previous=before.hash)
    with unguarded():
        entry.save()
    assert faults() == [
        f"audits.audit {audit.public_id}: its ledger does not end where the record says it does."
    ]


@pytest.mark.parametrize("column", ["salt", "text"])
def test_a_changed_text_is_found(audit: Audit, column: str) -> None:
    with unguarded():
        LedgerText.objects.update(**{column: "changed"})
    assert [fault.partition(": ")[2] for fault in faults()] == ["its text has been changed."]


def test_a_text_laid_beside_another_entry_is_found(audit: Audit) -> None:
    with unguarded():
        LedgerText.objects.update(entry=LedgerEntry.objects.get(record=audit.public_id, position=1))
    assert faults()


@pytest.mark.parametrize(("column", "value"), [("ledger_length", 2), ("ledger_head", "0" * 64)])
def test_a_changed_head_of_a_record_is_found(audit: Audit, column: str, value: object) -> None:
    type(audit).objects.update(**{column: value})
    assert faults()


def test_a_record_that_is_gone_is_found(audit: Audit) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audits_audit")
    assert faults() == [f"audits.audit {audit.public_id}: the record is gone."]


def test_a_record_that_came_without_an_entry_is_found(cast: Cast, audit: Audit) -> None:
    audit.pk, audit.public_id, audit.prefix = None, "slipped-in", "DAC"
    audit.save(force_insert=True)
    assert faults() == [
        "audits.audit slipped-in: its ledger does not end where the record says it does."
    ]


def test_chains_of_many_records_are_checked_batch_by_batch(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_check, "BATCH", 2)
    audits = [an_audit(cast, f"A{number}") for number in range(5)]
    assert faults() == []
    type(audits[4]).objects.filter(pk=audits[4].pk).update(ledger_length=2)
    assert len(faults()) == 1


@given(
    facts=st.dictionaries(
        st.text(max_size=5),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text()),
    ),
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
)
def test_any_change_to_facts_or_text_changes_the_hash(facts: dict[str, Any], text: str) -> None:
    def hashed(facts: dict[str, Any], text: str) -> str:
        return ledger.entry_hash(
            LedgerEntry(at=clock.now(), facts=facts, text_hash=ledger.text_hash("salt", text)),
            previous="",
        )

    with clock.playing(clock.now()):
        assert hashed(facts, text) == hashed(dict(reversed(facts.items())), text)
        assert hashed(facts, text) != hashed({**facts, "one more": 1}, text)
        assert hashed(facts, text) != hashed(facts, f"{text}.")


def test_a_text_says_nothing_through_its_hash(audit: Audit) -> None:
    one, two = LedgerText.objects.get(), entry_of(audit)
    assert ledger.text_hash(one.salt, "Agreed by all") == two.text_hash
    assert ledger.text_hash("another salt", "Agreed by all") != two.text_hash


def test_entries_of_many_records_cost_a_statement_a_batch(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    audits = [an_audit(cast, f"A{number}") for number in range(20)]
    happenings = [(audit, Happening("scope_changed", {})) for audit in audits]
    with django_assert_num_queries(1):
        ledger.write_many(happenings, by=cast["coordinator"])


def test_what_the_timeline_could_not_say_is_not_written(cast: Cast, audit: Audit) -> None:
    with pytest.raises(ValueError, match=r"lacks \['number'\]"):
        ledger.write(audit, [Happening("theme_proposed", {})], by=cast["coordinator"])
    with pytest.raises(ValueError, match="no sentence for “juggled”"):
        ledger.write(audit, [Happening("juggled", {})], by=cast["coordinator"])


def test_verify_ledger_says_that_a_ledger_is_whole(
    audit: Audit, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.ANCHORS_DIR = str(tmp_path)
    anchors.sweep()
    call_command("verify_ledger")
    assert "The ledger is whole: 3 entries." in capsys.readouterr().out


def test_verify_ledger_exits_with_a_list_of_what_is_wrong(
    audit: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    with unguarded():
        LedgerEntry.objects.filter(position=2).update(verb="closed")
    with pytest.raises(SystemExit) as left:
        call_command("verify_ledger")
    assert left.value.code == 1
    assert f"audits.audit {audit.public_id}, entry 2: has been changed." in capsys.readouterr().err
