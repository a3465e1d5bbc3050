"""Two tabs of one person, in a real browser: a laptop sleeps, and Redis starts again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.line import Line
from tests.browser.windows import sign_in_quickly, unread
from tests.realtime.people import person
from tests.realtime.server import HEARTBEAT, running_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Page

    from tests.realtime.server import OwnRedis, Site

#: How long a tab may take to find that its line is dead, and to ask again, in milliseconds.
SLOWEST = 45_000


@pytest.fixture
def over_redis(redis: OwnRedis, on_redis: dict[str, str]) -> Iterator[Site]:
    """A site of its own, whose Redis may be taken away."""
    with running_site(on_redis) as site:
        yield site


def two_tabs(context: BrowserContext, site: str) -> tuple[Page, Page]:
    """Two tabs with their sockets open, whose clock can be moved."""
    tabs = context.new_page(), context.new_page()
    for tab in tabs:
        tab.clock.install()
        with tab.expect_websocket():
            tab.goto(f"{site}/notifications/")
    return tabs


def say(tabs: tuple[Page, Page], number: int) -> None:
    """Both tabs say and count so many notices, each once."""
    words = "1 new notification." if number == 1 else f"{number} new notifications."
    for tab in tabs:
        expect(tab.locator("#live-notice")).to_contain_text(words, timeout=SLOWEST)
        expect(unread(tab)).to_have_text(f"{number} unread")


@pytest.mark.slow
def test_after_a_sleep_and_a_redis_that_starts_again_both_tabs_show_what_a_reload_shows(
    over_redis: Site, redis: OwnRedis, new_context: Callable[..., BrowserContext]
) -> None:
    ann = person()
    line = Line(over_redis.url)
    with line.up():
        context = new_context()
        sign_in_quickly(context, ann, line.url)
        tabs = two_tabs(context, line.url)
        over_redis.act([(ann, 1)])
        say(tabs, 1)

        line.drop()
        over_redis.act([(ann, 2), (ann, 3)])
        time.sleep(3 * HEARTBEAT + 1)
        for tab in tabs:
            expect(unread(tab)).to_have_text("1 unread")
            tab.clock.fast_forward("01:30")
        say(tabs, 3)

        redis.kill()
        over_redis.act([(ann, 4)])
        say(tabs, 4)
        redis.start()
        over_redis.act([(ann, 5)])
        say(tabs, 5)

        for tab in tabs:
            tab.reload()
            expect(unread(tab)).to_have_text("5 unread")
            expect(tab.locator("#notifications > li")).to_have_count(5)
        context.close()
