"""Sites to watch live: one that speaks to its own process alone, one that speaks over Redis."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.realtime.server import OwnRedis, Site, running_site

PREFIX = "realtime"


@pytest.fixture(scope="session")
def one_process_site(database_url: str) -> Iterator[Site]:
    with running_site({"DATABASE_URL": database_url, "REDIS_URL": ""}) as site:
        yield site


@pytest.fixture
def alone(one_process_site: Site, transactional_db: None) -> Site:
    """A site with the in-memory layer: only its own process can push."""
    return one_process_site


@pytest.fixture(scope="session")
def own_redis() -> Iterator[OwnRedis]:
    redis = OwnRedis()
    redis.start()
    yield redis
    redis.kill()


@pytest.fixture(scope="session")
def on_redis(database_url: str, own_redis: OwnRedis) -> dict[str, str]:
    """The environment of a site that speaks over this Redis."""
    return {"DATABASE_URL": database_url, "REDIS_URL": own_redis.url, "REALTIME_PREFIX": PREFIX}


@pytest.fixture(scope="session")
def redis_site(on_redis: dict[str, str]) -> Iterator[Site]:
    with running_site(on_redis) as site:
        yield site


@pytest.fixture
def redis(own_redis: OwnRedis, transactional_db: None, settings: Settings) -> OwnRedis:
    """A Redis that is up and running; this process pushes through it."""
    own_redis.start()
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [own_redis.url], "prefix": PREFIX},
        }
    }
    return own_redis


@pytest.fixture
def shared(redis_site: Site, redis: OwnRedis) -> Site:
    """A site with Redis, up and running; this process pushes through the same Redis."""
    return redis_site
