"""Issuing, following and replacing: the coordinator’s pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from macfa.overview.services import merge_agency
from macfa.people.models import Setting
from macfa.returns import services, sweeps
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Reminder
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from tests.cast import Cast
from tests.integration.returns import (
    browser,
    cost,
    date_typed,
    form_of,
    now,
    post,
    text,
)
from workflows import clock
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from django.test import Client

    from macfa.audits.models import Audit


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_issued(cast)


def test_issuing_is_previewed_and_done_by_one_button(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    client, base = browser(cast, "coordinator"), audit.get_absolute_url()
    page = text(client.get(f"{base}issue/"))
    assert "6 returns will be asked for: 2 cases from 3 agencies" in page
    assert "status" in page
    assert "None in the sample" in page
    assert not AgencyReturn.objects.exists()
    school = Setting.objects.get(name="Hill School")
    case = audit.cases.all()[0]
    url = f"{base}issue/"
    typed = {**form_of(client, url), f"case_{case.pk}_0": [school.pk]}
    assert client.post(url, typed).headers["Location"] == f"{base}returns/"
    assert audit.returns.get(case=case, agency__code="EDU").setting == school
    # The same form again lands on the returns, and nothing is issued twice.
    assert client.post(url, typed).headers["Location"] == f"{base}returns/"
    assert audit.returns.count() == 6


def test_an_agency_that_has_ended_is_not_counted_among_those_that_are_asked(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    merge_agency(
        agency=cast.agencies["POL"],
        into=cast.agencies["CSC"],
        on=clock.today(),
        why="One agency.",
        by=cast["coordinator"],
    )
    page = text(browser(cast, "coordinator").get(f"{audit.get_absolute_url()}issue/"))
    assert "4 returns will be asked for: 2 cases from 2 agencies" in page


def test_an_audit_without_cases_cannot_be_issued(cast: Cast) -> None:
    audit = factories.audit_scoped(cast)
    page = browser(cast, "coordinator").get(f"{audit.get_absolute_url()}issue/")
    assert page.status_code == 409
    assert "Draw the sample" in text(page)


def test_a_case_is_replaced_with_a_reason(cast: Cast, audit: Audit) -> None:
    case = audit.cases.get(label="NEG-02")
    client, url = browser(cast, "coordinator"), f"{case.get_absolute_url()}replace/"
    assert "Answer “Why is the case replaced?”" in text(post(client, url, why=""))
    fresh = Case.objects.filter(label="NEG-03")
    assert not fresh.exists()
    answer = post(client, url, why="Moved area")
    assert answer.headers["Location"] == fresh.get().get_absolute_url()
    grid = text(client.get(f"{audit.get_absolute_url()}returns/"))
    assert "replaced by NEG-03" in grid


# --- following -----------------------------------------------------------------------------------


def test_the_grid_shows_who_owes_what_with_denominators(cast: Cast, audit: Audit) -> None:
    factories.nil(cast, factories.a_return(audit, "EDU"))
    factories.submitted(cast, factories.a_return(audit, "CSC"))
    late = factories.a_return(audit, "POL")
    services.record_not_returned(return_=late, reason="Staff left", by=cast["coordinator"])
    page = text(browser(cast, "coordinator").get(f"{audit.get_absolute_url()}returns/"))
    for figure in (
        "1 Submitted of 5 due",
        "3 Outstanding of 5 due",
        "1 Not returned of 5 due",
        "1 Nil returns of 6 asked for",
    ):
        assert figure in page
    assert "NEG-02 Police Lead Pol Waiting for the agency" in page


class Box(NamedTuple):
    """A box of the page that reminds all."""

    name: str
    value: str
    ticked: bool
    agency: str


def boxes(client: Client, url: str) -> list[Box]:
    """The boxes of a page, in order."""
    page = client.get(url).content.decode()
    box = r'name="(batch|again)" value="([^"]+)"[^>]*?( checked)?>\s*<label[^>]*>([^<]+)'
    return [Box(name, value, bool(on), agency) for name, value, on, agency in re.findall(box, page)]


def test_reminding_all_shows_who_before_it_sends(cast: Cast, audit: Audit) -> None:
    client, url = browser(cast, "coordinator"), f"{audit.get_absolute_url()}returns/remind/"
    due = f"{factories.a_return(audit).due:%-d %B %Y}"
    assert f"Police , to Lead Pol Lead Pol 2 {due} Never" in text(client.get(url))
    assert not Reminder.objects.exists()
    found = boxes(client, url)
    assert [box.ticked for box in found] == [True] * 3
    typed = {**form_of(client, url), "batch": [box.value for box in found]}
    assert client.post(url, typed).headers["Location"] == f"{audit.get_absolute_url()}returns/"
    assert client.post(url, typed).headers["Location"] == f"{audit.get_absolute_url()}returns/"
    assert Reminder.objects.count() == 6


def test_only_whom_one_ticks_is_reminded(cast: Cast, audit: Audit) -> None:
    client, url = browser(cast, "coordinator"), f"{audit.get_absolute_url()}returns/remind/"
    [police] = [box for box in boxes(client, url) if box.agency == "Police"]
    post(client, url, batch=[police.value])
    assert {each.person for each in Reminder.objects.all()} == {cast["lead.pol"]}
    none = post(client, url, batch=[])
    assert "Tick at least one agency to remind" in text(none)
    assert " checked" not in none.content.decode()


def test_who_was_reminded_today_is_unticked_and_reminded_on_purpose_only(
    cast: Cast, audit: Audit
) -> None:
    client, url = browser(cast, "coordinator"), f"{audit.get_absolute_url()}returns/remind/"
    police = factories.a_return(audit)
    [before] = [box for box in boxes(client, url) if box.agency == "Police"]
    services.remind(return_=police, by=cast["coordinator"])
    post(client, url, batch=[before.value])
    assert [each.reminders.count() for each in audit.returns.filter(agency__code="POL")] == [1, 1]
    assert "Police , to Lead Pol Lead Pol 2" in text(client.get(url))
    assert "Today already" in text(client.get(url))
    [today] = [box for box in boxes(client, url) if box.name == "again"]
    assert (today.agency, today.ticked) == ("Police", False)
    typed = {**form_of(client, url), "again": [today.value]}
    for _ in range(2):
        assert client.post(url, typed).status_code == 302
        assert police.reminders.count() == 2


def test_more_time_is_given_with_a_reason(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    client, url = browser(cast, "coordinator"), f"{return_.get_absolute_url()}extend/"
    same = post(client, url, **date_typed("due", return_.due), why="Half-term")
    assert "Choose a later day" in text(same)
    later = return_.due + timedelta(days=7)
    post(client, url, **date_typed("due", later), why="Half-term")
    assert now(return_).due == later


def test_not_returned_and_late_after_all(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    client, base = browser(cast, "coordinator"), return_.get_absolute_url()
    assert "Answer “Why does the audit" in text(post(client, f"{base}not-returned/", why=""))
    post(client, f"{base}not-returned/", why="Staff left")
    assert "Staff left" in text(client.get(base))
    post(client, f"{base}accept-late/", why="Found")
    assert now(return_).state == ReturnState.ISSUED


def test_a_reminder_from_the_page_of_the_return(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    client, base = browser(cast, "coordinator"), return_.get_absolute_url()
    post(client, f"{base}remind/", note="Panel pack")
    assert "A reminder of NEG-01 POL went to Lead Pol." in text(client.get(base))


def test_a_lead_who_has_not_answered_yet_reads_the_reminder_and_its_note(
    cast: Cast, audit: Audit
) -> None:
    return_ = factories.a_return(audit)
    services.remind(return_=return_, note="Please send it", by=cast["coordinator"])
    page = text(browser(cast, "lead.pol").get(return_.get_absolute_url()))
    assert "You were reminded on" in page
    assert "Please send it" in page


def test_a_call_is_recorded_on_one_page_and_sends_nothing(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    client, base = browser(cast, "coordinator"), return_.get_absolute_url()
    assert f"{base}call/" in client.get(f"{base}remind/").content.decode()
    told = Notification.objects.count()
    yesterday = clock.today() - timedelta(days=1)
    typed = {"spoke_to": "nobody", "note": "Rang twice", **date_typed("on", yesterday)}
    assert "Say whom you spoke to." in text(post(client, f"{base}call/"))
    assert post(client, f"{base}call/", **typed).headers["Location"] == base
    said = f"Coordinator telephoned on {yesterday:%-d %B %Y} and left a message: Rang twice"
    for name in ("coordinator", "auditor.pol", "lead.pol"):
        assert said in text(browser(cast, name).get(base))
    assert Notification.objects.count() == told
    grid = text(client.get(f"{audit.get_absolute_url()}returns/"))
    assert f"1, the last on {yesterday:%-d %B %Y}" in grid


def test_whoever_is_reminded_by_itself_sees_so(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    day = add_working_days(return_.due, 1)
    with clock.playing(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
        sweeps.remind_due()
    page = text(browser(cast, "auditor.pol").get(return_.get_absolute_url()))
    assert f"You and Lead Pol were reminded on {day:%-d %B %Y} (automatically)" in page


def test_the_grid_costs_the_same_for_two_cases_and_for_six(cast: Cast) -> None:
    few = factories.audit_issued(cast, "FEW")
    many = factories.audit_issued(cast, "MNY", "status=EH:2,status=CIN:2,status=CP:2")
    client = browser(cast, "coordinator")
    urls = [f"{audit.get_absolute_url()}returns/" for audit in (few, many)]
    few_cost, many_cost = (cost(client, url) for url in urls)
    assert few_cost == many_cost <= 25
