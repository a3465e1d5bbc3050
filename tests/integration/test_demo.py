"""The demo partnership holds exactly what docs/demo.md says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.findings.contents import changed_by_panel, grade_counts, return_counts
from macfa.improvement.models import Brag
from macfa.overview import invariants as room_invariants
from macfa.people.models import User
from macfa.rehearsal import demo
from macfa.rehearsal.domestic_abuse import DOMESTIC_ABUSE
from macfa.rehearsal.neglect import NEGLECT
from macfa.rehearsal.script import AuditScript
from macfa.rehearsal.simulation import Size, troupe_of
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.services import repeat
from notifications import inbox
from notifications.models import Notification
from workflows import clock, ledger
from workflows.models import WorkItem


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo, loaded once for the tests of this module and taken out again."""
    with django_db_blocker.unblock():
        demo.load()
        yield
        call_command("flush", interactive=False, verbosity=0)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def audit(prefix: str) -> Audit:
    return Audit.objects.get(prefix=prefix)


def by_code(prefix: str, who: str) -> dict[str, int]:
    return {row["code"]: row[who] for row in grade_counts(audit(prefix))}


def test_the_three_audits_stand_where_the_story_stands() -> None:
    assert audit("NEG").stage == Stage.ACTION_TRACKING
    assert audit("DAC").stage == Stage.AGENCY_AUDITS
    assert audit("NXT").stage == Stage.THEME_SELECTION


def test_the_returns_of_a_come_out() -> None:
    counts = return_counts(audit("NEG"))
    assert (counts["cells"], counts["graded"], counts["nil"]) == (48, 33, 14)
    assert (counts["not_returned"], counts["outstanding"]) == (1, 0)


def test_the_grades_of_a_come_out_before_and_after_moderation() -> None:
    assert by_code("NEG", "agencies") == {"O": 2, "G": 18, "RI": 13, "I": 0}
    assert by_code("NEG", "panel") == {"O": 1, "G": 15, "RI": 16, "I": 1}
    assert by_code("NEG", "cases") == {"O": 0, "G": 2, "RI": 3, "I": 1}
    assert changed_by_panel(audit("NEG")) == {"changed": 6, "downward": 6, "of": 33}


@pytest.mark.parametrize("script", [NEGLECT, DOMESTIC_ABUSE], ids=lambda script: script.prefix)
def test_every_cell_of_the_grid_is_the_grade_of_the_story(script: AuditScript) -> None:
    returns = audit(script.prefix).returns.counted().select_related("case", "agency", "grade")
    shown = {
        (row.case.number, row.agency.code): row.grade.code if row.grade else "" for row in returns
    }
    told = {
        (case.number, code): cell.own if cell.is_graded else ""
        for case in script.cases
        for code, cell in case.cells.items()
    }
    assert shown == told


def test_the_domain_grades_of_a_are_those_of_the_story() -> None:
    for script in NEGLECT.cases:
        case = audit("NEG").cases.get(number=script.number)
        grades = case.domain_grades.filter(current=True).order_by("domain__position")
        assert tuple(grades.values_list("grade__code", flat=True)) == script.domains


def test_the_seventh_case_was_replaced_by_the_first_reserve_and_keeps_its_reference() -> None:
    case = audit("NEG").cases.get(label="NEG-07")
    assert case.state == CaseState.REPLACED
    assert str(case.replaced_by) == "NEG-06"
    assert audit("NEG").cases.counted().count() == 6


def test_the_draws_can_be_repeated_from_what_is_stored() -> None:
    for prefix, population in (("NEG", 94), ("DAC", 137)):
        draw = audit(prefix).draws.get()
        assert draw.population == population
        assert [pick.row_id for pick in repeat(draw).chosen] == [
            pick["row_id"] for pick in draw.chosen
        ]


def test_the_findings_and_actions_of_a_are_those_of_the_story() -> None:
    labels = [finding.label for finding in audit("NEG").findings.all()]
    assert sorted(labels) == ["F1", "F2", "F3", "F4", "F5", "F6", "P1", "P2", "P3"]
    green, amber, red, blue = Brag.GREEN, Brag.AMBER, Brag.RED, Brag.BLUE
    stands = [action.brag for action in audit("NEG").actions.order_by("number")]
    assert stands == [green, amber, blue, red, green, green, green]


