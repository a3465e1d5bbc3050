"""Rows exactly as the database holds them, whatever was done to them: for checking, not for use.

Models read several spellings of a value as the same one (a time, JSON, on SQLite even another
type), and fail on what is no value at all. Here every column is bytes, and what the site would not
have written so is told apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK = 2000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Misspelt(ValueError):
    """A column holds what the site would not have written there."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True)
class Stored:
    """A row as it lies there: the bytes of each column, and on SQLite of what type they are."""

    model: type[models.Model]
    spelled: dict[str, bytes | None]
    types: dict[str, str]

    def value(self, name: str) -> Any:
        """What a column says. Raises `Misspelt` where it says it otherwise than the site would."""
        return read(self.model, name, self.spelled[name], self.types.get(name))

    def values(self) -> dict[str, Any]:
        """What every column says."""
        return {name: self.value(name) for name in self.spelled}

    def text(self, name: str) -> str:
        """A column as far as it can be shown."""
        return (self.spelled[name] or b"").decode(errors="replace")


def rows(
    model: type[models.Model], *, order: Sequence[str], where: str = "", given: Sequence[Any] = ()
) -> Iterator[Stored]:
    """The rows of a table in this order. Memory does not grow with their number."""
    names = [field.attname for field in model._meta.concrete_fields]
    columns = ", ".join(_selected(field) for field in model._meta.concrete_fields)
    table, narrowed = model._meta.db_table, f" WHERE {where}" if where else ""
    # By the columns themselves: a bare name would be the text selected above, with 10 before 2.
    by = ", ".join(f"{table}.{name}" for name in order)
    sql = f"SELECT {columns} FROM {table}{narrowed} ORDER BY {by}"  # noqa: S608 - names of ours
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, list(given))
        while found := cursor.fetchmany(CHUNK):
            yield from (_row(model, names, values) for values in found)


def _selected(field: Any) -> str:
    column = connection.ops.quote_name(field.column)
    if connection.vendor != "postgresql":
        return f"typeof({column}), CAST({column} AS BLOB)"
    if isinstance(field, models.DateTimeField):
        return f"trunc(extract(epoch FROM {column}) * 1000000)::text"
    return f"{column}::text"


def _row(model: type[models.Model], names: list[str], values: Sequence[Any]) -> Stored:
    if connection.vendor != "postgresql":
        return Stored(
            model,
            dict(zip(names, values[1::2], strict=True)),
            dict(zip(names, values[::2], strict=True)),
        )
    said = (value if value is None else value.encode() for value in values)
    return Stored(model, dict(zip(names, said, strict=True)), {})


def read(model: type[models.Model], name: str, spelled: bytes | None, kind: str | None) -> Any:
    """What these bytes say in a column, if that is how the site spells it."""
    field: Any = model._meta.get_field(name.removesuffix("_id"))
    if field.is_relation:
        field = field.target_field
    if spelled is None:
        if not field.null:
            raise Misspelt(name)
        return None
    try:
        value = _parsed(field, spelled)
    except (ValueError, OverflowError):
        raise Misspelt(name) from None
    as_json = connection.vendor == "postgresql" and isinstance(field, models.JSONField)
    if (kind and kind != _type(field)) or (not as_json and spelling(field, value) != spelled):
        raise Misspelt(name)
    return value


def _type(field: Any) -> str:
    return "integer" if isinstance(field, models.IntegerField) else "text"


def _parsed(field: Any, spelled: bytes) -> Any:
    said = spelled.decode()
    if isinstance(field, models.IntegerField):
        return int(said)
    if isinstance(field, models.DateTimeField):
        if connection.vendor == "postgresql":
            return EPOCH + timedelta(microseconds=int(said))
        return datetime.fromisoformat(said).replace(tzinfo=UTC)
    if isinstance(field, models.DateField):
        return date.fromisoformat(said)
    return json.loads(said) if isinstance(field, models.JSONField) else said


def spelling(field: Any, value: Any) -> bytes:
    """How the site spells a value, on a database that keeps spellings."""
    if isinstance(value, datetime):
        if connection.vendor == "postgresql":
            return str((value - EPOCH) // timedelta(microseconds=1)).encode()
        return str(value.replace(tzinfo=None)).encode()
    if isinstance(field, models.JSONField):
        return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True).encode()
    return str(value).encode()
