"""The identity key: the one place where it says who a case is, sealed until there is a reason.

Sealed with the first of `FIELD_ENCRYPTION_KEYS`; every key listed can open, so keys can be
changed without a day on which nothing opens (R7, R8).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from macfa.sampling import rules
from macfa.sampling.models import IdentityKey
from workflows.errors import NotYet
from workflows.lifecycle import act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macfa.people.models import User
    from macfa.sampling.models import Case

#: A reason of one word is no reason.
WORDS_IN_A_REASON = 3


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def seal(identity: Mapping[str, str]) -> bytes:
    """What identifies a case, as nobody can read it without a key."""
    return _box().encrypt(json.dumps(dict(identity), ensure_ascii=False).encode())


def seal_file(content: bytes) -> bytes:
    """A file that still holds identities, kept sealed while its columns are being explained."""
    return _box().encrypt(content)


def open_file(sealed: bytes) -> bytes:
    """The content of a sealed file."""
    return _box().decrypt(bytes(sealed))


def open_identity(*, case: Case, reason: str, by: User) -> dict[str, str]:
    """Open the identity key of one case. Who, when and why stays in the ledger (R8).

    Raises:
        NotAllowed: the person neither coordinates, nor leads or audits for an agency on the case.
        NotYet: the reason says nothing.
    """
    with act(case, by=by) as (doing, case):
        rules.check_opens_identity(case, by)
        if len(reason.split()) < WORDS_IN_A_REASON:
            raise NotYet("Say in a few words why you need to know who this is.")
        key = IdentityKey.objects.get(case=case)
        doing.note("identity_opened", text=reason)
    opened: dict[str, str] = json.loads(_box().decrypt(bytes(key.sealed)))
    return opened