def test_b_has_its_grades_and_two_returns_outstanding() -> None:
    counts = return_counts(audit("DAC"))
    assert (counts["cells"], counts["graded"], counts["nil"]) == (80, 52, 26)
    assert counts["outstanding"] == 2
    assert by_code("DAC", "agencies") == {"O": 3, "G": 29, "RI": 19, "I": 1}
    owed = audit("DAC").returns.outstanding().select_related("case", "agency")
    assert {return_.reference for return_ in owed} == {"DAC-03 DAS", "DAC-08 GP"}
    for return_ in owed:
        assert return_.reminders.count() == 3


def test_people_are_told_in_the_order_in_which_it_happened() -> None:
    for person in User.objects.all():
        told = Notification.objects.of(person.pk).order_by("seq")
        days = [one.at for one in told]
        assert days == sorted(days), person.email


def test_what_is_older_than_three_weeks_has_been_read() -> None:
    since = clock.now() - demo.READ_AFTER
    unread = Notification.objects.unread()
    assert unread.exists()
    assert not unread.filter(at__lt=since - timedelta(days=1)).exists()


def test_who_opened_the_identity_key_stands_in_the_log() -> None:
    client = Client()
    client.force_login(User.objects.get(email="chair@fernhollow.example"))
    for prefix, said in (("NEG", ("NEG-03", "NEG-05")), ("DAC", ("DAC-05",))):
        page = client.get(f"{audit(prefix).get_absolute_url()}identity-log/").content.decode()
        assert all(label in page for label in said)
        assert "To find the child in our own records." in page


def test_a_replaced_case_stays_on_the_list_of_cases() -> None:
    client = Client()
    client.force_login(User.objects.get(email="coordinator@fernhollow.example"))
    page = client.get(f"{audit('NEG').get_absolute_url()}sample/cases/").content.decode()
    assert "NEG-07 (CP): replaced by NEG-06. The family moved to another area." in page


def test_the_conflict_in_b_took_the_audit_to_a_colleague() -> None:
    return_ = audit("DAC").returns.get(case__number=5, agency__code="POL")
    assert return_.auditor is not None
    assert return_.auditor.email == "auditor2.pol@fernhollow.example"


def test_c_has_three_candidates_two_views_and_no_choice() -> None:
    assert audit("NXT").themes.count() == 3
    assert audit("NXT").theme is None
    views = audit("NXT").theme_views
    assert views.exclude(given_at=None).count() == 2
    assert views.filter(given_at=None).count() == 1


def test_loading_it_again_changes_nothing() -> None:
    before = Counter(WorkItem.objects.values_list("title", flat=True))
    demo.load()
    assert Counter(WorkItem.objects.values_list("title", flat=True)) == before


def test_loading_it_again_gives_every_account_the_password_it_prints(
    client: Client, settings: Settings
) -> None:
    settings.DEMO_PASSWORD = "another-for-today"
    demo.load()
    for account in ("coordinator", "board"):
        posted = {"login": f"{account}@fernhollow.example", "password": "another-for-today"}
        assert client.post("/accounts/login/", posted).status_code == 302


def test_nobody_signs_in_to_a_simulation_that_is_played_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    troupe = troupe_of(Size(cases=1, agencies=2, seed=1), "played")
    assert not [person for person in troupe.people.values() if person.has_usable_password()]


@pytest.mark.parametrize(("cases", "said"), [(0, "at least one case"), (3001, "up to 3,000")])
def test_a_simulation_of_a_size_that_no_audit_has_is_refused(cases: int, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("simulate", cases=cases)


def test_every_invariant_holds() -> None:
    assert list(ledger.faults()) == []
    assert list(room_invariants.faults()) == []
    assert inbox.faults() == []


def test_the_story_moves_by_whole_weeks_so_that_it_is_about_now() -> None:
    assert demo.shift_to(demo.TOLD_ON) == timedelta()
    assert demo.shift_to(demo.TOLD_ON + timedelta(days=20)) == timedelta(weeks=2)
    assert clock.today() - (demo.TOLD_ON + demo.shift_to(clock.today())) < timedelta(weeks=1)


ROLES = (
    "coordinator",
    "lead.pol",
    "auditor.pol",
    "owner.csc",
    "panel1",
    "chair",
    "qppa",
    "board",
    "admin",
)


@pytest.mark.parametrize("account", ROLES)
def test_every_role_can_sign_in_and_see_their_work(client: Client, account: str) -> None:
    email = f"{account}@fernhollow.example"
    posted = {"login": email, "password": "fernhollow-demo"}
    assert client.post("/accounts/login/", posted).status_code == 302
    assert User.objects.get(email=email).name in client.get("/").content.decode()
