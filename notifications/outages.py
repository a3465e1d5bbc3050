"""What the log says while the channel layer is away: that it is, once."""

from __future__ import annotations

import logging
import time

from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

#: Quiet for so many seconds, an outage is over; while it lasts there is word of it each second.
OVER_AFTER = 15.0


class OnceAnOutage(logging.Filter):
    """Lets the first word of an outage through, as one line, and every other kind of error."""

    _last = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        problem = record.exc_info[1] if record.exc_info else None
        if not isinstance(problem, (NoConnection, NoAnswer, OSError)):
            return True
        before, self._last = self._last, time.monotonic()
        if self._last - before < OVER_AFTER:
            return False
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = "Redis is away (%s). Heartbeats go on without it.", (problem,)
        record.exc_info = record.exc_text = None
        return True
