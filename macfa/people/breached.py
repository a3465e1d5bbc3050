"""Whether a password is among those that were stolen somewhere and published.

The list has a thousand million lines, so it is searched where it lies: a line in its middle says
in which half to go on.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from typing import BinaryIO

#: A line that holds fewer signs of a hash than this would refuse far too much.
SHORTEST = 10
LISTED = (
    "This password is in a list of stolen ones, which people who guess try first. Choose another."
)


def is_listed(password: str, path: Path) -> bool:
    """Whether the list has the hash of a password, whole or by its beginning."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        found = _last_up_to(wanted, file, path.stat().st_size)
    return len(found) >= SHORTEST and wanted.startswith(found)


def _last_up_to(wanted: bytes, file: BinaryIO, size: int) -> bytes:
    """The last hash of a sorted list that does not come after this one."""
    low, high, best = 0, size, b""
    while low < high:
        middle = (low + high) // 2
        start, found = _line_from(file, middle)
        if found and found <= wanted:
            best, low = found, max(middle + 1, start + 1)
        else:
            high = middle
    return best


def _line_from(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """The first line that begins at a place or after it: where, and its hash."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    start = file.tell()
    return start, file.readline().partition(b":")[0].strip()


class NotBreached:
    """Refuses passwords of the list that `BREACHED_PASSWORDS` names."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's
        """Raise where it is listed."""
        if settings.BREACHED_PASSWORDS and is_listed(password, Path(settings.BREACHED_PASSWORDS)):
            raise ValidationError(LISTED, code="password_breached")

    def get_help_text(self) -> str:
        """What the page says before anybody has chosen one."""
        return "It must not be in the list of passwords that were stolen somewhere."
