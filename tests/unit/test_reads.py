"""Who read what is sensitive: written once a day, in a chain for each person."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from macfa.sampling.access import grant
from macfa.sampling.models import CaseAccess
from tests.attacker import unguarded
from tests.records import a_case, a_return, an_audit, at_once
from workflows import clock, reads
from workflows.models import Read

if TYPE_CHECKING:
    from django.test import Client

    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def said() -> list[tuple[str, str]]:
    return list(Read.objects.order_by("id").values_list("how", "reference"))


def test_a_record_is_written_down_once_a_day(cast: Cast, django_assert_num_queries: Any) -> None:
    case = a_case(cast)
    reads.note(cast["chair"], Read.How.CASE, case)
    with django_assert_num_queries(1):
        reads.note(cast["chair"], Read.How.CASE, case)
    with clock.playing(clock.now() + timedelta(days=1)):
        reads.note(cast["chair"], Read.How.CASE, case)
    reads.note(cast["coordinator"], Read.How.CASE, case)
    assert said() == [("case", "NEG-01")] * 3
    assert list(reads.faults()) == []


def test_every_export_is_written_down_with_its_rows(cast: Cast) -> None:
    for rows in (3, 4):
        reads.exported(cast["chair"], "ledger.csv", rows)
    assert list(Read.objects.order_by("id").values_list("position", "rows")) == [(1, 3), (2, 4)]


@pytest.mark.parametrize("column", ["how", "reference", "hash", "thread", "rows", "day"])
def test_a_changed_row_is_found(cast: Cast, column: str) -> None:
    reads.note(cast["chair"], Read.How.CASE, a_case(cast))
    reads.exported(cast["chair"], "ledger.csv", 3)
    other = {"thread": 7, "rows": 7, "day": clock.today() + timedelta(days=3)}.get(column, "other")
    with unguarded():
        Read.objects.filter(position=1).update(**{column: other})
    assert next(iter(reads.faults())).startswith(f"Read 1 of {cast['chair'].public_id}")


def test_a_row_that_is_gone_or_renumbered_is_found(cast: Cast) -> None:
    for rows in (1, 2, 3):
        reads.exported(cast["chair"], "ledger.csv", rows)
    with unguarded(), transaction.atomic():
        Read.objects.filter(position=2).delete()
        assert len(list(reads.faults())) >= 1
        transaction.set_rollback(True)
    with unguarded():
        Read.objects.filter(position=2).update(id=10**9)
    assert list(reads.faults()) == [f"Read 3 of {cast['chair'].public_id}: has been changed."]


def test_the_database_refuses_to_change_a_row(cast: Cast) -> None:
    reads.exported(cast["chair"], "ledger.csv", 1)
    for change in ("UPDATE workflows_read SET rows = 2", "DELETE FROM workflows_read"):
        with (
            pytest.raises(IntegrityError, match="only grows"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)


@pytest.mark.django_db(transaction=True)
def test_pages_opened_at_once_each_take_their_place(cast: Cast) -> None:
    case, ready = a_case(cast), Barrier(4)

    def same_page() -> None:
        ready.wait()
        reads.note(cast["chair"], Read.How.CASE, case)

    def take_copy() -> None:
        ready.wait()
        reads.exported(cast["chair"], "ledger.csv", 1)

    assert at_once([same_page, same_page, take_copy, take_copy]) == [None] * 4
    assert sorted(Read.objects.values_list("position", flat=True)) == [1, 2, 3]
    assert list(reads.faults()) == []


def test_a_return_is_written_down_when_it_is_read_from_outside_the_agency(
    cast: Cast, client: Client
) -> None:
    return_ = a_return(cast, agency="POL")
    audit = return_.audit
    grant(
        return_.case,
        CaseAccess.Capacity.COORDINATES,
        team=audit.partnership.teams.get(role="coordinator"),
    )
    client.force_login(cast["coordinator"])
    assert client.get(return_.get_absolute_url()).status_code == 200
    assert said() == [("return", return_.reference)]


def test_an_address_that_is_not_theirs_is_not_found_and_written_down(
    cast: Cast, client: Client
) -> None:
    """An outsider asks; they learn nothing, and the scrutineer can see that they asked (R13)."""
    case = a_case(cast)
    client.force_login(cast["auditor.pol"])
    assert client.get(case.get_absolute_url()).status_code == 404
    assert client.get(f"/cases/{'x' * 22}/").status_code == 404
    assert said() == [("not_found", "NEG-01"), ("not_found", "")]
    assert set(Read.objects.values_list("actor", flat=True)) == {cast["auditor.pol"].public_id}


def test_guessing_without_end_does_not_fill_the_log(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "MOST_NOT_FOUND", 3)
    for number in range(9):
        reads.not_found(cast["board"], type(an_audit(cast, f"A{number}")), f"{number:022}")
    assert Read.objects.count() == 3
