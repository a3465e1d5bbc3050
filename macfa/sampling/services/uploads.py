"""A pool's file while somebody says what its columns hold: stored only sealed, and soon gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.sampling import rules
from macfa.sampling.header import pack
from macfa.sampling.identity import open_file, seal_file
from macfa.sampling.models import PoolUpload
from macfa.sampling.pool_file import PoolFile, PoolLayout, neutral_name, read_header
from macfa.sampling.services.pools import load_pool
from workflows import clock
from workflows.ids import public_id

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.sampling.models import Pool


def keep_upload(*, audit: Audit, file_name: str, content: bytes, by: User) -> PoolUpload:
    """Keep a file, sealed, until the person has said what its columns hold.

    It takes the place of any file they uploaded for this audit before.

    Raises:
        PoolFaults: it cannot be read as a list of cases. Nothing is kept then.
    """
    rules.check_may_draw(audit, by)
    header = read_header(PoolFile(file_name, content))
    drop_forgotten_uploads()
    upload, _ = PoolUpload.objects.update_or_create(
        audit=audit,
        created_by=by,
        defaults={
            "public_id": public_id(),
            "file_name": neutral_name(content),
            "sealed": seal_file(content),
            "sealed_header": seal_file(pack(header)),
            "created_at": clock.now(),
        },
    )
    return upload


def load_upload(
    *,
    upload: PoolUpload,
    layout: PoolLayout,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Pool:
    """Make a pool of the file, now that its columns are explained; of the file nothing is left.

    Raises:
        PoolFaults: the file has faults. It is kept, since another explanation may mend them.
    """
    return load_pool(
        audit=upload.audit,
        file_name=upload.file_name,
        content=open_file(upload.sealed),
        layout=layout,
        upload=upload,
        by=by,
        expects=expects,
        token=token,
    )


def drop_forgotten_uploads() -> int:
    """Throw away the files that nobody came back to. Returns how many there were."""
    dropped, _ = PoolUpload.objects.forgotten().delete()
    return dropped
