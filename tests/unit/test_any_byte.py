"""Flip any one byte of any row of the ledger, in any column: it is found, and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.db import Error, connection, models, transaction
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.attacker import unguarded
from tests.records import a_case, an_audit
from workflows import ledger
from workflows.erasure import erase
from workflows.ledger_place import WIDTH
from workflows.lifecycle import act
from workflows.models import LedgerEntry, LedgerText
from workflows.stored import EPOCH, rows

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.cast import Cast
    from workflows.stored import Stored

pytestmark = pytest.mark.django_db
ON_SQLITE = connection.vendor == "sqlite"
COLUMNS = [
    (model, field) for model in (LedgerEntry, LedgerText) for field in model._meta.concrete_fields
]
#: What says where an entry belongs: changed, it is found as missing there and lying elsewhere.
KEY = {"record_type", "record", "position", "entry_id"}


@dataclass(frozen=True)
class Lie:
    """A value for a column that differs from the true one in a byte."""

    value: Any
    byte: int


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit whose ledger has everything: an act of two entries, texts, one of them erased."""
    audit = an_audit(cast)
    with act(audit, by=cast["coordinator"], token="a-token") as (doing, audit):
        doing.note("scope_changed", text="Åsa’s reason")
        doing.move("begin_sampling", text="Agreed")
    a_case(cast, audit)
    erase(LedgerEntry.objects.filter(said__text="Agreed"), by=cast["coordinator"], why="Asked")
    return audit


def flipped(field: models.Field[Any, Any], spelled: bytes, byte: int, sign: int) -> Lie:
    """One byte of what is stored, as the database would hold it then."""
    whole = isinstance(field, (models.IntegerField, models.OneToOneField))
    moment = isinstance(field, models.DateTimeField) and not ON_SQLITE
    if not (whole or moment):
        byte %= len(spelled)
        return Lie(spelled[:byte] + bytes((spelled[byte] ^ sign,)) + spelled[byte + 1 :], byte)
    byte %= WIDTH
    eight = bytearray(int(spelled).to_bytes(WIDTH, "big", signed=True))
    eight[byte] ^= sign
    number = int.from_bytes(eight, "big", signed=True)
    return Lie(number, byte)


def forge(model: type[models.Model], key: Any, field: models.Field[Any, Any], lie: Lie) -> None:
    """Write the lie behind everybody's back."""
    place, given = "%s", [lie.value]
    if isinstance(lie.value, bytes) and ON_SQLITE:
        place = "CAST(%s AS TEXT)"
    elif isinstance(lie.value, bytes):
        place = "%s::jsonb" if isinstance(field, models.JSONField) else "%s"
        given = [lie.value.decode()]
    elif isinstance(field, models.DateTimeField):
        place = "%s::timestamptz + %s * interval '1 day' + %s * interval '1 microsecond'"
        given = [EPOCH, *divmod(lie.value, 24 * 60 * 60 * 10**6)]
    table, number = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON" if ON_SQLITE else "SELECT 1")
        try:
            cursor.execute(
                f"UPDATE {table} SET {field.column} = {place} WHERE {number} = %s",  # noqa: S608 - names of ours
                [*given, int(key)],
            )
        finally:
            if ON_SQLITE:
                connection.connection.execute("PRAGMA ignore_check_constraints = OFF")


def of(model: type[models.Model]) -> list[Stored]:
    return list(rows(model, order=[str(model._meta.pk.column)]))


@pytest.mark.parametrize(
    ("model", "field"), COLUMNS, ids=[f"{model.__name__}.{each.column}" for model, each in COLUMNS]
)
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_byte_of_any_column_of_any_row(
    audit: Audit, model: type[models.Model], field: models.Field[Any, Any], data: st.DataObject
) -> None:
    name = field.attname
    stored = [row for row in of(model) if row.spelled[name]]
    row = data.draw(st.sampled_from(stored), label="row")
    spelled = row.spelled[name] or b""
    lie = flipped(
        field, spelled, data.draw(st.integers(0, 199), "byte"), data.draw(st.integers(1, 255), "by")
    )
    before, found = of(model), None
    try:
        with unguarded(), transaction.atomic():
            forge(model, row.spelled[model._meta.pk.attname], field, lie)
            if of(model) != before:
                found = list(ledger.faults())
            transaction.set_rollback(True)
    except (Error, UnicodeDecodeError):
        event("the database itself holds no such value")
    assume(found is not None)
    assert found
    if name not in KEY:
        assert any(f"the column {name}" in fault for fault in found), found


OTHERWISE = (
    ("facts", """'{"to": "case_sampling", "from": "theme_selection"}'"""),
    ("facts", """'{"from":"theme_selection", "to": "case_sampling"}'"""),
    ("at", "replace(at, ' ', 'T')" if ON_SQLITE else "at AT TIME ZONE 'UTC' AT TIME ZONE 'UTC'"),
    ("at", "at || '+00:00'" if ON_SQLITE else "(at::text)::timestamptz"),
    ("verb", "CAST(verb AS BLOB)" if ON_SQLITE else "CAST(verb AS TEXT)"),
)


@pytest.mark.parametrize(("column", "value"), OTHERWISE)
def test_the_same_spelled_otherwise_is_found_where_it_can_be_stored(
    audit: Audit, column: str, value: str
) -> None:
    """PostgreSQL keeps one spelling of a value; SQLite keeps what it is given."""
    before = of(LedgerEntry)
    sql = f"UPDATE workflows_ledgerentry SET {column} = {value} WHERE verb = 'begin_sampling'"  # noqa: S608 - ours
    with unguarded(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount == 1
        assert (of(LedgerEntry) != before) == ON_SQLITE
        found = list(ledger.faults())
        transaction.set_rollback(True)
    assert any(f"the column {column}" in fault for fault in found) == ON_SQLITE
