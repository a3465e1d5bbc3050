"""What the database itself refuses: changing, deleting or emptying what only grows.

The triggers stop slips and half-privileged intruders. Whoever owns the database can drop them;
`verify_ledger` says that they are gone, and the chains and anchors what was done (docs/adr/0017).
A migration that changes one of these tables on SQLite makes it anew, without its triggers: it has
to `lay` them again at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

ENTRY, TEXT, READ = "workflows_ledgerentry", "workflows_ledgertext", "workflows_read"
TABLES = (ENTRY, TEXT, READ)
#: The one change there may be: the words and their salt go, and the row says when, once.
ERASURE = (
    "NEW.entry_id = OLD.entry_id AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL "
    "AND NEW.salt = '' AND NEW.text = ''"
)
#: Of each trigger: its name, its table, before what, and when it lets that pass.
GUARDS = (
    *((f"{table}_kept", table, "DELETE", "") for table in TABLES),
    *((f"{table}_as_it_is", table, "UPDATE", ERASURE * (table == TEXT)) for table in TABLES),
)
EMPTIED = tuple((f"{table}_not_emptied", table) for table in TABLES)
REFUSES = "macfa_refuses"


def lay(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in its place."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away: where a migration is taken back."""
    with connection.cursor() as cursor:
        for name, table in _names(connection.vendor):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def faults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The triggers that are not there or not awake, a sentence each."""
    there = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(there)
        found = {name for (name,) in cursor.fetchall()}
    for name, table in _names(connection.vendor):
        if name not in found:
            yield f"{table}: the database’s guard {name} is gone; rows may have been changed."


def _names(vendor: str) -> Iterator[tuple[str, str]]:
    yield from ((name, table) for name, table, _change, _lets_pass in GUARDS)
    if vendor == "postgresql":
        yield from EMPTIED


def _statements(vendor: str) -> Iterator[str]:
    if vendor != "postgresql":
        for name, table, change, lets_pass in GUARDS:
            when = f" WHEN NOT COALESCE({lets_pass}, 0)" if lets_pass else ""
            yield (
                f"CREATE TRIGGER {name} BEFORE {change} ON {table}{when} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    yield (
        f"CREATE OR REPLACE FUNCTION {REFUSES}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name, table, change, lets_pass in GUARDS:
        when = f" WHEN (NOT COALESCE({lets_pass}, FALSE))" if lets_pass else ""
        yield (
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW{when} "
            f"EXECUTE FUNCTION {REFUSES}()"
        )
    for name, table in EMPTIED:
        yield (
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {REFUSES}()"
        )
