"""Rows stored quickly are the rows that Django itself would have stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from macfa.people.models import Membership, Team
from macfa.returns.models import AgencyReturn
from notifications.rows import FEW, insert, insert_many, update, update_many
from tests import factories
from tests.records import contents, waiting
from workflows import clock
from workflows.clock import today
from workflows.ids import public_id
from workflows.models import LedgerEntry, LedgerText, WorkItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from tests.cast import Cast

pytestmark = pytest.mark.django_db

#: Numbers of rows that are stored in one statement, and in the way of many.
NUMBERS = (1, 2, FEW, FEW + 1, 1200)


def police_auditors(cast: Cast) -> Team:
    """The team of the auditors of the police."""
    return Team.objects.get(agency=cast.agencies["POL"], role="auditor")


def entries(number: int) -> list[LedgerEntry]:
    """Ledger entries with something in every kind of column."""
    return [
        LedgerEntry(
            record_type="cases.case",
            record=public_id(),
            position=position,
            thread=position if position % 2 else None,
            reference="NÉG-01 %s \t\\N",
            verb="noted",
            at=clock.now(),
            facts={"to": "a\nb", "ok": True, "none": None, "some": [1, 2]},
            hash="x" * 64,
        )
        for position in range(1, number + 1)
    ]


def stored(rows: Sequence[Model]) -> list[dict[str, object]]:
    """What the database has of these rows, in their order."""
    kept = type(rows[0])._default_manager.in_bulk([row.pk for row in rows])
    return [contents(kept[row.pk]) for row in rows]


@pytest.mark.parametrize("number", NUMBERS)
def test_new_rows_are_stored_as_they_are_and_numbered(number: int) -> None:
    rows = entries(number)
    insert_many(rows)
    assert len({row.pk for row in rows}) == number
    assert stored(rows) == [contents(row) for row in rows]
    assert not any(row._state.adding for row in rows)


@pytest.mark.parametrize("number", NUMBERS)
def test_they_are_the_rows_that_django_would_have_stored(cast: Cast, number: int) -> None:
    item = waiting(cast)
    ours, plain = copies(item, number), copies(item, number)
    insert_many(ours)
    WorkItem.objects.bulk_create(plain)
    assert without_numbers(ours) == without_numbers(plain)


def copies(item: WorkItem, number: int) -> list[WorkItem]:
    """Rows like this one, not stored yet, of work that is done."""
    fields = {**contents(item), "id": None, "finished": item.created}
    return [WorkItem(**{**fields, "public_id": public_id()}) for _each in range(number)]


def without_numbers(rows: Sequence[WorkItem]) -> list[dict[str, object]]:
    """What is stored of these rows, but for what tells each from all others."""
    names = {"id", "public_id"}
    return [{name: row[name] for name in row.keys() - names} for row in stored(rows)]


def test_rows_stored_afterwards_get_numbers_of_their_own() -> None:
    insert_many(before := entries(FEW + 1))
    after = entries(2)
    for row in after:
        row.save()
    insert_many(last := entries(FEW + 1))
    numbers = [row.pk for row in (*before, *after, *last)]
    assert numbers == sorted(set(numbers))


def test_a_row_may_point_to_one_that_was_stored_after_it_was_made() -> None:
    rows = entries(FEW + 1)
    texts = [LedgerText(entry=row, salt="s", text="words") for row in rows]
    insert_many(rows)
    insert_many(texts)
    assert [text.entry_id for text in texts] == [row.pk for row in rows]
    assert LedgerText.objects.count() == FEW + 1


@pytest.mark.parametrize("number", NUMBERS)
def test_any_number_of_rows_takes_one_or_two_statements(number: int) -> None:
    rows = entries(number)
    with CaptureQueriesContext(connection) as captured:
        insert_many(rows)
    assert len(captured) == (1 if number <= FEW else 2)


@pytest.mark.parametrize("number", [2, FEW + 1])
def test_a_row_that_breaks_a_rule_is_refused_with_all_the_others(number: int) -> None:
    rows = entries(number)
    rows[0].token = rows[1].token = "twice"
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(rows)
    assert not LedgerEntry.objects.exists()


def test_a_row_with_parts_not_stored_yet_cannot_be_stored(cast: Cast) -> None:
    team = Team(partnership=cast.partnership, role="auditor", name="Not stored")
    with pytest.raises(ValueError, match="unsaved related object"):
        insert(Membership(person=cast["auditor.csc"], team=team))


def test_a_row_stored_can_be_changed_and_saved(cast: Cast) -> None:
    row = Membership(person=cast["auditor.csc"], team=police_auditors(cast), since=today())
    insert(row)
    row.until = today()
    row.save()
    assert Membership.objects.get(pk=row.pk).until == today()


def test_no_rows_take_no_statement() -> None:
    with CaptureQueriesContext(connection) as captured:
        insert_many([])
        update_many([], ["title"])
    assert len(captured) == 0


def test_only_the_fields_named_are_written(cast: Cast) -> None:
    return_ = factories.a_return(factories.audit_issued(cast))
    return_.nil_note, return_.looked_by = "Kept", "Lost"
    update(return_, ["nil_note"])
    kept = AgencyReturn.objects.get(pk=return_.pk)
    assert (kept.nil_note, kept.looked_by) == ("Kept", "")


def test_many_rows_are_changed_each_in_its_own_way(cast: Cast) -> None:
    returns = list(factories.audit_issued(cast).returns.all())
    for number, return_ in enumerate(returns):
        return_.nil_note, return_.looked_by = f"Kept {number}", "Lost"
    update_many(returns, ["nil_note"])
    kept = AgencyReturn.objects.in_bulk([return_.pk for return_ in returns])
    assert len(returns) > 1
    assert [kept[each.pk].nil_note for each in returns] == [each.nil_note for each in returns]
    assert {each.looked_by for each in kept.values()} == {""}


def test_a_row_that_is_gone_cannot_be_changed(cast: Cast) -> None:
    teams = police_auditors(cast)
    rows = [
        Membership.objects.create(person=cast[name], team=teams)
        for name in ("auditor.csc", "lead.csc")
    ]
    Membership.objects.filter(pk=rows[0].pk).delete()
    with pytest.raises(DatabaseError, match="not there"):
        update(rows[0], ["until"])
    with pytest.raises(DatabaseError, match="not there"), transaction.atomic():
        update_many(rows, ["until"])
