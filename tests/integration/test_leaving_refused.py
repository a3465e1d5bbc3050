"""What is not written out, and what is not loaded: each with a sentence, and nothing half."""

from __future__ import annotations

import hashlib
import json
import stat
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, TextField

from macfa.concerns.models import Concern
from macfa.leaving.belonging import leaving
from macfa.leaving.folder import MANIFEST
from macfa.leaving.kinds import KINDS
from macfa.leaving.sealing import Seal
from macfa.leaving.services import export
from macfa.leaving.spreadsheets import cell
from macfa.people import services as people
from macfa.people.models import Change, Partnership, User
from macfa.people.roles import Role
from macfa.sampling.identity import open_file
from macfa.sampling.models import Case, IdentityKey
from notifications.models import Notification
from tests import factories
from tests.cast import assemble
from tests.integration.leaving import (
    FORMULA,
    WHY,
    emptied,
    exported,
    loaded,
    nothing_shown,
    story,
)
from workflows import clock, ledger
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import LedgerEntry, LedgerText, Record

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
MARKER = "Zq7Xy"


def contents(folder: Path) -> bytes:
    """Every byte of an export."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- going out -----------------------------------------------------------------------------------


def test_no_byte_of_another_partnership_goes_out(cast: Cast, tmp_path: Path) -> None:
    other = assemble("elsewhere")
    both = cast["lead.pol"]
    agency = other.agencies["POL"]
    people.join(person=both, partnership=other.partnership, role=Role.AGENCY_LEAD, agency=agency)
    story(other)
    factories.audit_issued(cast)
    theirs = leaving(other.partnership, KINDS)
    words = marked(theirs)
    assert words > 100
    written = contents(exported(cast, tmp_path))
    assert both.email.encode() in written
    assert MARKER.encode() not in written
    ids = {
        public_id
        for kind in KINDS
        if issubclass(kind.model, Record)
        for public_id in kind.rows(theirs).values_list("public_id", flat=True)
    }
    ids |= {person.public_id for person in other.people.values()}
    assert [each for each in ids if each.encode() in written] == []


def marked(theirs: Any) -> int:
    """A word that nobody else uses, in every text that can hold it: in how many columns."""
    count = 0
    for kind in KINDS:
        rows = kind.rows(theirs)
        if kind.model is Notification:
            rows = rows.filter(recipient__in=theirs.only_here)
        if kind.model is User:
            rows = rows.filter(pk__in=theirs.only_here)
        for field in kind.model._meta.concrete_fields:
            long = isinstance(field, TextField) or (field.max_length or 0) > 12
            free = isinstance(field, CharField | TextField) and not field.choices
            if free and long and not field.unique and field.name not in KEPT:
                with suppress(IntegrityError), transaction.atomic():  # some are unique with others
                    count += bool(rows.order_by().update(**{field.name: MARKER}))
    return count


#: What the rows are found by, or the database insists on.
KEPT = frozenset({"url", "record", "record_type", "event_key", "flow_class", "flow_task", "token"})


def test_who_works_elsewhere_too_is_told_here_what_was_of_here_alone(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    other = assemble("elsewhere")
    both = cast["lead.pol"]
    agency = other.agencies["POL"]
    people.join(person=both, partnership=other.partnership, role=Role.AGENCY_LEAD, agency=agency)
    factories.audit_issued(other, "ELS")
    factories.audit_issued(cast, "NEG")
    texts = set(Notification.objects.filter(recipient=both).values_list("text", flat=True))
    assert any("ELS-01" in text for text in texts)
    folder = exported(cast, tmp_path)
    emptied(settings)
    loaded(folder)
    told = Notification.objects.filter(recipient__public_id=both.public_id).order_by("seq")
    assert {each.text for each in told} == {text for text in texts if "ELS" not in text}
    assert [each.seq for each in told] == list(range(1, len(told) + 1))


def test_who_the_children_are_is_nowhere_in_clear_and_opens_with_the_key(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    story(cast)
    folder = exported(cast, tmp_path)
    written = contents(folder)
    assert b"Invented 0" not in written
    assert b"2015-01-01" not in written
    assert b"shouted at a child" not in written
    key = folder.with_suffix(".key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    first = json.loads((folder / "data/sampling.identitykey.jsonl").read_text().splitlines()[0])
    opened = Fernet(key.read_bytes().strip()).decrypt(first["sealed"].encode())
    assert json.loads(opened)["name"].startswith("Invented")
    for one in settings.FIELD_ENCRYPTION_KEYS:
        assert one.encode() not in written + key.read_bytes()


def test_what_a_spreadsheet_would_run_is_exact_in_the_data_and_harmless_in_the_csv(
    cast: Cast, tmp_path: Path
) -> None:
    audit = factories.audit_drawn(cast)
    audit.cases.update(profile=FORMULA)
    folder = exported(cast, tmp_path)
    lines = (folder / "data/sampling.case.jsonl").read_text().splitlines()
    assert {json.loads(line)["profile"] for line in lines} == {FORMULA}
    sheet = (folder / "spreadsheets/sampling.case.csv").read_text()
    assert "'=HYPERLINK" in sheet
    assert ',"=HYPERLINK' not in sheet


@pytest.mark.parametrize("start", ["=1", "  =1", "＝1"])
def test_a_cell_that_begins_as_a_formula_gets_an_apostrophe(start: str) -> None:
    assert cell(start) == f"'{start}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("plain", "plain"), ("", ""), (-7, "-7"), (None, ""), (True, "True"), (["="], '["="]')],
)
def test_other_cells_say_what_they_hold(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_the_ledger_says_who_had_it_written_out_why_and_how_much(
    cast: Cast, tmp_path: Path
) -> None:
    folder = exported(cast, tmp_path)
    manifest = json.loads((folder / MANIFEST).read_text())
    entry = LedgerEntry.objects.get(verb="exported")
    checksum = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    assert entry.actor == cast["coordinator"].public_id
    assert entry.facts["rows"] == manifest["rows"]
    assert entry.facts["checksum"] == checksum
    assert LedgerText.objects.get(entry=entry).text == WHY


def digest(body: dict[str, Any]) -> str:
    """The hash of an entry, as the schema says."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def ends(before: str, numbers: list[int]) -> set[str]:
    """What an entry may follow on: the one before in its act, or the act before."""
    act = hashlib.sha256(f"{before}:{','.join(map(str, numbers))}".encode()).hexdigest()
    return {before, act} if before else {""}


