"""The live hint: "there is something new up to number n", sent to a person's open pages.

A hint carries nothing personal and promises nothing. Hints are sent in the background, so that no
act waits for the channel layer; one that is lost is made good by the next heartbeat, and an outage
is counted here.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import time
from dataclasses import dataclass
from functools import cache
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from channels.layers import get_channel_layer

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

#: How long one hint may take before it counts as lost.
PATIENCE = 0.25
#: After a failure no hint is tried for this long, then twice as long, up to the longest.
PAUSE, LONGEST_PAUSE = 5.0, 20.0


@dataclass
class Health:
    """How pushing goes in this process since it started, for the readiness page."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    pause: float = 0.0
    paused_until: float = 0.0

    @property
    def degraded(self) -> bool:
        """Whether the last hint tried was lost."""
        return self.pause > 0

    def may_try(self) -> bool:
        """Whether to send: always, except that in an outage one caller tries after each pause."""
        now = time.monotonic()
        if now < self.paused_until:
            return False
        self.paused_until = now + self.pause
        return True

    def note_success(self) -> None:
        self.pause = self.paused_until = 0.0

    def note_failure(self) -> None:
        self.failed += 1
        self.pause = min(max(PAUSE, self.pause * 2), LONGEST_PAUSE)
        self.paused_until = time.monotonic() + self.pause


health = Health()


def group(recipient_id: int) -> str:
    """The name of the group of a person's open pages."""
    return f"person.{recipient_id}"


class Outbox:
    """The hints that wait to be sent from this process: for each person, the newest only."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[int, int] = {}
        self._home: asyncio.AbstractEventLoop | None = None
        self._at: asyncio.AbstractEventLoop | None = None
        self._idle = Event()
        self._idle.set()

    def live_at(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send from the loop that serves the open pages of this process, as soon as there is one:
        the in-memory layer reaches no other."""
        self._home = loop

    def put(self, newest: Mapping[int, int]) -> None:
        """Send these soon, and do not wait for it."""
        with self._lock:
            for person, seq in newest.items():
                self._waiting[person] = max(seq, self._waiting.get(person, 0))
            if self._at and not self._at.is_closed():
                return
            self._idle.clear()
            self._at = self._home if self._home and self._home.is_running() else _own_loop()
            asyncio.run_coroutine_threadsafe(self._empty(), self._at)

    def settle(self, seconds: float = 2.0) -> bool:
        """Wait, as a process does that is about to end, until everything is sent or lost."""
        return self._idle.wait(seconds)

    async def _empty(self) -> None:
        while waiting := self._take():
            await _send(waiting)

    def _take(self) -> dict[int, int]:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            if not waiting:
                self._at = None
                self._idle.set()
            return waiting


outbox = Outbox()


@cache
def _own_loop() -> asyncio.AbstractEventLoop:
    """A loop for a process that serves no pages, such as a command."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="hints", daemon=True).start()
    atexit.register(outbox.settle, PATIENCE)
    return loop


def hint(recipient_id: int, seq: int) -> None:
    """Tell one person's open pages that there is something new up to `seq`. Never raises."""
    hints({recipient_id: seq})


def hints(newest: Mapping[int, int]) -> None:
    """Tell each person's open pages the number of their newest message. Never waits or raises."""
    outbox.put(newest)


async def _send(waiting: dict[int, int]) -> None:
    """Send hints, or skip them for a while after one of them was lost."""
    if not health.may_try():
        health.skipped += len(waiting)
        return
    try:
        while waiting:
            await _send_one(*waiting.popitem())
    except Exception as problem:  # noqa: BLE001 - whatever it is, the act has happened
        health.note_failure()
        health.skipped += len(waiting)
        logger.warning("A live hint could not be sent (%s); next heartbeat heals.", repr(problem))
    else:
        health.note_success()


async def _send_one(person: int, seq: int) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    message = {"type": "hint", "person": person, "seq": seq}
    async with asyncio.timeout(PATIENCE):
        await layer.group_send(group(person), message)
    health.sent += 1
