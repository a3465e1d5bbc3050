"""The live hint: "there is something new up to number n", sent to a person's open pages.

A hint carries nothing personal and promises nothing. One that is lost is made good by the next
heartbeat, so an outage of the channel layer is counted here and never reaches the act that
caused the hint.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync
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


def hint(recipient_id: int, seq: int) -> None:
    """Tell one person's open pages that there is something new up to `seq`. Never raises."""
    hints({recipient_id: seq})


def hints(newest: Mapping[int, int]) -> None:
    """Tell each person's open pages the number of their newest message. Never raises.

    An outage costs the caller PATIENCE once; further hints are then skipped for a while.
    """
    if not health.may_try():
        health.skipped += len(newest)
        return
    waiting = dict(newest)
    try:
        async_to_sync(_send)(waiting)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the act has happened
        health.note_failure()
        health.skipped += len(waiting) - 1
        logger.warning("A live hint could not be sent (%s); next heartbeat heals.", repr(problem))
    else:
        health.note_success()


async def _send(waiting: dict[int, int]) -> None:
    """Send each hint, taking it from those waiting once it is gone."""
    layer = get_channel_layer()
    if layer is None:
        return
    for person, seq in list(waiting.items()):
        message = {"type": "hint", "person": person, "seq": seq}
        async with asyncio.timeout(PATIENCE):
            await layer.group_send(group(person), message)
        del waiting[person]
        health.sent += 1
