"""Statements composed once find and write what Django itself would have."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from macfa.people.models import Membership, Team
from macfa.returns.models import AgencyReturn
from tests import factories
from workflows.clock import today
from workflows.composed import composed, insert, update
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from tests.cast import Cast


def contents(row: Model) -> dict[str, object]:
    """What a row says, in the fields of its table."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def joining(agency: int, role: str, day: date) -> QuerySet[Membership]:
    """Who has joined the team of a role in an agency by a day, with person and team."""
    rows = Membership.objects.filter(team__agency=agency, team__role=role, since__lte=day)
    return rows.select_related("person", "team").order_by("pk")


def names(agency: int) -> QuerySet[Team, tuple[str, str]]:
    """The teams of an agency, in words."""
    return Team.objects.filter(agency=agency).order_by("name").values_list("name", "role")


def police_auditors(cast: Cast) -> Team:
    """The team of the auditors of the police."""
    return Team.objects.get(agency=cast.agencies["POL"], role="auditor")


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


def test_a_row_inserted_is_the_row_that_saving_would_have_stored(cast: Cast) -> None:
    row = Membership(person=cast["auditor.csc"], team=police_auditors(cast), since=today())
    insert(row)
    stored = Membership.objects.get(pk=row.pk)
    assert contents(stored) == contents(row)
    row.until = today()
    row.save()
    assert Membership.objects.get(pk=row.pk).until == today()


def test_a_row_with_parts_not_stored_yet_cannot_be_inserted(cast: Cast) -> None:
    team = Team(partnership=cast.partnership, role="auditor", name="Not stored")
    with pytest.raises(ValueError, match="unsaved related object"):
        insert(Membership(person=cast["auditor.csc"], team=team))


def test_only_the_fields_named_are_written(cast: Cast) -> None:
    return_ = factories.a_return(factories.audit_issued(cast))
    return_.nil_note, return_.looked_by = "Kept", "Lost"
    update(return_, ["nil_note"])
    stored = AgencyReturn.objects.get(pk=return_.pk)
    assert (stored.nil_note, stored.looked_by) == ("Kept", "")


def test_a_row_that_is_gone_cannot_be_changed(cast: Cast) -> None:
    row = Membership.objects.create(person=cast["auditor.csc"], team=police_auditors(cast))
    Membership.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError, match="not there"):
        update(row, ["until"])
