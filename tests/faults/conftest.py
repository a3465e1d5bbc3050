"""The sites of the live tests, which are broken here."""

from tests.realtime.conftest import (
    alone,
    on_redis,
    one_process_site,
    own_redis,
    redis,
    redis_site,
    shared,
)

__all__ = ["alone", "on_redis", "one_process_site", "own_redis", "redis", "redis_site", "shared"]
