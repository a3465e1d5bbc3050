"""The pool: the list of cases an audit may be drawn from, stored whole or not at all."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from macfa.sampling import rules
from macfa.sampling.identity import seal_all
from macfa.sampling.marks import mark
from macfa.sampling.models import IdentityKey, Pool, PoolRow, PoolUpload
from macfa.sampling.pool_file import (
    Fault,
    PoolFaults,
    PoolFile,
    PoolLayout,
    neutral_name,
    read_pool,
)
from notifications.rows import insert_many
from workflows.lifecycle import act, begin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.sampling import pool_file

#: In a list as long as this, a column that differs in nearly every row describes single children.
ROWS_TO_JUDGE_BY = 20
NEARLY_EVERY_ROW = 0.9


def load_pool(
    *,
    audit: Audit,
    file_name: str,
    content: bytes,
    layout: PoolLayout,
    upload: PoolUpload | None = None,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Pool:
    """Read a pool from a CSV or XLSX file and store it: all of it, or nothing.

    An `upload` that it came from is thrown away as it is stored.

    What identifies a child goes only into the identity key, sealed (R7); the name of the file,
    which may be a child's, is not kept. A pool loaded later is
    the one drawn from; the earlier ones stay as they are.

    Raises:
        PoolFaults: the file has faults, each named by row and column.
    """
    rules.check_may_draw(audit, by)
    rows = read_pool(PoolFile(file_name, content), layout).rows
    _check_bands(rows, layout)
    sealed = seal_all(row.identity for row in rows)
    with act(audit, by=by, expects=expects, token=token) as (_doing, audit):
        rules.check_may_draw(audit, by)
        pool = Pool(
            audit=audit,
            file_name=neutral_name(content),
            checksum=hashlib.sha256(content).hexdigest(),
            row_id_column=layout.row_id_column,
            characteristics=list(layout.characteristics),
            identifying=list(layout.identifying),
            size=len(rows),
            loaded_by=by,
        )
        begin(pool, "pool_loaded", by=by, token=token, facts={"size": pool.size})
        _store_rows(pool, rows, sealed)
        if upload is not None:
            discard_upload(upload=upload)
    return pool


def discard_upload(*, upload: PoolUpload) -> None:
    """Throw a file away."""
    PoolUpload.objects.filter(pk=upload.pk).delete()


def _check_bands(rows: Sequence[pool_file.Row], layout: PoolLayout) -> None:
    """Refuse as a characteristic what tells nearly every child from every other (R7)."""
    if len(rows) < ROWS_TO_JUDGE_BY:
        return
    message = (
        "Nearly every row holds a value of its own here, so it describes one child and not a "
        "group of children. Put it in the identity key, or leave it out."
    )
    faults = [
        Fault(1, column, message)
        for column in layout.characteristics
        if len({row.characteristics[column] for row in rows}) > NEARLY_EVERY_ROW * len(rows)
    ]
    if faults:
        raise PoolFaults(faults)


def _store_rows(pool: Pool, rows: Sequence[pool_file.Row], sealed: Sequence[bytes]) -> None:
    stored = [
        PoolRow(pool=pool, row_id=row.row_id, characteristics=dict(row.characteristics))
        for row in rows
    ]
    insert_many(stored)
    partnership = pool.audit.partnership_id
    insert_many(
        [
            IdentityKey(pool_row=kept, sealed=box, mark=mark(row.identity, partnership))
            for kept, row, box in zip(stored, rows, sealed, strict=True)
        ]
    )