def test_the_chains_can_be_checked_from_the_files_as_the_schema_says(
    cast: Cast, tmp_path: Path
) -> None:
    story(cast)
    folder = exported(cast, tmp_path)
    heads: dict[str, tuple[str, list[int]]] = {}
    for line in (folder / "data/workflows.ledgerentry.jsonl").read_text().splitlines():
        entry = json.loads(line)
        body = {name: entry[name] for name in ("position", "thread", "reference", "verb", "actor")}
        body |= {name: entry[name] for name in ("at", "facts", "token")}
        record = f"{entry['record_type']}:{entry['record']}"
        body |= {"record": record, "text": entry["text_hash"]}
        before, numbers = heads.get(record, ("", []))
        made = {
            previous: digest(body | {"previous": previous}) for previous in ends(before, numbers)
        }
        followed = [previous for previous, found in made.items() if found == entry["hash"]]
        assert len(followed) == 1
        numbers = [*numbers, entry["row"]] if followed == [before] else [entry["row"]]
        heads[record] = entry["hash"], numbers
    assert len(heads) > 50


def test_entries_of_the_ledger_keep_their_numbers_or_are_refused(
    transactional_db: None, tmp_path: Path, settings: Settings
) -> None:
    emptied(settings)
    cast = assemble()
    factories.a_concern(cast)
    folder = exported(cast, tmp_path)
    emptied(settings)
    factories.a_concern(assemble("elsewhere"))
    with pytest.raises(WrongState, match="numbers of entries of its ledger are taken"):
        loaded(folder)


def attempt(cast: Cast, folder: Path, key: Path, by: User, reason: str = WHY) -> None:
    """Ask for an export."""
    export(
        partnership=cast.partnership,
        folder=folder,
        key_file=key,
        reason=reason,
        by=by,
        step=nothing_shown,
    )


def test_only_a_coordinator_of_the_partnership_has_it_written_out_and_says_why(
    cast: Cast, tmp_path: Path
) -> None:
    folder, key = tmp_path / "out", tmp_path / "key"
    outsider = assemble("elsewhere")
    for person in (cast["admin"], cast["lead.pol"], outsider["coordinator"]):
        with pytest.raises(NotAllowed):
            attempt(cast, folder, key, person)
    with pytest.raises(NotYet, match="Say in a few words"):
        attempt(cast, folder, key, cast["coordinator"], "Moving")
    assert list(tmp_path.iterdir()) == []
    assert not Change.objects.exists()


