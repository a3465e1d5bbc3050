"""What somebody typed into a form that was refused, to be shown so that they can copy it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workflows.ids import PUBLIC_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

#: What a form carries that the person did not type: its own marks, and which button was used.
UNTYPED = {"csrfmiddlewaretoken", "token", "version", "next", "upto", "seen_before", "go"}
#: A choice is sent as its code, a record as its public id.
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
#: Day, month and year are boxes of their own.
DATE_BOX = re.compile(r"(?P<date>.+)_(day|month|year)")


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody typed into the form they sent, by the names of its fields.

    Passwords are never among it, nor are choices of a record, which can only be made anew.
    """
    found: dict[str, str] = {}
    for name, value in _fields(request):
        box = DATE_BOX.fullmatch(name)
        if box:
            date = _label(box["date"])
            found[date] = f"{found[date]}/{value}" if date in found else value
        elif not PUBLIC_ID.fullmatch(value):
            label = _label(name)
            said = value.replace("_", " ") if CODE.fullmatch(value) else value
            found[label] = f"{found[label]}, {said}" if label in found else said
    return list(found.items())


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in UNTYPED and "password" not in name:
            yield from ((name, value) for value in values if value.strip())


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
