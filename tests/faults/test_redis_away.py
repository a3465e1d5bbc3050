"""Redis forgets, hangs up, freezes or dies: every act and page answers, one push in a while is
tried, and afterwards each open page shows each notice once and hears live again."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from notifications import inbox, push
from tests.realtime.open_page import let_it_be_quiet, open_pages
from tests.realtime.people import news, person, tell
from tests.realtime.server import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.realtime.server import OwnRedis, Site

    Fault = Callable[[OwnRedis], AbstractContextManager[None]]

pytestmark = [pytest.mark.postgres, pytest.mark.realtime, pytest.mark.slow]
FREEZE = 30.0 if os.environ.get("FAULTS") == "full" else 3.0
ACTS = 20


@contextmanager
def flushed(redis: OwnRedis) -> Iterator[None]:
    """It forgets what it stored."""
    redis.flush()
    yield


@contextmanager
def cut_off(redis: OwnRedis) -> Iterator[None]:
    """It hangs up on everybody, and takes new connections."""
    redis.cut()
    yield


@contextmanager
def frozen(redis: OwnRedis) -> Iterator[None]:
    """It says nothing for half a minute, and then what it has to say."""
    ends = time.monotonic() + FREEZE
    with redis.frozen():
        yield
        time.sleep(max(0.0, ends - time.monotonic()))


@contextmanager
def killed(redis: OwnRedis) -> Iterator[None]:
    """It is gone, and another is there afterwards."""
    redis.kill()
    yield
    redis.start()


@pytest.mark.parametrize("fault", [flushed, cut_off, frozen, killed])
def test_acts_answer_and_every_page_shows_each_notice_once(
    shared: Site, redis: OwnRedis, fault: Fault
) -> None:
    ann = person()
    cookie = sign_in(ann)
    with open_pages(shared, cookie) as pages:
        tried = shared.act([])["failed"]
        began = time.monotonic()
        with fault(redis):
            for number in range(ACTS):
                if number % 2:
                    tell(news(ann, number))
                else:
                    shared.act([(ann, number)])
                assert shared.get("/", cookie)[0] == 200
            failed = shared.act([])["failed"] - tried
            assert failed <= 1 + (time.monotonic() - began) / push.PAUSE
            assert shared.get("/healthz")[0] == 200
        shared.act([(ann, ACTS)])
        let_it_be_quiet(pages)
        assert [page.rows for page in pages] == [list(range(1, ACTS + 2))] * 2
    assert inbox.faults() == []
    with shared.tab(cookie) as tab:
        assert tab.hears("hint", lambda number: tell(news(ann, number)), within=60)
