"""The live hint: "there is something new up to number n", sent to a person's open pages.

A hint carries nothing personal and promises nothing. It goes straight to the pages of its own
process, and over the channel layer to those of the others. Hints are sent in the background, so
that no act waits for the layer; one that is lost is made good by the next heartbeat, and an outage
is counted here.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import time
import uuid
from dataclasses import dataclass
from functools import cache
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from channels.layers import get_channel_layer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Tell = Callable[[Mapping[int, int]], Awaitable[None]]

logger = logging.getLogger(__name__)

#: The one group in which the processes of an installation hear each other, and who this one is.
GROUP, PROCESS = "hints", uuid.uuid4().hex
#: How long the hints sent together may take before they count as lost.
PATIENCE = 0.25
#: After a failure none is tried for this long, then twice as long, up to the longest.
PAUSE, LONGEST_PAUSE = 5.0, 20.0


@dataclass
class Health:
    """How pushing to other processes goes since this one started, for the readiness page.

    What is counted is messages; one carries the hints of everybody who was told at once.
    """

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    pause: float = 0.0
    paused_until: float = 0.0

    @property
    def degraded(self) -> bool:
        """Whether the last message tried was lost."""
        return self.pause > 0

    def may_try(self) -> bool:
        """Whether to send: always, except that in an outage one caller tries after each pause."""
        now = time.monotonic()
        if now < self.paused_until:
            return False
        self.paused_until = now + self.pause
        return True

    def note_success(self) -> None:
        self.sent += 1
        self.pause = self.paused_until = 0.0

    def note_failure(self) -> None:
        self.failed += 1
        self.pause = min(max(PAUSE, self.pause * 2), LONGEST_PAUSE)
        self.paused_until = time.monotonic() + self.pause


health = Health()


class Outbox:
    """The hints that wait to be sent from this process: for each person, the newest only."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[int, int] = {}
        self._home: asyncio.AbstractEventLoop | None = None
        self._tell: Tell | None = None
        self._at: asyncio.AbstractEventLoop | None = None
        self._idle = Event()
        self._idle.set()

    def live_at(self, loop: asyncio.AbstractEventLoop, tell: Tell) -> None:
        """Send from the loop that serves the open pages of this process, as soon as there is one,
        and tell these pages first hand."""
        self._home, self._tell = loop, tell

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
        at_home = self._tell if self._at is self._home else None
        while waiting := self._take():
            if at_home is None:
                await _send(waiting)
            else:
                await asyncio.gather(_send(waiting), at_home(waiting))

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


async def _send(waiting: Mapping[int, int]) -> None:
    """Tell the other processes, unless what was sent before was lost a moment ago."""
    if not health.may_try():
        health.skipped += 1
        return
    message = {"type": "hints", "from": PROCESS, "newest": list(waiting.items())}
    try:
        layer = get_channel_layer()
        if layer is None:
            return
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(GROUP, message)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the act has happened
        health.note_failure()
        logger.warning("Live hints could not be sent (%s); next heartbeat heals.", repr(problem))
    else:
        health.note_success()
