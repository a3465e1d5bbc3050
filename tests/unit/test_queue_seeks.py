"""How the statements of the queue find their rows: by an index, whoever asks and however many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.people.models import Team
from tests.cast import assemble
from tests.records import waiting
from tests.unit.test_queue import copies
from workflows import queue
from workflows.queue import Cursor, Queue

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def statements(work: Queue, after: Cursor | None = None) -> list[str]:
    """What reads and counts a page of a queue."""
    with CaptureQueriesContext(connection) as captured:
        queue.page(work, after=after)
    return [query["sql"] for query in captured]


def plan(statement: str) -> str:
    """How the database would answer, were there so much work that reading all of it is dear."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.fixture
def much(cast: Cast) -> None:
    """Work that waits and is held in every team of two partnerships."""
    elsewhere, item = assemble("elsewhere"), waiting(cast)
    for team in Team.objects.all():
        of = cast if team.partnership_id == cast.partnership.pk else elsewhere
        for owner in (None, of["board"], of["chair"], of["qppa"]):
            copies(item, range(10), team_id=team.pk, tenant_id=team.partnership_id, owner=owner)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize("after", [None, Cursor.parse("2026-11-22_7")])
@pytest.mark.parametrize("analysed", [True, False])
def test_a_page_begins_at_its_place_in_an_index(
    cast: Cast, much: None, analysed: bool, after: Cursor | None
) -> None:
    if connection.vendor == "sqlite" and not analysed:
        forget_statistics()
    numbers = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    indexes = {queue.mine(cast["qppa"].pk): "open_of_owner"}
    for teams in (numbers[:1], numbers[:3], numbers):
        indexes |= {queue.claimable(teams): "open_of_team", queue.held_in(teams): "held_of_team"}
    for work, index in indexes.items():
        for statement in statements(work, after):
            found = plan(statement)
            assert index in found, statement
            assert "SCAN workflows_workitem" not in found
            assert "Seq Scan on workflows_workitem" not in found


def forget_statistics() -> None:
    """SQLite plans without them unless somebody has run ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")


def test_the_statements_are_the_same_for_any_number_of_teams(cast: Cast) -> None:
    numbers = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    few, many = (statements(queue.claimable(these)) for these in (numbers[:2], numbers))
    assert len(few) == len(many) == 2
    for one, other in zip(few, many, strict=True):
        assert one.replace(listed(numbers[:2]), "") == other.replace(listed(numbers), "")
        assert listed(numbers) in other


def listed(numbers: list[int]) -> str:
    """Several teams, as one parameter has them."""
    return f"'{','.join(map(str, numbers))}'"
