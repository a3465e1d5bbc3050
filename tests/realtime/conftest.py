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
def redis_site(database_url: str, own_redis: OwnRedis) -> Iterator[Site]:
    ours = {"DATABASE_URL": database_url, "REDIS_URL": own_redis.url, "REALTIME_PREFIX": PREFIX}
    with running_site(ours) as site:
        yield site


@pytest.fixture
def shared(
    redis_site: Site, own_redis: OwnRedis, transactional_db: None, settings: Settings
) -> Site:
    """A site with Redis, up and running; this process pushes through the same Redis."""
    own_redis.start()
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [own_redis.url], "prefix": PREFIX},
        }
    }
    return redis_site
