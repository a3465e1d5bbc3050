"""The page on which it is recorded that the Board sent the report back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.audits.models import Audit
from tests import factories
from tests.cast import assemble
from tests.integration.browsing import parts
from workflows import clock

if TYPE_CHECKING:
    from django.test import Client

    from macfa.findings.models import Report
    from macfa.people.models import User
    from tests.cast import Cast

pytestmark = pytest.mark.django_db
RECORD = "Record that the Board sent this report back"


@pytest.fixture
def report(cast: Cast) -> Report:
    return factories.audit_published(cast).reports.get()


def shown(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_the_coordinator_records_it_and_the_author_reads_what_was_said(
    client: Client, cast: Cast, report: Report
) -> None:
    address = report.get_absolute_url()
    assert RECORD in shown(client, cast["coordinator"], address)
    typed = {"said": "Say it plainly.", "who": "The chair", **parts("on", clock.today())}
    client.force_login(cast["coordinator"])
    done = client.post(f"{address}board/", typed, follow=True).content.decode()
    assert "has version 2 to write." in done
    assert "Say it plainly." in done
    newest = Audit.objects.get().reports.get(number=2)
    assert "Say it plainly." in shown(
        client, cast["coordinator"], f"{newest.get_absolute_url()}edit/"
    )


def test_what_the_board_said_is_read_by_those_who_make_the_report(
    client: Client, cast: Cast, report: Report
) -> None:
    address = report.get_absolute_url()
    typed = {"said": "Say it plainly.", "who": "The chair", **parts("on", clock.today())}
    client.force_login(cast["coordinator"])
    client.post(f"{address}board/", typed)
    assert "Say it plainly." in shown(client, cast["qppa"], address)
    for_board = shown(client, cast["board"], address)
    assert "The Board sent this version back on" in for_board
    assert "Say it plainly." not in for_board


def test_something_missing_is_said_beside_the_field(
    client: Client, cast: Cast, report: Report
) -> None:
    client.force_login(cast["coordinator"])
    answer = client.post(f"{report.get_absolute_url()}board/", {"said": "", "who": ""})
    assert "Error:" in answer.content.decode()


def test_others_are_refused_or_find_nothing(client: Client, cast: Cast, report: Report) -> None:
    address = report.get_absolute_url()
    assert RECORD not in shown(client, cast["board"], address)
    for person, status in (
        (cast["qppa"], 403),
        (cast["lead.pol"], 403),
        (assemble("elsewhere")["coordinator"], 404),
    ):
        client.force_login(person)
        assert client.get(f"{address}board/").status_code == status
