"""A database that is there only while something is played in it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own_database() -> Iterator[None]:
    """Inside this block the site works on an empty database of its own, dropped at the end."""
    name, of_test = str(connection.settings_dict["NAME"]), connection.settings_dict["TEST"]
    usual = of_test["NAME"]
    of_test["NAME"] = _name_of_its_own()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        of_test["NAME"] = usual


def _name_of_its_own() -> str:
    """Two may be there at once, so no two have one name."""
    name = f"macfa_{token_hex(6)}"
    if connection.vendor == "sqlite":
        return str(Path(gettempdir()) / f"{name}.sqlite3")
    return name
