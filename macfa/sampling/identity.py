"""The identity key: the one place where it says who a case is, sealed until there is a reason.

Sealed with the first of `FIELD_ENCRYPTION_KEYS`; every key listed can open, so keys can be
changed without a day on which nothing opens (R7, R8). After a new key is put first,
`manage.py reseal_identities` seals everything with it, and the old one can go.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format

from macfa.sampling import rules
from macfa.sampling.marks import mark
from macfa.sampling.models import IdentityKey, PoolUpload
from workflows.errors import NotYet, WrongState
from workflows.lifecycle import act

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from macfa.people.models import User
    from macfa.sampling.models import Case

#: A reason of one word is no reason.
WORDS_IN_A_REASON = 3
SAY_WHY = "Say in a few words why you need to know who this is."
BATCH = 500


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def seal_all(identities: Iterable[Mapping[str, str]]) -> list[bytes]:
    """What identifies each case, as nobody can read it without a key."""
    box = _box()
    return [box.encrypt(json.dumps(dict(one), ensure_ascii=False).encode()) for one in identities]


def seal_file(content: bytes) -> bytes:
    """A file that still holds identities, kept sealed while its columns are being explained."""
    return _box().encrypt(content)


def open_file(sealed: bytes | memoryview[int]) -> bytes:
    """The content of a sealed file."""
    return _box().decrypt(bytes(sealed))


def open_identity(*, case: Case, reason: str, by: User, token: str | None = None) -> dict[str, str]:
    """Open the identity key of one case. Who, when and why stays in the ledger (R8).

    Raises:
        NotAllowed: the person neither coordinates, nor leads or audits for an agency on the case.
        NotYet: the reason says nothing.
        WrongState: the key has been destroyed, or sealed with a key this site does not have.
        AlreadyDone: this form has opened it before; it shows the identity once.
    """
    with act(case, by=by, token=token) as (doing, case):
        rules.check_opens_identity(case, by)
        if len(reason.split()) < WORDS_IN_A_REASON:
            raise NotYet(SAY_WHY)
        identity = _opened(case)
        doing.note("identity_opened", text=reason)
    return identity


def _opened(case: Case) -> dict[str, str]:
    key = IdentityKey.objects.filter(case=case).first()
    if key is None:
        day = case.audit.destroyed_on("identity_key")
        on = f" on {date_format(day, 'j F Y')}" if day else ""
        raise WrongState(f"The identity key of {case.label} has been destroyed{on}.")
    try:
        return _read(_box(), key)
    except InvalidToken:
        raise WrongState(
            f"The identity key of {case.label} was sealed with an encryption key that this site "
            "no longer has. Ask your system administrator to put that key back."
        ) from None


def _read(box: MultiFernet, key: IdentityKey) -> dict[str, str]:
    identity: dict[str, str] = json.loads(box.decrypt(bytes(key.sealed)))
    return identity


def reseal() -> int:
    """Seal every identity anew with the first of the keys, and every file that waits to be
    explained; what tells whether two lists name the same child is made anew with it. Returns
    how many identities there are."""
    box, count = _box(), 0
    for upload in PoolUpload.objects.order_by("pk").only("pk"):
        _reseal_upload(box, upload.pk)
    numbers = list(IdentityKey.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), BATCH):
        count += _reseal(box, numbers[start : start + BATCH])
    return count


def _reseal_upload(box: MultiFernet, number: int) -> None:
    with transaction.atomic():
        for upload in PoolUpload.objects.filter(pk=number).select_for_update():
            upload.sealed = box.rotate(bytes(upload.sealed))
            upload.sealed_header = box.rotate(bytes(upload.sealed_header))
            upload.save(update_fields=["sealed", "sealed_header"])


def _reseal(box: MultiFernet, numbers: list[int]) -> int:
    with transaction.atomic():
        keys = IdentityKey.objects.filter(pk__in=numbers).select_for_update(of=("self",))
        rows = list(keys.select_related("pool_row__pool__audit").order_by("pk"))
        for row in rows:
            row.mark = mark(_read(box, row), row.pool_row.pool.audit.partnership_id)
            row.sealed = box.rotate(bytes(row.sealed))
        IdentityKey.objects.bulk_update(rows, ["sealed", "mark"])
    return len(rows)
