"""Immediate concerns: who is told, who sees, who acknowledges, and which two people confirm."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db.models import ProtectedError

from macfa.concerns import services
from macfa.concerns.lifecycle import ConcernState
from macfa.concerns.models import Concern, Confirmation
from macfa.improvement import services as improvement
from macfa.moderation.access import barred
from macfa.overview import services as overview
from macfa.overview.services import withdraw
from macfa.people.roles import Role
from macfa.people.services import join
from macfa.sampling.access import step_out
from macfa.sampling.models import CaseAccess
from notifications.email import sweep
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import a_day, at_once, has_left
from workflows import clock
from workflows.errors import AlreadyDone, NotAllowed, NotYet, WrongState
from workflows.models import LedgerEntry, LedgerText, WorkItem
from workflows.timeline import of_thread

if TYPE_CHECKING:
    from macfa.people.models import User

pytestmark = pytest.mark.django_db


def sees(person: User, concern: Concern) -> bool:
    return Concern.objects.visible_to(person).filter(pk=concern.pk).exists()


def told(event: str) -> set[str]:
    rows = Notification.objects.filter(event=event)
    return set(rows.values_list("recipient__name", flat=True))


def acknowledged(cast: Cast, **kwargs: str) -> Concern:
    return services.acknowledge(concern=factories.a_concern(cast, **kwargs), by=cast["coordinator"])


# --- raising -------------------------------------------------------------------------------------


def test_coordinators_and_the_leads_of_the_agency_are_told_at_once(cast: Cast) -> None:
    cast.add("coordinator2", Role.COORDINATOR)
    factories.a_concern(cast)
    assert told("concern.raised") == {"Coordinator", "Coordinator2", "Lead Pol"}


def test_work_due_at_once_waits_for_the_coordinator_and_for_the_lead(cast: Cast) -> None:
    factories.a_concern(cast)
    items = {item.owner: item for item in WorkItem.objects.open()}
    assert items.keys() == {cast["coordinator"], cast["lead.pol"]}
    assert {item.title for item in items.values()} == {"Immediate concern: acknowledge"}
    assert {item.due for item in items.values()} == {a_day(0)}


def test_several_are_told_apart_by_when_they_were_raised(cast: Cast) -> None:
    for hour in (9, 16):
        moment = datetime(2026, 11, 3, hour, 5, tzinfo=ZoneInfo("Europe/London"))
        with clock.playing(moment):
            factories.a_concern(cast)
    mine = WorkItem.objects.open().filter(owner=cast["coordinator"]).order_by("pk")
    assert [item.reference for item in mine] == ["3 Nov at 9:05am", "3 Nov at 4:05pm"]


def test_without_an_agency_the_scrutineer_is_told_at_once_and_can_be_second(cast: Cast) -> None:
    concern = factories.a_concern(cast, agency="")
    assert told("concern.escalated") == {"Chair"}
    assert sees(cast["chair"], concern)


def test_a_form_sent_twice_raises_one_concern(cast: Cast) -> None:
    facts = {
        "partnership": cast.partnership,
        "seen": "S",
        "done": "D",
        "done_by": "B",
        "done_when": "Now",
        "told": "T",
        "referral": "R",
        "by": cast["auditor.pol"],
        "token": "once",
    }
    services.raise_concern(**facts)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone):
        services.raise_concern(**facts)  # type: ignore[arg-type]
    assert Concern.objects.count() == 1


def test_without_a_referral_there_is_a_reason(cast: Cast) -> None:
    with pytest.raises(NotYet, match="say why it is not referred yet"):
        services.raise_concern(
            partnership=cast.partnership,
            seen="Seen",
            done="Done",
            done_by="Me",
            done_when="Now",
            told="Nobody",
            by=cast["auditor.pol"],
        )


def test_an_outsider_raises_nothing_in_another_partnership(cast: Cast) -> None:
    stranger = assemble("elsewhere")["auditor.pol"]
    cast.people["stranger"] = stranger
    with pytest.raises(NotAllowed):
        factories.a_concern(cast, by="stranger")


def test_a_reference_is_taken_whether_or_not_it_is_there_or_may_be_opened(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    case = audit.cases.counted()[0]
    CaseAccess.objects.create(
        case=case, person=cast["auditor.pol"], capacity=CaseAccess.Capacity.CONFLICT
    )
    hidden = factories.a_concern(cast, f" {case.label.lower()} ")
    nowhere = factories.a_concern(cast, "XYZ-99")
    assert (hidden.case, hidden.audit) == (case, audit)
    assert (nowhere.case, nowhere.audit, nowhere.case_reference) == (None, None, "XYZ-99")


def test_a_concern_changes_nothing_of_the_audit_and_stands_in_no_timeline_of_it(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    case, before = audit.cases.counted()[0], of_thread(audit).count()
    concern = acknowledged(cast, case_reference=case.label)
    services.add_note(concern=concern, text="More.", by=cast["auditor.pol"])
    versions = (audit.version, case.version)
    audit.refresh_from_db()
    case.refresh_from_db()
    assert (audit.version, case.version) == versions
    assert of_thread(audit).count() == before


def test_a_concern_goes_on_while_its_audit_is_paused_and_after_it_is_withdrawn(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    label = audit.cases.counted()[0].label
    by = cast["coordinator"]
    audit = overview.pause_audit(audit=audit, reason="Inquiry", until=a_day(20), by=by)
    paused = acknowledged(cast, case_reference=label)
    assert (paused.state, paused.audit) == (ConcernState.ACKNOWLEDGED, audit)
    second = factories.audit_issued(cast, "DAC")
    withdraw(audit=second, reason="No longer", by=by)
    given_up = acknowledged(cast, case_reference=second.cases.counted()[0].label)
    assert (given_up.state, given_up.audit) == (ConcernState.ACKNOWLEDGED, second)


# --- who sees it ---------------------------------------------------------------------------------


def test_only_those_it_needs_and_whoever_raised_it_see_it(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    for name in ("auditor.pol", "lead.pol", "coordinator"):
        assert sees(cast[name], concern), name
    others = set(cast.people) - {"auditor.pol", "lead.pol", "coordinator"}
    assert [name for name in others if sees(cast[name], concern)] == []
    assert not sees(assemble("elsewhere")["coordinator"], concern)


def test_a_lead_in_conflict_with_the_case_neither_sees_it_nor_is_told(cast: Cast) -> None:
    case = factories.audit_issued(cast).cases.counted()[0]
    CaseAccess.objects.create(
        case=case, person=cast["lead.pol"], capacity=CaseAccess.Capacity.CONFLICT
    )
    concern = factories.a_concern(cast, case.label)
    assert not sees(cast["lead.pol"], concern)
    assert "Lead Pol" not in told("concern.raised")
    assert told("concern.escalated") == {"Chair"}


def in_conflict(cast: Cast, *names: str) -> str:
    """These have a conflict of interest with a case: its reference."""
    case = factories.audit_issued(cast).cases.counted()[0]
    for name in names:
        step_out(case, cast[name], "Their neighbour")
    return case.label


def asked(concern: Concern) -> dict[str, str]:
    """Whose task it is, by its team."""
    rows = WorkItem.objects.open().filter(page=concern.get_absolute_url())
    return {str(row.team): row.owner.name if row.owner else "" for row in rows}


def test_where_lead_and_scrutineer_are_in_conflict_neither_is_given_it(cast: Cast) -> None:
    concern = factories.a_concern(cast, in_conflict(cast, "lead.pol", "chair"))
    assert asked(concern) == {"Coordinator": "Coordinator", "Independent scrutineer": ""}
    assert not Notification.objects.filter(url=concern.get_absolute_url(), recipient=cast["chair"])


def test_of_two_leads_the_one_in_conflict_sees_nothing_of_it_in_the_queue(cast: Cast) -> None:
    label = in_conflict(cast, "lead.pol")
    other = cast["auditor2.pol"]
    join(
        person=other,
        partnership=cast.partnership,
        role=Role.AGENCY_LEAD,
        agency=cast.agencies["POL"],
    )
    concern = factories.a_concern(cast, label)
    assert asked(concern)["Agency lead, Police"] == other.name
    items = set(WorkItem.objects.filter(page=concern.get_absolute_url()))
    assert barred(cast["lead.pol"]) >= {item.pk for item in items}
    assert barred(cast["coordinator"]) == frozenset()


def test_a_coordinator_in_conflict_is_asked_all_the_same(cast: Cast) -> None:
    concern = factories.a_concern(cast, in_conflict(cast, "coordinator"))
    items = set(
        WorkItem.objects.filter(page=concern.get_absolute_url()).values_list("pk", flat=True)
    )
    assert not barred(cast["coordinator"]) & items


def test_where_the_only_lead_is_the_only_coordinator_the_scrutineer_is_second(cast: Cast) -> None:
    lead = cast["coordinator"]
    cast["lead.pol"].memberships.all().delete()
    join(
        person=lead,
        partnership=cast.partnership,
        role=Role.AGENCY_LEAD,
        agency=cast.agencies["POL"],
    )
    concern = factories.a_concern(cast)
    assert asked(concern) == {"Coordinator": "Coordinator", "Independent scrutineer": "Chair"}


def test_whoever_has_left_reads_nothing_that_they_raised(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    has_left(cast["auditor.pol"])
    assert not sees(cast["auditor.pol"], concern)
    with pytest.raises(NotAllowed):
        services.add_note(concern=concern, text="Still here.", by=cast["auditor.pol"])


def test_the_scrutineer_sees_it_once_asked(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    assert not sees(cast["chair"], concern)
    with pytest.raises(NotAllowed):
        services.ask_scrutineer(concern=concern, by=cast["auditor.pol"])
    services.ask_scrutineer(concern=concern, by=cast["lead.pol"])
    assert sees(cast["chair"], concern)
    with pytest.raises(WrongState):
        services.ask_scrutineer(concern=concern, by=cast["coordinator"])


# --- acknowledging and confirming ----------------------------------------------------------------


def test_whoever_acknowledges_is_kept_and_both_go_on_to_confirm(cast: Cast) -> None:
    concern = services.acknowledge(concern=factories.a_concern(cast), by=cast["lead.pol"])
    assert (concern.acknowledged_by, concern.acknowledged_at is not None) == (
        cast["lead.pol"],
        True,
    )
    titles = [item.title for item in WorkItem.objects.open()]
    assert titles == ["Immediate concern: confirm what was done"] * 2
    assert told("news.concern_acknowledged") == {"Auditor Pol"}
    with pytest.raises(WrongState, match="already"):
        services.acknowledge(concern=concern, by=cast["coordinator"])


@pytest.mark.parametrize("name", ["auditor.pol", "lead.csc", "chair", "board", "panel.pol"])
def test_nobody_else_acknowledges_or_confirms(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        services.acknowledge(concern=factories.a_concern(cast), by=cast[name])
    with pytest.raises(NotAllowed):
        services.confirm(concern=acknowledged(cast), outcome="Done.", by=cast[name])


def test_two_people_confirm_in_either_order(cast: Cast) -> None:
    for first, second in (("coordinator", "lead.pol"), ("lead.pol", "coordinator")):
        concern = acknowledged(cast)
        concern = services.confirm(concern=concern, outcome="Seen today.", by=cast[first])
        assert concern.state == ConcernState.CONFIRMED_ONCE
        concern = services.confirm(concern=concern, outcome="Plan made.", by=cast[second])
        assert concern.get_state_display() == "Action confirmed"
    assert not WorkItem.objects.open().exists()


def test_one_person_never_confirms_twice_whatever_their_roles(cast: Cast) -> None:
    both = cast.add("both", Role.COORDINATOR)
    cast.add("both", Role.AGENCY_LEAD, "POL")
    concern = services.confirm(concern=acknowledged(cast), outcome="Done.", by=both)
    with pytest.raises(NotAllowed, match="second person"):
        services.confirm(concern=concern, outcome="Again.", by=both)
    with pytest.raises(NotAllowed, match="lead or the independent scrutineer"):
        services.confirm(concern=concern, outcome="As coordinator.", by=cast["coordinator"])


def test_nobody_confirms_before_it_is_acknowledged_or_without_an_outcome(cast: Cast) -> None:
    with pytest.raises(WrongState):
        services.confirm(concern=factories.a_concern(cast), outcome="D", by=cast["coordinator"])
    with pytest.raises(NotYet):
        services.confirm(concern=acknowledged(cast), outcome=" ", by=cast["coordinator"])


def test_notes_are_added_while_it_is_open(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    services.add_note(concern=concern, text="Police went.", by=cast["lead.pol"])
    with pytest.raises(NotAllowed):
        services.add_note(concern=concern, text="Mine.", by=cast["auditor2.pol"])
    services.acknowledge(concern=concern, by=cast["coordinator"])
    for name in ("coordinator", "lead.pol"):
        concern = services.confirm(concern=concern, outcome="Done.", by=cast[name])
    with pytest.raises(WrongState):
        services.add_note(concern=concern, text="Late.", by=cast["lead.pol"])
    assert [note.by for note in concern.notes.all()] == [cast["lead.pol"]]


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_person_fills_one_place() -> None:
    cast = assemble()
    both = cast.add("both", Role.COORDINATOR)
    cast.add("both", Role.AGENCY_LEAD, "POL")
    concern = acknowledged(cast)
    calls = [lambda: services.confirm(concern=concern, outcome="Done.", by=both)] * 2
    raised = at_once(calls)
    assert sorted(type(each).__name__ for each in raised) == ["NoneType", "NotAllowed"]
    assert Confirmation.objects.count() == 1


# --- what is told --------------------------------------------------------------------------------


def test_no_message_e_mail_log_work_item_or_ledger_carries_a_detail(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    label = factories.audit_issued(cast).cases.counted()[0].label
    known = set(Notification.objects.values_list("pk", flat=True))
    items = set(WorkItem.objects.values_list("pk", flat=True))
    concern = acknowledged(cast, case_reference=label)
    services.add_note(concern=concern, text="A bruise again.", by=cast["lead.pol"])
    for name in ("coordinator", "lead.pol"):
        services.confirm(concern=concern, outcome="The bruise was seen.", by=cast[name])
    said = [row.text + row.url for row in Notification.objects.exclude(pk__in=known)]
    said += [f"{row} {row.page}" for row in WorkItem.objects.exclude(pk__in=items)]
    entries = LedgerEntry.objects.filter(record_type="concerns.concern")
    said += [f"{row.reference} {row.facts}" for row in entries]
    mail.outbox = []
    sweep(lambda: clock.now() + timedelta(days=2))
    assert mail.outbox
    said += [f"{each.subject} {each.body}" for each in mail.outbox]
    said += [row.message for row in caplog.records if not row.name.startswith("django.db")]
    details = ("bruise", "REF-7731", label, "Police", "front door", "Sam Okoye", "duty manager")
    assert [(text, word) for text in said for word in details if word in text] == []
    assert not LedgerText.objects.filter(entry__in=entries).exists()


# --- the audit beside it -------------------------------------------------------------------------


def confirmed_by_two(cast: Cast, concern: Concern) -> None:
    for name in ("coordinator", "lead.pol"):
        concern = services.confirm(concern=concern, outcome="Done.", by=cast[name])


def test_an_audit_is_not_withdrawn_while_a_concern_is_open(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    label = audit.cases.counted()[0].label
    concern = acknowledged(cast, case_reference=label)
    with pytest.raises(NotYet, match="immediate concern is still open") as refusal:
        withdraw(audit=audit, reason="No longer", by=cast["coordinator"])
    assert label not in refusal.value.sentence
    assert refusal.value.missing == ()
    confirmed_by_two(cast, concern)
    assert withdraw(audit=audit, reason="No longer", by=cast["coordinator"]).state == "withdrawn"


def test_an_audit_is_not_closed_while_a_concern_is_open(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    action = audit.actions.get()
    improvement.end(action=action, reason="Overtaken", by=cast["coordinator"])
    concern = acknowledged(cast, case_reference=audit.cases.counted()[0].label)
    with pytest.raises(NotYet, match="immediate concern is still open"):
        improvement.close_audit(audit=audit, by=cast["coordinator"])
    confirmed_by_two(cast, concern)
    assert improvement.close_audit(audit=audit, by=cast["coordinator"]).state == "closed"


def test_a_concern_about_another_audit_or_none_holds_nothing_up(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    factories.a_concern(cast)
    factories.a_concern(cast, factories.audit_issued(cast, "DAC").cases.counted()[0].label)
    assert withdraw(audit=audit, reason="No longer", by=cast["coordinator"]).state == "withdrawn"


def test_the_case_of_a_concern_and_its_identity_key_are_kept(cast: Cast) -> None:
    case = factories.audit_issued(cast).cases.counted()[0]
    factories.a_concern(cast, case.label)
    assert case.identity is not None
    with pytest.raises(ProtectedError):
        case.delete()
