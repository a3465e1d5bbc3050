"""The identity key: opened with a reason by those who need it, and by nobody else."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from macfa.sampling import access, rules
from macfa.sampling.identity import open_file, open_identity
from macfa.sampling.models import Case, CaseAccess, IdentityKey, PoolUpload
from macfa.sampling.services import keep_upload
from tests.cast import Cast, assemble
from tests.factories import audit_drawn, audit_issued, audit_opened, audit_scoped, pool_csv
from workflows import timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, WrongState

Capacity = CaseAccess.Capacity
WHY = "To find the police record"


@pytest.fixture
def case(cast: Cast) -> Case:
    """A case on which the police have a lead and an auditor, and the panel a member."""
    case = audit_drawn(cast).cases.get(number=1)
    police = cast.agencies["POL"]
    access.grant(case, Capacity.LEADS, person=cast["lead.pol"], agency=police)
    access.grant(case, Capacity.AUDITS, person=cast["auditor.pol"], agency=police)
    access.grant(case, Capacity.PANEL, person=cast["panel.csc"])
    access.grant(case, Capacity.PANEL, person=cast["chair"])
    return case


@pytest.mark.parametrize("name", ["coordinator", "lead.pol", "auditor.pol"])
def test_coordinator_agency_lead_and_assigned_auditor_open_it(
    cast: Cast, case: Case, name: str
) -> None:
    identity = open_identity(case=case, reason=WHY, by=cast[name])
    assert set(identity) == {"name", "dob"}
    assert identity["name"].startswith("Invented ")
    assert rules.can_open_identity(case, cast[name])


@pytest.mark.parametrize(
    "name", ["panel.csc", "chair", "admin", "lead.csc", "auditor2.pol", "qppa", "board"]
)
def test_panel_chair_administrator_and_other_agencies_are_refused(
    cast: Cast, case: Case, name: str
) -> None:
    with pytest.raises(NotAllowed):
        open_identity(case=case, reason=WHY, by=cast[name])
    assert not rules.can_open_identity(case, cast[name])
    assert "identity_opened" not in [entry.verb for entry in timeline.of_record(case)]


def test_a_coordinator_of_another_partnership_is_refused(case: Case) -> None:
    with pytest.raises(NotAllowed):
        open_identity(case=case, reason=WHY, by=assemble("elsewhere")["coordinator"])


def test_whoever_declared_a_conflict_is_refused(cast: Cast, case: Case) -> None:
    for name in ("auditor.pol", "coordinator"):
        access.step_out(case, cast[name], "A neighbour")
        with pytest.raises(NotAllowed, match="conflict"):
            open_identity(case=case, reason=WHY, by=cast[name])


def test_access_that_has_ended_opens_nothing(cast: Cast, case: Case) -> None:
    access.end(case, Capacity.AUDITS, person=cast["auditor.pol"])
    with pytest.raises(NotAllowed):
        open_identity(case=case, reason=WHY, by=cast["auditor.pol"])


def test_every_agency_lead_opens_it_once_the_audit_is_issued(cast: Cast) -> None:
    issued = audit_issued(cast, "DAC").cases.get(number=1)
    for name in ("lead.csc", "lead.pol", "lead.edu"):
        assert open_identity(case=issued, reason=WHY, by=cast[name])


def test_who_when_and_why_stay_in_the_ledger_and_never_what_it_says(cast: Cast, case: Case) -> None:
    identity = open_identity(case=case, reason=WHY, by=cast["auditor.pol"])
    (line,) = timeline.lines(timeline.of_record(case)[:1])
    assert line.sentence == "Auditor Pol opened the identity key of the case"
    assert line.text == WHY
    assert identity["name"] not in f"{line.sentence} {line.text}"


@pytest.mark.parametrize("reason", ["", "because", "for audit"])
def test_a_reason_of_a_word_or_two_opens_nothing(cast: Cast, case: Case, reason: str) -> None:
    with pytest.raises(NotYet, match="few words"):
        open_identity(case=case, reason=reason, by=cast["coordinator"])
    assert "identity_opened" not in [entry.verb for entry in timeline.of_record(case)]


def test_one_form_opens_it_once(cast: Cast, case: Case) -> None:
    open_identity(case=case, reason=WHY, by=cast["coordinator"], token="once")
    with pytest.raises(AlreadyDone):
        open_identity(case=case, reason=WHY, by=cast["coordinator"], token="once")
    verbs = [entry.verb for entry in timeline.of_record(case)]
    assert verbs.count("identity_opened") == 1


def test_a_destroyed_key_is_refused_in_words(cast: Cast, case: Case) -> None:
    IdentityKey.objects.filter(case=case).delete()
    with pytest.raises(WrongState, match="destroyed"):
        open_identity(case=case, reason=WHY, by=cast["coordinator"])


def test_encryption_keys_can_be_changed_without_a_day_on_which_nothing_opens(
    cast: Cast, case: Case, settings: Settings
) -> None:
    old = settings.FIELD_ENCRYPTION_KEYS[0]
    new = Fernet.generate_key().decode()
    before = open_identity(case=case, reason=WHY, by=cast["coordinator"])
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert open_identity(case=case, reason=WHY, by=cast["coordinator"]) == before
    said = StringIO()
    call_command("reseal_identities", stdout=said)
    assert said.getvalue().startswith("12 identities are sealed with the first key.\n")
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert open_identity(case=case, reason=WHY, by=cast["coordinator"]) == before


def test_a_file_that_waits_to_be_explained_is_sealed_anew_too(
    cast: Cast, settings: Settings
) -> None:
    audit = audit_scoped(cast, "TWO")
    upload = keep_upload(audit=audit, file_name="p.csv", content=pool_csv(), by=cast["coordinator"])
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    call_command("reseal_identities", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [new]
    upload = PoolUpload.objects.get(pk=upload.pk)
    assert open_file(upload.sealed) == pool_csv()
    assert open_file(upload.sealed_header)


def test_a_key_sealed_with_a_lost_encryption_key_is_refused_in_words(
    cast: Cast, case: Case, settings: Settings
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongState, match="no longer has"):
        open_identity(case=case, reason=WHY, by=cast["coordinator"])


def test_scrutineer_and_coordinator_read_the_log_and_nobody_else(cast: Cast) -> None:
    audit = audit_opened(cast)
    allowed = {name for name in cast.people if rules.can_see_identity_log(audit, cast[name])}
    assert allowed == {"chair", "coordinator"}
    outsider = assemble("elsewhere")["chair"]
    with pytest.raises(NotAllowed):
        rules.check_sees_identity_log(audit, outsider)