def test_nothing_is_written_over_and_the_key_lies_elsewhere(cast: Cast, tmp_path: Path) -> None:
    by = cast["coordinator"]
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("Dear all")
    with pytest.raises(NotAllowed, match="is there and not empty"):
        attempt(cast, full, tmp_path / "key", by)
    with pytest.raises(NotAllowed, match="must not lie in the folder"):
        attempt(cast, tmp_path / "out", tmp_path / "out" / "key", by)
    with pytest.raises(NotAllowed, match="is there already"):
        attempt(cast, tmp_path / "out", full / "letter.txt", by)
    with pytest.raises(NotAllowed, match="There is no folder"):
        attempt(cast, tmp_path / "no" / "out", tmp_path / "key", by)
    (tmp_path / "out.part").mkdir()
    with pytest.raises(NotAllowed, match="was cut off"):
        attempt(cast, tmp_path / "out", tmp_path / "key", by)


def test_what_is_done_meanwhile_waits_for_nothing_and_does_not_go_out(
    cast: Cast, tmp_path: Path
) -> None:
    def act() -> None:
        try:
            people.add_agency(partnership=cast.partnership, code="NEW", name="Come meanwhile")
        finally:
            connection.close()

    acts = [Thread(target=act)]

    def meanwhile(_done: int, _total: int) -> None:
        if acts:
            acts[0].start()
            acts.pop().join(timeout=15)

    export(
        partnership=cast.partnership,
        folder=tmp_path / "out",
        key_file=tmp_path / "key",
        reason=WHY,
        by=cast["coordinator"],
        step=meanwhile,
    )
    assert cast.partnership.agencies.filter(code="NEW").exists()
    assert b"Come meanwhile" not in contents(tmp_path / "out")


def test_one_that_is_cut_off_leaves_nothing_and_the_ledger_says_nothing(
    cast: Cast, tmp_path: Path
) -> None:
    def cut_off(done: int, _total: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(
            partnership=cast.partnership,
            folder=tmp_path / "out",
            key_file=tmp_path / "key",
            reason=WHY,
            by=cast["coordinator"],
            step=cut_off,
        )
    assert list(tmp_path.iterdir()) == []
    assert not LedgerEntry.objects.filter(verb="exported").exists()


# --- coming in -----------------------------------------------------------------------------------


@pytest.fixture
def folder(cast: Cast, tmp_path: Path, settings: Settings) -> Path:
    """An export, before an empty site."""
    factories.audit_issued(cast)
    folder = exported(cast, tmp_path)
    emptied(settings)
    return folder


def test_one_changed_byte_anywhere_is_found_and_the_file_named(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name == MANIFEST:
            continue
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + b"#" + whole[middle + 1 :])
        with pytest.raises(WrongState, match=f"{path.name} has been changed"):
            loaded(folder)
        path.write_bytes(whole)
    assert not Partnership.objects.exists()
    loaded(folder)


def test_a_missing_file_and_a_new_one_are_named(folder: Path) -> None:
    (folder / "data" / "more.jsonl").write_text("{}")
    with pytest.raises(WrongState, match=r"more\.jsonl does not belong to the export"):
        loaded(folder)
    (folder / "data" / "more.jsonl").unlink()
    (folder / "README.txt").unlink()
    with pytest.raises(WrongState, match=r"README\.txt is missing"):
        loaded(folder)


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"format": "macfa-export/2", "files": []}'])
def test_what_is_no_export_is_not_loaded(folder: Path, manifest: str) -> None:
    (folder / MANIFEST).write_text(manifest)
    with pytest.raises(WrongState, match="holds no whole export"):
        loaded(folder)


def test_the_key_of_another_export_does_not_open_it(folder: Path) -> None:
    folder.with_suffix(".key").write_bytes(Seal.made().key)
    with pytest.raises(NotAllowed, match="does not hold the key of this export"):
        loaded(folder)
    folder.with_suffix(".key").write_bytes(b"no key")
    with pytest.raises(NotAllowed, match="does not hold the key"):
        loaded(folder)


