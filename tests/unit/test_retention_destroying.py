"""One proposes, another confirms: exactly what was counted is gone, and the chain is whole."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from macfa.audits.models import Audit
from macfa.moderation.models import PanelGrade
from macfa.people.roles import Role
from macfa.people.services import give_role
from macfa.retention import rules, services, table
from macfa.retention.lifecycle import DestructionState
from macfa.retention.models import Destruction, Kept
from macfa.returns.models import AgencyReturn, Answer, Submission
from macfa.sampling.identity import open_identity
from macfa.sampling.models import Case, IdentityKey, PoolRow
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.retention import audit_closed, destroyed, proposed, years_later
from workflows import clock, ledger
from workflows.errors import NotAllowed, NotYet, Stale, WrongState
from workflows.models import LedgerText, WorkItem

pytestmark = pytest.mark.django_db
IDENTITY, MATERIAL, REPORT = Kept.IDENTITY_KEY, Kept.CASE_MATERIAL, Kept.REPORT
WHY = "The officers want to look."


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit that is over, with every kind of text in it."""
    return audit_closed(cast)


def sound() -> None:
    """The ledger and all invariants."""
    assert not list(ledger.faults())
    call_command("check_invariants", stdout=StringIO())


def test_two_people_destroy_the_identity_key_and_nothing_else(cast: Cast, audit: Audit) -> None:
    other = factories.audit_drawn(cast, "EXP")
    rows = PoolRow.objects.count()
    with years_later(1):
        one = proposed(cast, audit)
        assert one.counts == {"rows of the identity key": 12}
        task = WorkItem.objects.open().get(reference="NEG")
        assert (task.owner, task.title) == (cast["chair"], "Confirm a destruction")
        assert IdentityKey.objects.filter(pool_row__pool__audit=audit).count() == 12
        done = services.confirm(destruction=one, by=cast["chair"])
        assert not WorkItem.objects.open().filter(reference="NEG").exists()
        today = clock.today()
    assert done.state == DestructionState.DESTROYED
    assert (done.proposed_by, done.ended_by) == (cast["coordinator"], cast["chair"])
    assert done.backups_until
    assert (done.backups_until - today).days == 35
    assert not IdentityKey.objects.filter(pool_row__pool__audit=audit).exists()
    assert IdentityKey.objects.filter(pool_row__pool__audit=other).count() == 12
    assert PoolRow.objects.count() == rows
    audit.refresh_from_db()
    assert audit.destroyed_on(IDENTITY) == today
    told = Notification.objects.get(event="news.destruction")
    assert (told.recipient, told.url) == (cast["coordinator"], done.get_absolute_url())
    with pytest.raises(WrongState, match="destroyed on"):
        open_identity(case=audit.cases.all()[0], reason="To find the file", by=cast["coordinator"])
    sound()


def test_words_go_and_grades_stay(cast: Cast, audit: Audit) -> None:
    grades = list(PanelGrade.objects.order_by("pk").values_list("grade", flat=True))
    own = list(AgencyReturn.objects.order_by("pk").values_list("grade", flat=True))
    with years_later(3):
        [_, done] = destroyed(cast, audit, IDENTITY, MATERIAL)
    said = [each.value for each in Answer.objects.exclude(value="")]
    assert said
    assert all(value.startswith("[Destroyed on ") for value in said)
    for submission in Submission.objects.all():
        values = [given["value"] for given in submission.answers.values() if given["value"]]
        assert values
        assert all(value.startswith("[Destroyed on ") for value in values)
        assert any(given["grade"] for given in submission.answers.values())
    assert {each.reason[:14] for each in PanelGrade.objects.all()} == {"[Destroyed on "}
    assert list(PanelGrade.objects.order_by("pk").values_list("grade", flat=True)) == grades
    assert list(AgencyReturn.objects.order_by("pk").values_list("grade", flat=True)) == own
    assert done.counts["submitted versions"] == Submission.objects.count()
    assert not any(each.rows([audit]).exists() for each in table.of_kind(MATERIAL))
    assert audit.reports.get().summary == "In short."
    sound()


def test_why_somebody_opened_the_identity_key_stays_as_long_as_the_report(
    cast: Cast, audit: Audit
) -> None:
    case = audit.cases.all()[0]
    open_identity(case=case, reason="To find the file", by=cast["coordinator"])
    opened = LedgerText.objects.get(entry__verb="identity_opened")
    with years_later():
        destroyed(cast, audit, IDENTITY, MATERIAL)
        opened.refresh_from_db()
        assert opened.text == "To find the file"
        destroyed(cast, audit, REPORT)
    opened.refresh_from_db()
    assert (opened.text, opened.erased_at is None) == ("", False)
    sound()


def test_everything_goes_in_the_end_and_the_chain_is_whole(cast: Cast, audit: Audit) -> None:
    with years_later():
        [*_, done] = destroyed(cast, audit, IDENTITY, MATERIAL, REPORT)
    assert done.number > 10
    for kind in (IDENTITY, MATERIAL, REPORT):
        assert not any(each.rows([audit]).exists() for each in table.of_kind(kind))
    report = audit.reports.get()
    assert report.contents
    assert report.contents["cases"] == 2
    assert "In short." not in str(report.contents)
    assert "Chronologies" not in str(report.contents)
    assert (
        not LedgerText.objects.filter(entry__thread=audit.pk, text__gt="")
        .exclude(entry__record_type__startswith="retention.")
        .exclude(entry__verb="text_erased")
    )
    sound()


