"""The time, from one place, so that history can be played.

`playing(at)` sets the clock for what runs inside it: the demo and `simulate` use it to act on
the days on which things happened. Nobody else calls `timezone.now()`.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

_played: ContextVar[datetime | None] = ContextVar("played", default=None)


def now() -> datetime:
    """The moment it is, in UTC."""
    return _played.get() or datetime.now(UTC)


def today() -> date:
    """The day it is in England."""
    return timezone.localdate(now())


@contextmanager
def playing(at: datetime) -> Iterator[None]:
    """Inside this block it is `at`."""
    token = _played.set(at)
    try:
        yield
    finally:
        _played.reset(token)