def changed(folder: Path, name: str, **values: Any) -> None:
    """Somebody changes the last row of a file, and the manifest with it."""
    path = folder / "data" / f"{name}.jsonl"
    *lines, last = path.read_text().splitlines()
    path.write_text("\n".join([*lines, json.dumps({**json.loads(last), **values})]) + "\n")
    manifest = json.loads((folder / MANIFEST).read_text())
    for each in manifest["files"]:
        if each["path"] == f"data/{name}.jsonl":
            each["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("people.membership", {"team": 9_999}, "which did not come along"),
        ("workflows.workitem", {"subject_id": 9_999}, "which did not come along"),
        ("workflows.workitem", {"thread": 9_999}, "which did not come along"),
        ("workflows.ledgerentry", {"record": "of-another-partnership"}, "did not come along"),
        ("workflows.ledgerentry", {"verb": "withdrew"}, "is not sound"),
        ("sampling.case", {"state": "moderated"}, "is not sound"),
        ("sampling.case", {"number": "one"}, "is not as the schema says"),
        ("sampling.case", {"due": "today"}, "is not as the schema says"),
        ("workflows.process", {"subject_type": "auth.no"}, "is not as the schema says"),
        ("people.partnership", {"code": "other"}, "not of the one partnership"),
        ("people.user", {"row": "one"}, "is not as the schema says"),
        ("people.user", {"email": "coordinator@oakvale.example"}, "Nothing was loaded"),
    ],
)
def test_an_export_that_was_put_together_anew_is_not_believed(
    folder: Path, name: str, values: dict[str, Any], says: str
) -> None:
    changed(folder, name, **values)
    with pytest.raises(WrongState, match=says):
        loaded(folder)
    assert not Partnership.objects.exists()


def test_a_partnership_may_arrive_with_the_faults_it_had(folder: Path) -> None:
    changed(folder, "workflows.ledgerentry", verb="withdrew")
    with pytest.raises(WrongState, match="load it with --unsound"):
        loaded(folder)
    loaded(folder, unsound=True)
    assert LedgerEntry.objects.get(verb="loaded").facts["faults"] > 0
    assert any("has been changed" in fault for fault in ledger.faults())


def test_a_concern_that_waited_while_it_was_on_its_way_is_loaded(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    with clock.playing(clock.now() - timedelta(days=2)):
        concern = factories.a_concern(cast)
    folder = exported(cast, tmp_path)
    emptied(settings)
    loaded(folder)
    assert Concern.objects.open().get().public_id == concern.public_id


def test_a_manifest_that_leaves_a_table_out_is_not_believed(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    gone = "data/returns.answer.jsonl"
    manifest["files"] = [each for each in manifest["files"] if each["path"] != gone]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    (folder / gone).unlink()
    with pytest.raises(WrongState, match="not as its schema says"):
        loaded(folder)
    assert not Partnership.objects.exists()


def test_another_version_of_the_site_does_not_load_it(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["versions"]["returns"] = "0001_initial"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(WrongState, match="returns stands at 0001_initial there"):
        loaded(folder)


def test_a_coordinator_of_the_partnership_has_it_loaded(folder: Path) -> None:
    for somebody in ("lead.pol@oakvale.example", "nobody@oakvale.example"):
        with pytest.raises(NotAllowed):
            loaded(folder, somebody)
    assert not Partnership.objects.exists()


def test_an_address_that_is_somebody_elses_here_is_named(folder: Path) -> None:
    people.add_person(email="Auditor.POL@oakvale.example", name="Somebody else")
    with pytest.raises(WrongState, match=r"auditor\.pol@oakvale\.example is the address of"):
        loaded(folder)


def test_identities_whose_key_is_lost_go_out_and_come_in_as_they_lie(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    factories.audit_drawn(cast)
    lost = settings.FIELD_ENCRYPTION_KEYS
    before = {bytes(each.sealed) for each in IdentityKey.objects.all()}
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    folder = exported(cast, tmp_path)
    assert json.loads((folder / MANIFEST).read_text())["sealed_with_a_lost_key"] == len(before)
    emptied(settings)
    loaded(folder)
    assert {bytes(each.sealed) for each in IdentityKey.objects.all()} == before
    settings.FIELD_ENCRYPTION_KEYS = lost
    case = Case.objects.select_related("identity").first()
    assert case is not None
    assert b"Invented" in open_file(case.identity.sealed)


# --- the commands --------------------------------------------------------------------------------


def test_the_commands_say_what_to_do_next_and_refuse_in_a_sentence(
    cast: Cast, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    out, key, by = str(tmp_path / "out"), str(tmp_path / "key"), cast["coordinator"].email
    asked = [out, "--by", by, "--key-file", key]
    for code, who, says in (
        ("nowhere", by, "There is no partnership “nowhere”"),
        ("oakvale", "nobody@x.example", "Nobody has an account"),
        ("oakvale", cast["admin"].email, "This is for the coordinator"),
    ):
        with pytest.raises(CommandError, match=says):
            call_command("export_partnership", code, *asked, "--by", who, "--reason", WHY)
    call_command("export_partnership", "oakvale", *asked, "--reason", WHY)
    assert "Keep it apart from the folder" in capsys.readouterr().out
    with pytest.raises(CommandError, match="here already"):
        call_command("import_partnership", *asked)
    emptied(settings)
    call_command("import_partnership", *asked)
    assert "each chooses one" in capsys.readouterr().out
