"""The rows of the table on one database, in a process of its own (`tests.bench` starts it)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.bench.table import Figure


def main(report: str, *names: str) -> None:
    """Measure the rows of these names and write what was found."""
    django.setup()
    figures, versions = measured(names)
    found = {"figures": [asdict(each) for each in figures], "versions": versions}
    Path(report).write_text(json.dumps(found))


def measured(names: tuple[str, ...]) -> tuple[list[Figure], dict[str, str]]:
    """The figures of these rows, each on an empty database, and the database's version."""
    # Imported only now: these need the applications to be loaded.
    from django.db import connection  # noqa: PLC0415

    from macfa.rehearsal.own_database import own_database  # noqa: PLC0415
    from tests.bench import (  # noqa: PLC0415
        act,
        comeback,
        issue,
        ledger,
        notify,
        outage,
        queue,
        remind,
        rights,
        sign_in,
    )

    modules = (act, queue, issue, notify, comeback, outage, remind, ledger, rights, sign_in)
    rows = {row.NAME: row.measure for row in modules}
    database = connection.display_name
    figures: list[Figure] = []
    for name in names:
        print(f"{name} on {database}", file=sys.stderr, flush=True)
        with own_database():
            figures += rows[name](database)
    return figures, {database: ".".join(map(str, connection.get_database_version()))}


if __name__ == "__main__":
    main(*sys.argv[1:])
