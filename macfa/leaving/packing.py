"""Writing an export: each table as it is read, a row at a time, so that it may be of any size."""

from __future__ import annotations

import json
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from macfa.leaving import describing
from macfa.leaving.belonging import leaving
from macfa.leaving.columns import NUMBER
from macfa.leaving.folder import FORMAT, MANIFEST, Hashed, jsonl, spreadsheet, write_text
from macfa.leaving.kinds import KINDS
from macfa.leaving.spreadsheets import Spreadsheet
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from macfa.leaving.belonging import Leaving
    from macfa.leaving.kinds import Kind
    from macfa.leaving.sealing import Seal
    from macfa.people.models import Partnership

    #: Called after each batch with how many rows are done, and of how many at most.
    Step = Callable[[int, int], None]

CHUNK = 1000


@contextmanager
def one_moment() -> Iterator[None]:
    """Inside this block everything is read as it was at one moment, and nobody waits for it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # A transaction of Django's would be IMMEDIATE, and shut out everybody who writes.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def pack(folder: Path, partnership: Partnership, seal: Seal, step: Step) -> dict[str, Any]:
    """Write everything of a partnership into an empty folder: its manifest."""
    with one_moment():
        going = leaving(partnership, KINDS)
        total = sum(kind.rows(going).count() for kind in KINDS)
        files: list[dict[str, Any]] = []
        done = 0
        for kind in KINDS:
            table = Table(folder, kind)
            for number, row in enumerate(_rows(kind, going, seal), 1):
                table.add(row)
                if number % CHUNK == 0:
                    step(done + number, total)
            files += table.close()
            done += table.rows
            step(done, total)
    return _finished(folder, partnership, seal, files)


class Table:
    """One table being written: exactly, and as a spreadsheet."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        names = [column.name for column in kind.columns]
        self._number = NUMBER if kind.numbers_rows else names[0]
        self._exact = Hashed(folder, jsonl(kind.name))
        self._for_reading = Hashed(folder, spreadsheet(kind.name))
        self._sheet = Spreadsheet(self._for_reading, names)
        self.rows = self._first = self._last = 0

    def add(self, row: dict[str, Any]) -> None:
        """One row."""
        self._exact.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._sheet.add(row)
        number = row[self._number]
        self._first = min(self._first, number) if self.rows else number
        self._last = max(self._last, number)
        self.rows += 1

    def close(self) -> list[dict[str, Any]]:
        """That was all: what the manifest says of both files."""
        ends = {"rows": self.rows, "first": self._first, "last": self._last}
        return [{**self._exact.close(), **ends}, self._for_reading.close()]


def _rows(kind: Kind, going: Leaving, seal: Seal) -> Iterator[dict[str, Any]]:
    """The rows of a table as they are written."""
    for values in _chosen(kind, going):
        row = {}
        for column in kind.columns:
            value = values[column.field.attname]
            seals = column.sealed and value is not None
            row[column.name] = seal.sealed(value) if seals else column.written(value)
        yield row


def _chosen(kind: Kind, going: Leaving) -> Iterator[dict[str, Any]]:
    rows = kind.rows(going)
    ordered = rows if rows.query.order_by else rows.order_by("pk")
    found = ordered.values(*(column.field.attname for column in kind.columns))
    stream = found.iterator(chunk_size=CHUNK)
    while batch := list(islice(stream, CHUNK)):
        yield from kind.narrowed(going, batch) if kind.narrowed else batch


def _finished(
    folder: Path, partnership: Partnership, seal: Seal, files: list[dict[str, Any]]
) -> dict[str, Any]:
    """Explain what is there, and name every file in the manifest."""
    at = clock.now()
    rows = sum(each["rows"] for each in files if "rows" in each)
    schema = json.dumps(describing.schema(), ensure_ascii=False, indent=1)
    files.append(write_text(folder, "schema.json", schema))
    files.append(write_text(folder, "README.txt", describing.readme(partnership, rows, at)))
    manifest = {
        "format": FORMAT,
        "partnership": {"code": partnership.code, "name": partnership.name},
        "made_at": at.isoformat(timespec="seconds"),
        "versions": versions(),
        "key": seal.proof(),
        "sealed_with_a_lost_key": seal.lost,
        "rows": rows,
        "files": sorted(files, key=lambda each: str(each["path"])),
    }
    facts = write_text(folder, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return {**manifest, "sha256": facts["sha256"]}


def versions() -> dict[str, str]:
    """How far the tables of each room have come: the name of the last migration."""
    rooms = {kind.model._meta.app_label for kind in KINDS}
    leaves = MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()
    return {room: name for room, name in sorted(leaves) if room in rooms}
