"""One column as it goes out and comes in, and what it means in words.

A value goes out as JSON has it: text, number, true or false, a list, or nothing. A time is written
in UTC to the microsecond, and what points to another row by the number of that row in its file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import AutoField

from macfa.audits.models import Audit
from macfa.leaving.words import COMMON, OF_TABLE
from workflows.models import LedgerEntry, WorkItem

if TYPE_CHECKING:
    from django.db.models import Model

#: The types of column that can go out. Another one has to be thought about first: a column with
#: a file, for example, takes the file along.
WRITABLE = frozenset(
    {
        "BigAutoField",
        "BigIntegerField",
        "BinaryField",
        "BooleanField",
        "CharField",
        "DateField",
        "DateTimeField",
        "ForeignKey",
        "JSONField",
        "OneToOneField",
        "PositiveBigIntegerField",
        "PositiveIntegerField",
        "PositiveSmallIntegerField",
        "SlugField",
        "SmallIntegerField",
        "TextField",
    }
)
#: Numbers of rows that the database does not know as such. The ledger's is part of its hashes, so
#: an audit keeps its number for ever.
POINTERS: dict[tuple[type[Model], str], type[Model]] = {
    (LedgerEntry, "thread"): Audit,
    (WorkItem, "thread"): Audit,
}
NUMBER = "row"


@dataclass(frozen=True)
class Column:
    """A column of a table. `target` is the table that it points into; `typed_by` the column
    beside it that says which table that is."""

    field: Any
    name: str
    target: type[Model] | None
    typed_by: str
    sealed: bool

    @property
    def words(self) -> str:
        """What it says."""
        table = self.field.model._meta.label_lower
        said = OF_TABLE.get(f"{table}.{self.name}") or str(self.field.help_text)
        return said or COMMON.get(self.name) or f"{self._label}."

    @property
    def _label(self) -> str:
        label = str(self.field.verbose_name)
        return label[:1].upper() + label[1:]

    def written(self, value: Any) -> Any:
        """A value of the database as it goes out."""
        if value is None or self.target is not None:
            return ".".join(_natural(value)) if value and self.target is ContentType else value
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, date):
            return value.isoformat()
        return self.field.get_prep_value(value)

    def read(self, value: Any) -> Any:
        """A value from a file as the database takes it; what points elsewhere has its number."""
        if value is not None and self.target is None:
            value = self.field.to_python(value)
        return self.field.get_db_prep_save(value, connection=connection)


def _natural(number: int) -> tuple[str, str]:
    return ContentType.objects.get_for_id(number).natural_key()


def column_of(field: Any, *, sealed: bool) -> Column:
    """How a column goes out. Raises `TypeError` for a type nobody has thought about."""
    if field.get_internal_type() not in WRITABLE:
        raise TypeError(f"{field} is a {field.get_internal_type()}: say how it goes out.")
    model = field.model
    return Column(
        field,
        NUMBER if isinstance(field, AutoField) else field.name,
        field.related_model or POINTERS.get((model, field.name)),
        next((each.ct_field for each in _generic(model) if each.fk_field == field.name), ""),
        sealed,
    )


def _generic(model: type[Model]) -> list[GenericForeignKey]:
    return [each for each in model._meta.private_fields if isinstance(each, GenericForeignKey)]
