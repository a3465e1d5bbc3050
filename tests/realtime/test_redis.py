"""Over Redis: every process hears every other, and an outage of it is only a delay."""

import time

import pytest

from tests.realtime.people import news, person, tell
from tests.realtime.server import HEARTBEAT, OwnRedis, Site, sign_in

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
A_MOMENT = 1.1


def test_an_act_in_another_process_is_hinted_at_once(shared: Site) -> None:
    ann = person()
    with shared.tab(sign_in(ann)) as tab:
        time.sleep(A_MOMENT)
        tell(news(ann))
        assert tab.next(within=1) == {"type": "hint", "seq": 1}


def test_an_act_in_the_pages_own_process_is_hinted_once(shared: Site) -> None:
    ann = person()
    with shared.tab(sign_in(ann)) as tab:
        time.sleep(A_MOMENT)
        shared.act([(ann, 1)])
        frames = [tab.next(within=1), tab.next()]
    assert [frame["type"] for frame in frames] == ["hint", "heartbeat"]


def test_without_redis_acts_succeed_quickly_and_heartbeats_bring_the_news_of_others(
    shared: Site, own_redis: OwnRedis
) -> None:
    ann = person()
    with shared.tab(sign_in(ann)) as tab:
        own_redis.kill()
        began = time.monotonic()
        for number in range(20):
            tell(news(ann, number))
        assert time.monotonic() - began < 3
        assert tab.until(20)[-1] == {"type": "heartbeat", "seq": 20, "unread": 20}


def test_without_redis_the_pages_own_process_tells_them_at_once(
    shared: Site, own_redis: OwnRedis
) -> None:
    ann = person()
    with shared.tab(sign_in(ann)) as tab:
        own_redis.kill()
        time.sleep(A_MOMENT)
        shared.act([(ann, 0)])
        assert tab.next(within=1)["seq"] == 1
        assert shared.act([(ann, 1)])["failed"] >= 1
        assert tab.until(2)[-1]["seq"] == 2


def test_a_page_that_opens_without_redis_lives_on_heartbeats_and_hears_when_it_is_back(
    shared: Site, own_redis: OwnRedis
) -> None:
    ann = person()
    own_redis.kill()
    with shared.tab(sign_in(ann)) as tab:
        assert tab.next()["type"] == "heartbeat"
        own_redis.start()
        assert tab.hears("hint", lambda number: tell(news(ann, number)), within=20)


def test_pages_hear_again_once_redis_is_back(shared: Site, own_redis: OwnRedis) -> None:
    ann = person()
    with shared.tab(sign_in(ann)) as tab:
        own_redis.kill()
        tell(news(ann, 0))
        own_redis.start()
        assert tab.hears("hint", lambda number: tell(news(ann, number)), within=30)


def test_a_frozen_redis_delays_no_act(shared: Site, own_redis: OwnRedis) -> None:
    ann = person()
    with shared.tab(sign_in(ann)) as tab, own_redis.frozen():
        began = time.monotonic()
        for number in range(10):
            shared.act([(ann, number)])
        assert time.monotonic() - began < 2
        assert tab.until(10)[-1]["seq"] == 10
        with shared.tab(sign_in(ann)) as late:
            assert late.next(within=2 * HEARTBEAT)["seq"] == 10
