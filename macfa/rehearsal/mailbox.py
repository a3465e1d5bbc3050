"""The e-mails of the demo, which go no further than a folder: read back for whoever tries it."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

#: What Django writes after each e-mail of a file.
END = b"-" * 79 + b"\n"
#: So many are shown, however many there are.
MOST = 200


@dataclass(frozen=True)
class Sent:
    """One e-mail as it left."""

    to: str
    subject: str
    at: datetime
    text: str


def is_shown() -> bool:
    """Whether this is a demo whose e-mails lie in a folder. Nowhere else is any of them shown."""
    in_files = settings.EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend"
    return settings.PROFILE == "demo" and in_files


def newest(folder: Path) -> list[Sent]:
    """The newest e-mails first. A file holds those of one connection; its name and their dates tell
    the second, and when it was written tells more."""
    found: list[Sent] = []
    for file in sorted(folder.glob("*.log"), key=_written, reverse=True):
        found += reversed(list(_read(file.read_bytes())))
        if len(found) >= MOST:
            break
    return sorted(found, key=lambda sent: sent.at, reverse=True)[:MOST]


def _written(file: Path) -> int:
    return file.stat().st_mtime_ns


def _read(written: bytes) -> Iterator[Sent]:
    """The e-mails of a file; one that is being written has no end yet and is left out."""
    for each in written.split(END)[:-1]:
        message: Any = message_from_bytes(each, policy=policy.default)
        body = message.get_body(("plain",))
        yield Sent(
            to=str(message["To"]),
            subject=str(message["Subject"]),
            at=parsedate_to_datetime(message["Date"]),
            text=body.get_content().strip() if body else "",
        )
