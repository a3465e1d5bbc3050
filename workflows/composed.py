"""The few questions that every act asks the database, composed once.

Composing a query costs Django several times what answering it costs the database, and for these
it comes out the same each time. So each is written as an ordinary queryset, composed when it is
first needed, and kept for the life of the process with room for its values.

This module alone leans on the inside of Django's query compiler; its tests hold every reading here
against what Django itself would have found (docs/adr/0011). `notifications.rows` writes.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models.query import ModelIterable, get_related_populators

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet

#: What a query gives for a row: the row itself, or a tuple of some of its fields.
T = TypeVar("T")
#: What may fill a place in a composed query.
Value = int | str | date


class composed(Generic[T]):  # noqa: N801 - a decorator
    """A function from values to a queryset becomes one from values to a list of what it finds.

    The queryset gives whole rows, with those joined to them, or `values_list`. The function is
    called once for each kind of database, with stand-ins of the types of the values, so it must
    not look at them, nor read a clock: what changes is a parameter.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, T]]) -> None:
        self._rows = rows
        self._kept: dict[str, _Reading] = {}

    def __call__(self, *values: Value) -> list[T]:
        reading = self._kept.get(connection.vendor)
        if reading is None:
            stand_ins = [_stand_in(place, value) for place, value in enumerate(values)]
            reading = _Reading(self._rows(*stand_ins), stand_ins)
            self._kept[connection.vendor] = reading
        return reading.run(values)


def _stand_in(place: int, value: Value) -> Value:
    """A value of the same type that nothing else in the query can be."""
    if isinstance(value, int):
        return 1_900_000_000 + place
    if isinstance(value, date):
        return date.min + timedelta(place)
    return f"<place {place}>"


def _as_parameter(value: Value) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


class _Reading:
    """A composed SELECT, with room for its values."""

    def __init__(self, rows: QuerySet[Any, Any], stand_ins: Sequence[Value]) -> None:
        self.locks = rows.query.select_for_update
        self.compiler = compiler = rows.query.get_compiler("default")
        self.sql, parameters = compiler.as_sql()
        shown = [column for column, _sql, _alias in compiler.select]
        self.converters = compiler.get_converters(shown)
        self.shape = _Shape(compiler) if issubclass(rows._iterable_class, ModelIterable) else tuple
        places = {_as_parameter(each): n for n, each in enumerate(stand_ins)}
        self.filled = [(places.get(each), each) for each in parameters]

    def run(self, values: Sequence[Value]) -> list[Any]:
        if self.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("Lock rows inside transaction.atomic().")
        parameters = [
            constant if place is None else _as_parameter(values[place])
            for place, constant in self.filled
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        return [self.shape(row) for row in found]


class _Shape:
    """Makes a row of a model, with the rows joined to it, of what the database gives."""

    def __init__(self, compiler: Any) -> None:
        kind = compiler.klass_info
        self.model = kind["model"]
        self.first, self.end = kind["select_fields"][0], kind["select_fields"][-1] + 1
        own = compiler.select[self.first : self.end]
        self.names = [column.target.attname for column, _sql, _alias in own]
        self.joined = get_related_populators(kind, compiler.select, "default")  # type: ignore[call-arg]

    def __call__(self, values: Sequence[Any]) -> models.Model:
        row: models.Model = self.model.from_db("default", self.names, values[self.first : self.end])
        for joined in self.joined:
            joined.populate(values, row)
        return row
