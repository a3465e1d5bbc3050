"""The statements that read a queue: each begins at its place in an index, and ends a page later.

A queue is the open work of one or more teams, held or not, or what one person holds. Its statements
come out the same whoever asks, so each is composed once (docs/adr/0011).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from workflows.composed import composed
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet

    Column = Literal["owner", "team"]
    After = tuple[date, int]
    Line = tuple[Any, ...]

#: What a line of a queue says, in this order; last who holds it, in a list of what a team's people
#: hold. No model is made of it: that costs four times as much.
LINE = ("due", "pk", "public_id", "title", "reference", "flow_task", "team", "team__name")
#: No row has a larger number, and no database can be asked for one.
LARGEST = 2**63 - 1

#: The part of a queue that each of several teams has: one seek in the index a team.
#: `team IN (...) ORDER BY due` would read and sort all open work of all of them.
PARTS = {
    "postgresql": "unnest(string_to_array(%s, ',')::bigint[]) AS place(value)"
    " CROSS JOIN LATERAL ({part}) AS part",
    "sqlite": "json_each('[' || %s || ']') AS place"
    " JOIN workflows_workitem AS part ON part.id IN (SELECT id FROM ({part}))",
}
EACH = RawSQL("place.value", ())


def numbers(column: Column, values: Sequence[int], *, held: bool, limit: int) -> list[int]:
    """The first ones by their numbers, to be counted, only so far."""
    if not values:
        return []
    found = _numbers(column, held, len(values) > 1, limit)(_places(values))
    return [pk for (pk,) in found]


def lines(
    column: Column, values: Sequence[int], *, held: bool, after: After | None, limit: int
) -> list[Line]:
    """The first lines, or those after a due date and a number, the oldest due first."""
    if not values:
        return []
    shape = (column, held, len(values) > 1, limit)
    if after is None:
        return _first(*shape)(_places(values))
    due, pk = after
    return _later(*shape)(_places(values), due, max(0, min(pk, LARGEST)))


def _places(values: Sequence[int]) -> int | str:
    """One value as it is, several in one parameter: the statement is the same for any number."""
    return values[0] if len(values) == 1 else ",".join(map(str, values))


@cache
def _numbers(column: Column, held: bool, several: bool, limit: int) -> composed[tuple[int]]:
    def numbers(places: int | str) -> QuerySet[WorkItem, tuple[int]]:
        part = _part(column, EACH if several else places, held=held)[:limit]
        return _all(part, places).values_list("pk")

    return composed(numbers)


@cache
def _first(column: Column, held: bool, several: bool, limit: int) -> composed[Line]:
    def first(places: int | str) -> QuerySet[WorkItem, Line]:
        part = _part(column, EACH if several else places, held=held)[:limit]
        return _all(part, places).values_list(*_line(column, held=held))

    return composed(first)


@cache
def _later(column: Column, held: bool, several: bool, limit: int) -> composed[Line]:
    def later(places: int | str, due: date, pk: int) -> QuerySet[WorkItem, Line]:
        part = _part(column, EACH if several else places, held=held)
        part = part.filter(Q(due__gt=due) | Q(id__gt=pk), due__gte=due)[:limit]
        return _all(part, places).values_list(*_line(column, held=held))

    return composed(later)


def _line(column: Column, *, held: bool) -> tuple[str, ...]:
    return (*LINE, "owner__name") if held and column == "team" else LINE


def _part(column: Column, value: object, *, held: bool) -> QuerySet[WorkItem]:
    """The queue of one team, or of one person: it lies there in order, in an index of its own."""
    found = WorkItem.objects.open().filter(Q((column, value)), owner__isnull=not held)
    return found.order_by("due", "id")


def _all(part: QuerySet[WorkItem], places: int | str) -> QuerySet[WorkItem]:
    """The first of one part, or of the parts of several places together."""
    if isinstance(places, int):
        return part
    limit = part.query.high_mark
    sql, values = part.values_list("id", "due").query.sql_with_params()
    parts = PARTS[connection.vendor].format(part=sql)
    numbers = f"SELECT part.id FROM {parts} ORDER BY part.due, part.id LIMIT {limit}"  # noqa: S608
    found = WorkItem.objects.filter(pk__in=RawSQL(numbers, (places, *values)))  # noqa: S611
    return found.order_by("due", "id")[:limit]
