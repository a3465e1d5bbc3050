"""Files that people take away: no cell is a formula, and each file can prove itself unchanged.

Every export of the site goes through `safe_cell`. A signed file ends with a line of its own: the
SHA-256 of all that stands above it, and a signature that only this site can make.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from hmac import compare_digest
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.utils.crypto import salted_hmac

from workflows import reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from macfa.people.models import User

Cell = str | int | float | None
#: What makes a spreadsheet take a cell for a formula.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SALT = "macfa.exports"
CHECKSUM, SIGNATURE = "SHA-256 of the lines above", "Signature"
LAST_LINE = re.compile(
    f"{CHECKSUM},(?P<checksum>[0-9a-f]{{64}}),{SIGNATURE},(?P<signature>[0-9a-f]{{64}})\r\n".encode()
)
#: Tells a spreadsheet that the file is UTF-8.
MARK = b"\xef\xbb\xbf"


def safe_cell(value: Cell) -> str:
    """A cell that every spreadsheet shows as it is and none computes."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.lstrip(" ").startswith(BEGINS_A_FORMULA):
        return f"'{text}"
    return text


def signed_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a file, with its checksum and signature as the last line."""
    body = MARK + _lines([header, *rows])
    return body + _lines([(CHECKSUM, _checksum(body), SIGNATURE, _signature(body))])


def download(
    person: User,
    name: str,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    thread: int | None = None,
) -> HttpResponse:
    """The file for somebody's browser; that they took it, and its rows, is written down (R56), in
    the timeline of an audit where it is about one."""
    reads.exported(person, name, len(rows), thread=thread)
    response = HttpResponse(signed_csv(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def fault(file: bytes) -> str:
    """Why a file is not as this site made it, in a sentence; nothing where it is."""
    body = file[: file.rfind(b"\n", 0, -1) + 1]
    said = LAST_LINE.fullmatch(file[len(body) :])
    if said is None:
        return "It does not end with a checksum and a signature of this site."
    if said["checksum"].decode() != _checksum(body):
        return "It was changed after it was made: its checksum is another."
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(compare_digest(_signature(body, key).encode(), said["signature"]) for key in keys):
        return "Its signature is not of this site, or was made with a SECRET_KEY it has no longer."
    return ""


def _lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _signature(body: bytes, key: str | bytes | None = None) -> str:
    return salted_hmac(SALT, body, secret=key, algorithm="sha256").hexdigest()
