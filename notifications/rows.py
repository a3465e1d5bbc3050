"""Storing rows: the few statements that every act writes, composed once, and many rows at a time.

Django composes an INSERT anew for each row it saves, and for each batch of `bulk_create`; that
costs several times what the database does with it. These do what it would have done, send no
signals, and are held against it by their tests (docs/adr/0011). They live on the lowest floor
because what people are told is stored by the thousand too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, models, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Fields that store values of these types as they are, on every database.
PLAIN: dict[type[models.Field[Any, Any]], frozenset[type]] = {
    models.BigAutoField: frozenset({int}),
    models.BigIntegerField: frozenset({int, type(None)}),
    models.BooleanField: frozenset({bool, type(None)}),
    models.CharField: frozenset({str, type(None)}),
    models.ForeignKey: frozenset({int, type(None)}),
    models.PositiveBigIntegerField: frozenset({int, type(None)}),
    models.PositiveIntegerField: frozenset({int, type(None)}),
    models.TextField: frozenset({str, type(None)}),
}
#: So many new rows go in one statement, of which there is then one for each number of rows.
FEW = 20


def insert(row: models.Model) -> None:
    """Store a new row, as `row.save(force_insert=True)` would."""
    insert_many([row])


def insert_many(rows: Sequence[models.Model]) -> None:
    """Store new rows of one kind, as `bulk_create` would; each has its number afterwards.

    A few take one statement; any number take two, one to reserve their numbers and one to store.
    """
    if not rows:
        return
    _name_related(rows)
    (_insert_few if len(rows) <= FEW else _insert_any)(type(rows[0]), rows)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def _name_related(rows: Sequence[models.Model]) -> None:
    """Let rows made before what they point to was stored, point to it; it must be by now."""
    for field in rows[0]._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        for row in rows:
            if (
                getattr(row, field.attname) is None
                and field.get_cached_value(row, None) is not None
            ):
                row._prepare_related_fields_for_save(operation_name="save")  # type: ignore[attr-defined]


def _insert_few(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    numbered = _is_numbered(model)
    fields = _fields(model, without_number=numbered)
    with connection.cursor() as cursor:
        values = [_stored(field, row) for row in rows for field in fields]
        cursor.execute(_insertion(model, len(rows), returning=numbered), values)
        if numbered:
            for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = number


def _insert_any(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    if _is_numbered(model):
        for row, number in zip(rows, _reserved(model, len(rows)), strict=True):
            row.pk = number
    fields = _fields(model)
    values = list(zip(*(_column(field, rows) for field in fields), strict=True))
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(_insertion(model), values)
            return
        columns = ", ".join(map(_name, fields))
        with (
            connection.wrap_database_errors,
            cursor.copy(f"COPY {_table(model)} ({columns}) FROM STDIN") as copy,
        ):
            for each in values:
                copy.write_row(each)


def update(row: models.Model, names: Iterable[str]) -> None:
    """Write some fields of a stored row, as `row.save(update_fields=names)` would.

    Raises `DatabaseError` where the row is no longer there.
    """
    update_many([row], names)


def update_many(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write some fields of stored rows of one kind, each as `update` would."""
    if not rows:
        return
    fields, sql = _change(type(rows[0]), tuple(sorted(names)))
    values = [[*(_stored(field, row) for field in fields), row.pk] for row in rows]
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)
        if cursor.rowcount != len(rows):
            what = type(rows[0])._meta.verbose_name
            raise DatabaseError(f"{what} {[row.pk for row in rows]}: not there to be changed.")


def _stored(field: Any, row: models.Model) -> Any:
    """What the database is given for a field of a row."""
    value = field.pre_save(row, row._state.adding)
    if type(value) in PLAIN.get(type(field), ()):
        return value
    return field.get_db_prep_save(value, connection=connection)


def _column(field: Any, rows: Sequence[models.Model]) -> list[Any]:
    """What the database is given for a field of many new rows."""
    values = [field.pre_save(row, add=True) for row in rows]
    if PLAIN.get(type(field), frozenset()).issuperset(map(type, values)):
        return values
    # Many rows share a time or a place in a flow: each is prepared once.
    kept = {id(value): value for value in values}
    ready = {
        key: field.get_db_prep_save(value, connection=connection) for key, value in kept.items()
    }
    return [ready[id(value)] for value in values]


def _reserved(model: type[models.Model], number: int) -> list[int]:
    """So many numbers that no other row of a table has, or will have."""
    key, table = model._meta.pk.column, model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), key, number],
            )
            return [taken for (taken,) in cursor.fetchall()]
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("Number rows inside transaction.atomic().")
        # A transaction of ours holds the database's only write lock from its beginning.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
        return list(range(last + 1, last + number + 1))


# --- statements ----------------------------------------------------------------------------------


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _name(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _is_numbered(model: type[models.Model]) -> bool:
    """Whether the database numbers the rows of a table."""
    return isinstance(model._meta.pk, models.AutoField)


@cache
def _fields(model: type[models.Model], *, without_number: bool = False) -> list[Any]:
    """The fields of a new row in order."""
    key = model._meta.pk
    return [each for each in model._meta.concrete_fields if not (without_number and each is key)]


@cache
def _insertion(model: type[models.Model], rows: int = 1, *, returning: bool = False) -> str:
    """The statement for so many new rows; `returning` has the database number them and say how."""
    fields = _fields(model, without_number=returning)
    columns = ", ".join(map(_name, fields))
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * rows)
    sql = f"INSERT INTO {_table(model)} ({columns}) VALUES {places}"  # noqa: S608 - names of ours
    return f"{sql} RETURNING {_name(model._meta.pk)}" if returning else sql


@cache
def _change(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Any], str]:
    fields = [model._meta.get_field(name) for name in names]
    values = ", ".join(f"{_name(field)} = %s" for field in fields)
    key = _name(model._meta.pk)
    return fields, f"UPDATE {_table(model)} SET {values} WHERE {key} = %s"  # noqa: S608 - names of ours
