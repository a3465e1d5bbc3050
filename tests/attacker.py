"""What somebody with every right on the database can do, and the site cannot."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

from workflows import append_only

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unguarded() -> Iterator[None]:
    """Inside this block the database lets what only grows be changed and emptied.

    On PostgreSQL only a superuser may set this, and also foreign keys sleep.
    """
    if connection.vendor != "postgresql":
        append_only.lift(connection)
        try:
            yield
        finally:
            append_only.lay(connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
