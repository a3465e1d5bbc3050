"""Daily anchors: where chains ended, outside the database; and what they give away."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from tests.attacker import unguarded
from tests.records import a_case, an_audit
from workflows import anchors, clock, ledger, reads
from workflows.erasure import erase
from workflows.lifecycle import act
from workflows.models import LedgerEntry, Read

if TYPE_CHECKING:
    from pathlib import Path

    from macfa.audits.models import Audit
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A folder of this test's own, made by the first anchors."""
    settings.ANCHORS_DIR = str(tmp_path / "anchors")
    return tmp_path / "anchors"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit with a case."""
    audit = an_audit(cast)
    a_case(cast, audit)
    return audit


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in anchors.path().read_text().splitlines()]


def go_on(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.note("scope_changed", text="A reason")


def rewrite(entry: LedgerEntry, verb: str) -> None:
    """What an owner of the database can do: the last entry anew, with right hash and head."""
    before = LedgerEntry.objects.filter(record=entry.record, position=entry.position - 1).first()
    entry.verb = verb
    end = ledger.sealed(before.hash, [before.pk]) if before else ""
    entry.hash = ledger.entry_hash(entry, previous=end)
    with unguarded(), connection.cursor() as cursor:
        entry.save()
        cursor.execute(
            "UPDATE audits_audit SET ledger_head = %s", [ledger.sealed(entry.hash, [entry.pk])]
        )


def test_each_audit_has_a_line_a_day_and_the_site_one(cast: Cast, audit: Audit) -> None:
    other = an_audit(cast, "DAC")
    assert anchors.sweep() == 3
    of_audit, of_other, of_site = lines()
    assert [line["thread"] for line in lines()] == ["NEG", "DAC", ""]
    assert f"audits.audit {audit.public_id}" in of_audit["heads"]
    assert len(of_audit["heads"]) == 4  # the audit, its pool, its draw, its case
    assert of_other["heads"] == {f"audits.audit {other.public_id}": [1, of_head(other)]}
    assert of_site["entries"] == LedgerEntry.objects.count()
    assert list(anchors.faults()) == []


def of_head(audit: Audit) -> str:
    return LedgerEntry.objects.filter(record=audit.public_id).latest("position").hash


def test_a_day_is_anchored_once_and_the_next_holds_only_what_is_new(
    cast: Cast, audit: Audit
) -> None:
    anchors.sweep()
    assert anchors.sweep() == 0
    go_on(cast, audit)
    with clock.playing(clock.now() + timedelta(days=1)):
        assert anchors.sweep() == 2
    assert list(lines()[-2]["heads"].values()) == [[2, of_head(audit)]]
    with clock.playing(clock.now() + timedelta(days=2)):
        assert anchors.sweep() == 1
    assert list(anchors.faults()) == []


def test_another_worker_does_not_anchor_the_day_again(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchors.sweep()
    monkeypatch.setattr(anchors, "_done", set())
    assert anchors.sweep() == 0
    assert len(lines()) == 2


def test_a_chain_written_anew_with_right_hashes_is_found_by_its_anchor(
    cast: Cast, audit: Audit
) -> None:
    go_on(cast, audit)
    anchors.sweep()
    rewrite(LedgerEntry.objects.filter(record=audit.public_id).latest("position"), "dates_changed")
    assert list(ledger.faults()) == []
    assert list(anchors.faults()) == [
        f"audits.audit {audit.public_id}, entry 2: was written anew since it was anchored on "
        f"{clock.today()}."
    ]


def test_reads_that_were_cut_off_are_found_by_their_anchor(cast: Cast, audit: Audit) -> None:
    reads.note(cast["chair"], Read.How.CASE, audit)
    anchors.sweep()
    with unguarded():
        Read.objects.all().delete()
    assert list(reads.faults()) == []
    [fault] = anchors.faults()
    assert fault.endswith(
        f"entry 1: is not there any more since it was anchored on {clock.today()}."
    )


def test_a_lawful_erasure_is_no_fault(cast: Cast, audit: Audit) -> None:
    go_on(cast, audit)
    anchors.sweep()
    erase(LedgerEntry.objects.filter(record=audit.public_id), by=None, why="Their time is over.")
    assert list(anchors.faults()) == []


@pytest.mark.parametrize("kept", [slice(1, None), slice(0, 1), slice(0, 0)])
def test_lines_that_were_taken_out_of_the_file_are_found(
    cast: Cast, audit: Audit, kept: slice
) -> None:
    anchors.sweep()
    with clock.playing(clock.now() + timedelta(days=1)):
        anchors.sweep()
    all_of_them = anchors.path().read_text().splitlines(keepends=True)
    anchors.path().write_text("".join([*all_of_them[kept], all_of_them[-1]]))
    assert list(anchors.faults()) != []


def test_a_changed_line_is_found(audit: Audit) -> None:
    anchors.sweep()
    anchors.path().write_text(anchors.path().read_text().replace("NEG", "DAC"))
    assert "Anchors, line 1: has been changed." in list(anchors.faults())


def test_that_there_are_no_anchors_is_said(
    audit: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("verify_ledger")
    assert "No anchors were found at" in capsys.readouterr().err
    anchors.sweep()
    call_command("verify_ledger")
    assert "The ledger is whole" in capsys.readouterr().out


def test_scrutineers_get_the_anchors_of_their_audits_without_a_word_of_a_case(
    cast: Cast, audit: Audit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    anchors.sweep()
    [message] = mail.outbox
    of_audit, of_site = lines()
    assert message.to == [cast["chair"].email]
    assert f"NEG: {of_audit['hash']}" in str(message.body)
    assert f"The whole site: {of_site['hash']}" in str(message.body)
    assert "NEG-01" not in str(message.body) + str(message.subject) + caplog.text
    assert of_audit["hash"] in caplog.text


def test_a_mail_server_that_is_away_stops_no_anchor(
    audit: Audit, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert anchors.sweep() == 2
    assert "Anchors could not be sent by e-mail" in caplog.text
