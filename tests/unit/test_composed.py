"""Statements composed once find what Django itself would have found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from macfa.people.models import Membership, Team
from tests.records import contents
from workflows.clock import today
from workflows.composed import composed
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tests.cast import Cast


def joining(agency: int, role: str, day: date) -> QuerySet[Membership]:
    """Who has joined the team of a role in an agency by a day, with person and team."""
    rows = Membership.objects.filter(team__agency=agency, team__role=role, since__lte=day)
    return rows.select_related("person", "team").order_by("pk")


def names(agency: int) -> QuerySet[Team, tuple[str, str]]:
    """The teams of an agency, in words."""
    return Team.objects.filter(agency=agency).order_by("name").values_list("name", "role")


def test_a_composed_query_finds_what_the_plain_one_finds_whatever_its_values(cast: Cast) -> None:
    once = composed(joining)
    for agency in cast.agencies.values():
        for role in ("agency_lead", "auditor"):
            for day in (today(), today() - timedelta(days=4000)):
                values = (agency.pk, role, day)
                found, plain = once(*values), list(joining(*values))
                assert [contents(row) for row in found] == [contents(row) for row in plain]
                assert [row.person.name for row in found] == [row.person.name for row in plain]
                assert [row.team.name for row in found] == [row.team.name for row in plain]


def test_a_composed_query_finds_tuples_where_it_asks_for_values(cast: Cast) -> None:
    once = composed(names)
    for agency in cast.agencies.values():
        assert once(agency.pk) == list(names(agency.pk))


def test_joined_rows_come_with_the_row_and_cost_no_further_statement(cast: Cast) -> None:
    once = composed(joining)
    agency = cast.agencies["POL"]
    once(agency.pk, "agency_lead", today())
    with CaptureQueriesContext(connection) as captured:
        [row] = once(agency.pk, "agency_lead", today())
        assert (row.person, row.team.agency_id) == (cast["lead.pol"], agency.pk)
    assert len(captured) == 1


def test_a_composed_query_gives_fresh_rows_each_time(cast: Cast) -> None:
    once = composed(joining)
    values = (cast.agencies["POL"].pk, "agency_lead", today())
    [first], [second] = once(*values), once(*values)
    first.until = today()
    assert first is not second
    assert second.until is None
    assert not second._state.adding


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only(cast: Cast) -> None:
    taking = composed(lambda number: WorkItem.objects.select_for_update().filter(pk=number))
    with transaction.atomic():
        assert taking(0) == []
    with pytest.raises(transaction.TransactionManagementError):
        taking(0)
