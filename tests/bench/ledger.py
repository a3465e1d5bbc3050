"""The ledger: an append beside its hash and the insert of a bare row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from macfa.audits.models import Audit
from tests.bench.audits import audit_of, cast_of
from tests.bench.measure import medians
from tests.bench.table import Figure, Goal, figure
from workflows import clock, ledger
from workflows.ids import public_id
from workflows.ledger import Happening
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from macfa.people.models import User

NAME = "ledger"
ROUNDS = 200
APPEND, FLOOR = "append an entry", "its hash, and INSERT of a bare row"
FACTS = {"from": "theme_selection", "to": "case_sampling"}
BARE = """
INSERT INTO workflows_ledgerentry (record_type, record, position, thread, reference, verb, actor,
    at, facts, text_hash, token, hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def measure(database: str) -> list[Figure]:
    """One entry in the chain of a record, each way in a transaction of its own."""
    cast = cast_of(2, "ledger")
    audit = Audit.objects.get(pk=audit_of(cast, "LED", 1).pk)
    by = cast["lead.a00"]
    times = medians(
        {APPEND: lambda _number: append(audit, by), FLOOR: lambda number: bare(number, by)}, ROUNDS
    )
    what, value, floor = f"{APPEND}, time", times[APPEND], times[FLOOR]
    goal = Goal(1.5)
    return [figure(NAME, database, what, value, "ms", beside=FLOOR, beside_value=floor, goal=goal)]


def append(audit: Audit, by: User) -> None:
    """As an act writes it, with the token of its form."""
    with transaction.atomic():
        happening = Happening("begin_sampling", FACTS)
        ledger.write(audit, [happening], by=by, token=public_id())


def bare(number: int, by: User) -> None:
    """The least that an entry of the same content can cost: one hash and one row."""
    entry = LedgerEntry(
        record_type="audits.audit",
        record=f"bare{number}",
        position=1,
        reference="LED",
        verb="begin_sampling",
        actor=by.public_id,
        at=clock.now(),
        facts=FACTS,
        token=public_id(),
    )
    entry.hash = ledger.entry_hash(entry, previous="0" * 64)
    fields = [field for field in LedgerEntry._meta.concrete_fields if field.attname != "id"]
    values = [
        field.get_db_prep_save(getattr(entry, field.attname), connection=connection)
        for field in fields
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, values)