# --- refused -------------------------------------------------------------------------------------


def test_nobody_confirms_what_they_proposed_also_not_as_scrutineer(
    cast: Cast, audit: Audit
) -> None:
    scrutineers = cast["chair"].memberships.get(team__role=Role.SCRUTINEER).team
    give_role(person=cast["coordinator"], team=scrutineers, since=clock.today(), by=cast["admin"])
    with years_later(1):
        one = proposed(cast, audit)
        with pytest.raises(NotAllowed, match="second person"):
            services.confirm(destruction=one, by=cast["coordinator"])
        for person in (cast["lead.pol"], cast["admin"], assemble("elsewhere")["chair"]):
            with pytest.raises(NotAllowed):
                services.confirm(destruction=one, by=person)
    assert IdentityKey.objects.exists()


def test_the_database_takes_no_destruction_by_one_person(cast: Cast, audit: Audit) -> None:
    with years_later(1):
        one = destroyed(cast, audit, IDENTITY)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Destruction.objects.filter(pk=one.pk).update(ended_by=cast["coordinator"])


@pytest.mark.parametrize("name", ["chair", "lead.pol", "panel.pol", "qppa", "board", "admin"])
def test_the_coordinator_alone_proposes(cast: Cast, audit: Audit, name: str) -> None:
    with years_later(1), pytest.raises(NotAllowed):
        services.propose(audit=audit, kind=IDENTITY, seen="", by=cast[name])


def test_what_is_not_due_is_not_proposed(cast: Cast, audit: Audit) -> None:
    for kind, sentence in ((IDENTITY, "not due"), (MATERIAL, "Nothing may be destroyed yet")):
        with pytest.raises(NotYet, match=sentence):
            proposed(cast, audit, kind)
    with years_later(1):
        proposed(cast, audit)
        with pytest.raises(WrongState, match="already"):
            proposed(cast, audit)


def test_a_hold_that_is_placed_meanwhile_stops_it(cast: Cast, audit: Audit) -> None:
    with years_later(1):
        one = proposed(cast, audit)
        services.place_hold(
            partnership=cast.partnership, audit=audit, reason=WHY, by=cast["coordinator"]
        )
        with pytest.raises(NotYet) as refused:
            services.confirm(destruction=one, by=cast["chair"])
    assert "Legal hold on NEG Neglect stands." in refused.value.missing
    assert IdentityKey.objects.filter(pool_row__pool__audit=audit).count() == 12


def test_what_was_not_counted_is_not_destroyed(cast: Cast, audit: Audit) -> None:
    with years_later(3):
        destroyed(cast, audit, IDENTITY)
        one = proposed(cast, audit, MATERIAL)
        Case.objects.filter(audit=audit, number=1).update(profile="Aged 5 to 10")
        with pytest.raises(NotYet, match="not what was counted"):
            services.confirm(destruction=one, by=cast["chair"])
        assert Answer.objects.filter(value="What the file shows.").exists()
        services.stop(destruction=one, why=WHY, by=cast["chair"])
        destroyed(cast, audit, MATERIAL)
    assert "Aged" not in Case.objects.get(audit=audit, number=1).profile


def test_counts_that_changed_under_the_page_are_not_proposed(cast: Cast, audit: Audit) -> None:
    with years_later(1), pytest.raises(NotYet, match="changed while your page was open"):
        services.propose(audit=audit, kind=IDENTITY, seen="0" * 64, by=cast["coordinator"])


def test_either_says_no_with_a_reason_and_it_can_be_proposed_again(
    cast: Cast, audit: Audit
) -> None:
    with years_later(1):
        for name in ("chair", "coordinator"):
            one = proposed(cast, audit)
            with pytest.raises(NotYet):
                services.stop(destruction=one, why="No", by=cast[name])
            one = services.stop(destruction=one, why=WHY, by=cast[name])
            assert one.state == DestructionState.STOPPED
            assert not WorkItem.objects.open().filter(reference="NEG").exists()
            with pytest.raises(WrongState):
                services.confirm(destruction=one, by=cast["chair"])
            with pytest.raises(WrongState):
                services.stop(destruction=one, why=WHY, by=cast[name])
        assert Notification.objects.filter(event="news.destruction").count() == 1
        destroyed(cast, audit, IDENTITY)
        with pytest.raises(WrongState, match="destroyed already"):
            proposed(cast, audit)
    sound()


def test_a_page_that_is_stale_destroys_nothing(cast: Cast, audit: Audit) -> None:
    with years_later(1):
        one = proposed(cast, audit)
        with pytest.raises(Stale):
            services.confirm(destruction=one, expects=one.version - 1, by=cast["chair"])
    assert IdentityKey.objects.filter(pool_row__pool__audit=audit).exists()
    audit.refresh_from_db()
    assert audit.destroyed == {}
    assert not list(ledger.faults())


def test_where_there_are_two_scrutineers_it_waits_for_either(cast: Cast, audit: Audit) -> None:
    second = cast.add("chair2", Role.SCRUTINEER)
    with years_later(1):
        one = proposed(cast, audit)
        assert WorkItem.objects.open().get(reference="NEG").owner is None
        assert rules.can_confirm(one, second)
        services.confirm(destruction=one, by=second)
    sound()
