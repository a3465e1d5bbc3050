"""Whether the Redis of the channel layer answers, asked before anybody's hint is lost to find out.

Asked at most every few seconds and for a moment only, however often the readiness page is.
"""

from __future__ import annotations

import time
from threading import Lock

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

#: How long an answer counts, and how long Redis may take to give one, in seconds.
COUNTS, PATIENCE = 3.0, 0.25


class Pulse:
    """What Redis answered last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._answers = True

    def beats(self) -> bool:
        """Whether Redis answers. Where none is used, nothing is amiss."""
        if not settings.REDIS_URL:
            return True
        with self._lock:
            if time.monotonic() - self._asked_at > COUNTS:
                self._answers = _answers(settings.REDIS_URL)
                self._asked_at = time.monotonic()
            return self._answers


def _answers(url: str) -> bool:
    try:
        with Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        ) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


pulse = Pulse()
