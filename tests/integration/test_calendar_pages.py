"""Due dates and stage dates as calendar files, with nothing in them of what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icalendar import Calendar

from tests import factories
from tests.cast import Cast, assemble
from workflows import clock
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.test import Client

    from macfa.people.models import User


def events(client: Client, person: User, path: str) -> list[dict[str, str]]:
    """The events of a calendar file, as a calendar program reads them."""
    client.force_login(person)
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].endswith('.ics"')
    calendar = Calendar.from_ical(response.content)
    return [
        {
            "uid": str(event["UID"]),
            "day": event.decoded("DTSTART"),
            "summary": str(event["SUMMARY"]),
            "url": str(event["URL"]),
        }
        for event in calendar.walk("VEVENT")
    ]


def test_a_day_says_how_many_tasks_are_due_and_nothing_of_them(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.filter(agency__code="POL"):
        factories.drafting(cast, return_)
    mine = WorkItem.objects.open().filter(owner=cast["auditor.pol"])
    [only] = events(client, cast["auditor.pol"], "/tasks/calendar.ics")
    assert only["day"] == mine[0].due
    assert only["summary"] == f"{mine.count()} audit tasks are due"
    assert only["url"] == "http://testserver/tasks/"
    text = client.get("/tasks/calendar.ics").content.decode()
    for word in ("NEG", "Neglect", "Police", cast["auditor.pol"].name):
        assert word not in text


def test_a_newer_file_takes_the_place_of_the_older(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    police = audit.returns.filter(agency__code="POL")
    factories.drafting(cast, police[0])
    [before] = events(client, cast["auditor.pol"], "/tasks/calendar.ics")
    assert before["summary"] == "1 audit task is due"
    factories.drafting(cast, police[1])
    [after] = events(client, cast["auditor.pol"], "/tasks/calendar.ics")
    assert after["uid"] == before["uid"]
    assert after["summary"] == "2 audit tasks are due"


def test_nobody_reads_the_days_of_others(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    factories.drafting(cast, factories.a_return(audit))
    outsider = assemble("elsewhere")["auditor.pol"]
    for person in (cast["auditor.csc"], outsider):
        assert events(client, person, "/tasks/calendar.ics") == []
    client.logout()
    assert client.get("/tasks/calendar.ics").status_code == 302


def test_the_stage_dates_of_an_audit_come_without_its_theme(client: Client, cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    address = f"{audit.get_absolute_url()}calendar.ics"
    found = events(client, cast["lead.pol"], address)
    assert found[0]["summary"] == "NEG: Agency audits should end"
    assert [each["day"] for each in found] == sorted(
        day for day in audit.planned.values() if day >= clock.today()
    )[-len(found) :]
    assert "Neglect" not in client.get(address).content.decode()
    client.force_login(assemble("elsewhere")["lead.pol"])
    assert client.get(address).status_code == 404
    client.force_login(cast["auditor.pol"])
    assert client.get(address).status_code == 404
