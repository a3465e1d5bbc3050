"""The people of the tests, and a browser window for each of them."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.windows import NewContext, Windows
from tests.cast import Cast, assemble
from tests.realtime.conftest import on_redis, own_redis, redis

__all__ = ["on_redis", "own_redis", "redis"]

#: How long a page may take to come, in milliseconds: two processes and a browser share a machine.
PATIENCE = 15_000

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def cast(site: str) -> Cast:
    """Everybody, on the running site."""
    return assemble()


@pytest.fixture
def opens(new_context: NewContext) -> NewContext:
    """Opens windows that wait long enough."""

    def open_one(**options: bool) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        return context

    return open_one


@pytest.fixture
def windows(cast: Cast, site: str, opens: NewContext) -> Windows:
    """A window for each person, opened when looked at."""
    return Windows(cast, site, opens)


@pytest.fixture(params=["keys", "no scripts"])
def any_windows(
    request: pytest.FixtureRequest, cast: Cast, site: str, opens: NewContext
) -> Windows:
    """Windows in which people use the keys alone, and such in which no scripts run."""
    way = request.param
    return Windows(cast, site, opens, javascript=way != "no scripts", by_keys=way == "keys")


@pytest.fixture
def plain_windows(cast: Cast, site: str, opens: NewContext) -> Windows:
    """The same in browsers that run no scripts."""
    return Windows(cast, site, opens, javascript=False)
