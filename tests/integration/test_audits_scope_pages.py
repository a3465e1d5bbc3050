"""The pages of an audit’s scope and dates, and the gate to case sampling."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from macfa.audits import services
from macfa.audits.dates import propose
from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from tests.cast import Cast, assemble
from tests.factories import audit_issued, audit_opened, audit_scoped
from tests.integration.browsing import Browsers, Posted, parts, text
from tests.integration.planning import (
    add,
    dates_of,
    scope_of,
)
from workflows import clock
from workflows.models import LedgerEntry, WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_opened(cast)


# --- scope ------------------------------------------------------------------------------------


def test_a_scope_is_saved_and_read_by_others(cast: Cast, audit: Audit, as_: Browsers) -> None:
    client, address = as_("coordinator"), audit.get_absolute_url() + "scope/"
    form = text(client, address)
    assert "Scale: Ofsted four-point (Outstanding, Good, Requires improvement, Inadequate)" in form
    answer = client.post(address, scope_of(cast, audit))
    assert answer["Location"] == audit.get_absolute_url()
    audit.refresh_from_db()
    assert audit.enquiry == "Is history used?\nIs the child heard?"
    assert audit.tool_version == cast.tool
    html = text(as_("lead.pol"), address)
    for words in ("Is the child heard?", "1 April 2025 to 31 March 2026", "Police", "version 1"):
        assert words in html
    assert "<form method" not in html.split("<main")[1]


def test_a_scope_names_every_fault_in_a_sentence(cast: Cast, audit: Audit, as_: Browsers) -> None:
    posted = scope_of(cast, audit, criteria="", agencies=[cast.agencies["POL"].pk])
    posted |= parts("looks_back_to", date(2024, 1, 1))
    del posted["tool_version"]
    html = as_("coordinator").post(audit.get_absolute_url() + "scope/", posted).content.decode()
    for sentence in (
        "Answer “Which cases can be drawn?”",
        "Select at least two agencies",
        "Look-back period must end after it begins",
        "Select the audit tool",
    ):
        assert sentence in html


def test_a_foreign_agency_or_tool_is_not_one_of_the_choices(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    elsewhere = assemble("elsewhere")
    posted = scope_of(cast, audit, tool_version=elsewhere.tool.pk)
    answer = as_("coordinator").post(audit.get_absolute_url() + "scope/", posted)
    assert "Select one of the choices offered" in answer.content.decode()


def test_an_agency_that_has_ended_is_offered_only_where_it_was_chosen(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    police = cast.agencies["POL"]
    yesterday = clock.today() - timedelta(days=1)
    type(police).objects.filter(pk=police.pk).update(since=date(2020, 1, 1), until=yesterday)
    address = audit.get_absolute_url() + "scope/"
    assert "Police" not in text(as_("coordinator"), address)
    audit.agencies.add(police)
    assert "Police" in text(as_("coordinator"), address)


def test_a_scope_from_an_old_page_is_refused_and_keeps_what_was_typed(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    add(cast, audit)
    answer = as_("coordinator").post(audit.get_absolute_url() + "scope/", scope_of(cast, audit))
    assert answer.status_code == 409
    assert "Is history used?" in answer.content.decode()


def test_a_scope_posted_twice_is_saved_once(cast: Cast, audit: Audit, as_: Browsers) -> None:
    posted = scope_of(cast, audit)
    for _ in range(2):
        answer = as_("coordinator").post(audit.get_absolute_url() + "scope/", posted)
        assert answer["Location"] == audit.get_absolute_url()
    assert LedgerEntry.objects.filter(verb="scope_changed").count() == 1


# --- dates ------------------------------------------------------------------------------------


def test_dates_are_proposed_from_one_day_and_saved_only_when_checked(
    audit: Audit, as_: Browsers
) -> None:
    client, address = as_("coordinator"), audit.get_absolute_url() + "dates/"
    assert client.get(address)["Location"] == address + "propose/"
    proposed = client.post(address + "propose/", parts("start", date(2026, 12, 14)))
    html = proposed.content.decode()
    assert "Nothing is saved yet" in html
    assert "10 working days after 14 December 2026" in html
    assert not audit.stage_dates.exists()
    plan = {stage.value: day for stage, day in propose(date(2026, 12, 14)).items()}
    posted: Posted = {"version": audit.version}
    for name, day in plan.items():
        posted |= parts(name, day)
    check = client.post(address, posted).content.decode()
    assert "Save the stage dates" in check
    assert not audit.stage_dates.exists()
    assert client.post(address, posted | {"confirmed": 1})["Location"] == audit.get_absolute_url()
    assert audit.planned[Stage.THEME_SELECTION] == date(2026, 12, 30)


def test_moving_the_end_of_agency_audits_asks_why_and_shows_what_it_changes(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    by, client = cast["coordinator"], as_("coordinator")
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=by)
    address = audit.get_absolute_url() + "dates/"
    saturday = parts("agency_audits", date(2027, 1, 23))
    without = client.post(address, dates_of(audit) | saturday).content.decode()
    assert "Say why these dates move: Agency audits" in without
    posted = dates_of(audit, reason="Half-term") | saturday
    check = client.post(address, posted).content.decode()
    for words in (
        "Saturday 23 January 2027 (not a working day)",
        "Was 7 January 2027: 11 working days later",
        "Not changed",
        "What this changes",
        "The returns that the agencies are sent are due on 23 January 2027.",
        "Moderation: 4 working days instead of 15.",
    ):
        assert words in check
    client.post(address, posted | {"confirmed": 1})
    assert audit.planned[Stage.AGENCY_AUDITS] == date(2027, 1, 23)


def test_once_issued_moving_the_end_of_agency_audits_says_that_what_was_sent_stays(
    cast: Cast, as_: Browsers
) -> None:
    audit = audit_issued(cast)
    later = audit.planned[Stage.AGENCY_AUDITS] + timedelta(days=7)
    posted = dates_of(audit, reason="Half-term") | parts("agency_audits", later)
    posted = {name: value for name, value in posted.items() if not name.startswith("theme")}
    address = audit.get_absolute_url() + "dates/"
    check = as_("coordinator").post(address, posted).content.decode()
    owed = WorkItem.objects.open().filter(thread=audit.pk).count()
    assert f"{owed} open tasks of the agencies keep their due date" in check
    assert "Your task at this stage is then due on" in check
    as_("coordinator").post(address, posted | {"confirmed": 1})
    mine = WorkItem.objects.open().get(owner=cast["coordinator"])
    assert mine.due == later
    assert not WorkItem.objects.open().filter(thread=audit.pk, due=later).exists()


def test_a_date_before_the_stage_before_it_is_said_beside_the_field(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=cast["coordinator"])
    posted = dates_of(audit, reason="?") | parts("moderation", date(2026, 11, 30))
    html = as_("coordinator").post(audit.get_absolute_url() + "dates/", posted).content.decode()
    assert "End of moderation must be on or after the end of agency audits, 7 January 2027" in html
    assert 'href="#id_moderation_0"' in html


def test_a_stage_that_is_over_is_not_offered_to_move(cast: Cast, as_: Browsers) -> None:
    audit = audit_scoped(cast)
    html = text(as_("coordinator"), audit.get_absolute_url() + "dates/")
    assert "End of theme selection" not in html
    assert "End of case sampling" in html


def test_dates_moved_twice_with_one_form_move_once(cast: Cast, audit: Audit, as_: Browsers) -> None:
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=cast["coordinator"])
    posted = dates_of(audit, reason="Half-term", confirmed=1)
    posted |= parts("action_tracking", date(2028, 1, 10))
    for _ in range(2):
        answer = as_("coordinator").post(audit.get_absolute_url() + "dates/", posted)
        assert answer["Location"] == audit.get_absolute_url()
    assert LedgerEntry.objects.filter(verb="dates_changed").count() == 1


def test_others_read_the_dates_with_weekday_and_length(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    address = audit.get_absolute_url() + "dates/"
    assert "Not agreed yet" in text(as_("board"), address)
    services.propose_dates(audit=audit, start=date(2026, 11, 23), by=cast["coordinator"])
    html = text(as_("board"), address)
    assert "Thursday 7 January 2027" in html
    assert "15 working days after the stage before it" in html


# --- the gate ---------------------------------------------------------------------------------


def test_the_gate_page_names_what_is_missing_and_offers_no_button(
    audit: Audit, as_: Browsers
) -> None:
    client, address = as_("coordinator"), audit.get_absolute_url() + "begin-sampling/"
    html = text(client, address)
    for thing in ("the chosen theme", "the audit tool", "the stage dates", "Not agreed yet"):
        assert thing in html
    assert "move to case sampling</button>" not in html
    refusal = client.post(address, {"version": audit.version})
    assert refusal.status_code == 409
    assert "the key lines of enquiry" in refusal.content.decode()


def test_everything_agreed_is_shown_with_ways_to_change_it_and_then_moves_the_audit(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    by, client, base = cast["coordinator"], as_("coordinator"), audit.get_absolute_url()
    services.choose_theme(
        audit=audit, theme=add(cast, audit), reason="Most urgent", decided_by="The QPPA", by=by
    )
    audit.refresh_from_db()
    client.post(base + "scope/", scope_of(cast, audit))
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=by)
    html = text(client, base + "begin-sampling/")
    for words in ("Most urgent", "Is history used?", "Ofsted four-point", "7 January 2027"):
        assert words in html
    for page in ("themes/choose/", "scope/#id_enquiry", "dates/"):
        assert f'href="{base}{page}"' in html
    assert "Agree the scope and move to case sampling</button>" in html
    posted = {"version": audit.version, "token": "one-form"}
    for _ in range(2):
        assert client.post(base + "begin-sampling/", posted)["Location"] == base
    audit.refresh_from_db()
    assert audit.stage == Stage.CASE_SAMPLING
    assert client.get(base + "begin-sampling/").status_code == 409
