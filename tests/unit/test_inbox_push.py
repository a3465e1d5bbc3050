"""An outage of the channel layer is counted, skipped over, and never reaches the act."""

import asyncio
import socket
import time
from collections.abc import Iterator, Mapping

import pytest
from django.db import transaction
from pytest_django import Settings

from notifications import inbox, push
from tests.realtime.people import news, person
from tests.servers import free_port


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> push.Health:
    """The figures of this process, as if it had just started."""
    monkeypatch.setattr(push, "health", push.Health())
    return push.health


@pytest.fixture
def layer(settings: Settings) -> None:
    """A channel layer that takes whatever is said."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def redis_down(settings: Settings) -> None:
    """A channel layer whose Redis is not there."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{free_port()}/0"]},
        }
    }


@pytest.fixture
def frozen_redis(settings: Settings) -> Iterator[None]:
    """A channel layer whose Redis takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [f"redis://127.0.0.1:{port}/0"]},
            }
        }
        yield


def send(*newest: dict[int, int]) -> None:
    """Send hints one lot after the other, and wait until they are gone."""
    for each in newest:
        push.hints(each)
        assert push.outbox.settle()


def test_hints_that_go_out_are_counted_as_one_message_for_all(
    health: push.Health, layer: None
) -> None:
    send({1: 5, 2: 7}, {1: 6})
    assert (health.sent, health.failed, health.skipped, health.degraded) == (2, 0, 0, False)


def test_hints_that_fail_raise_nothing_and_the_next_are_skipped(
    health: push.Health, redis_down: None
) -> None:
    send({1: 5, 2: 7, 3: 1}, {1: 6})
    assert (health.sent, health.failed, health.skipped, health.degraded) == (0, 1, 1, True)


def test_in_an_outage_a_thousand_hints_cost_one_delay(
    health: push.Health, redis_down: None
) -> None:
    began = time.monotonic()
    send({0: 1}, *({number: 1} for number in range(1, 1000)))
    assert time.monotonic() - began < 4 * push.PATIENCE
    assert (health.failed, health.skipped) == (1, 999)


def test_nobody_waits_for_a_layer_that_does_not_answer(
    health: push.Health, frozen_redis: None
) -> None:
    began = time.monotonic()
    push.hint(1, 1)
    assert time.monotonic() - began < push.PATIENCE / 2
    assert push.outbox.settle()
    assert health.failed == 1


def test_of_many_hints_for_one_person_that_wait_only_the_newest_goes_out(
    health: push.Health, layer: None
) -> None:
    assert asyncio.run(_told_after(push.Outbox(), {1: 3}, {1: 5, 2: 1}, {1: 4})) == [{1: 5, 2: 1}]
    assert health.sent == 1


def test_open_pages_of_the_process_are_told_while_redis_is_away(
    health: push.Health, redis_down: None
) -> None:
    for number in range(1, 4):
        assert asyncio.run(_told_after(push.Outbox(), {1: number})) == [{1: number}]
    assert (health.failed, health.skipped) == (1, 2)


async def _told_after(box: push.Outbox, *lots: dict[int, int]) -> list[dict[int, int]]:
    """What pages are told when hints are put into an outbox whose loop has no time between."""
    told: list[dict[int, int]] = []

    async def tell(newest: Mapping[int, int]) -> None:
        told.append(dict(newest))

    box.live_at(asyncio.get_running_loop(), tell)
    for lot in lots:
        box.put(lot)
    assert await asyncio.to_thread(box.settle)
    return told


def test_after_a_pause_one_hint_is_tried_and_a_second_failure_pauses_longer(
    health: push.Health, redis_down: None
) -> None:
    send({1: 1})
    first_pause = health.pause
    health.paused_until = time.monotonic()
    assert health.may_try()
    assert not health.may_try()
    health.paused_until = time.monotonic()
    send({1: 2})
    assert health.failed == 2
    assert first_pause < health.pause <= push.LONGEST_PAUSE


def test_a_hint_that_goes_out_ends_the_outage(health: push.Health, layer: None) -> None:
    health.note_failure()
    health.paused_until = time.monotonic()
    send({1: 1})
    assert not health.degraded
    assert health.may_try()


def test_without_a_channel_layer_nothing_is_sent_and_nothing_fails(
    health: push.Health, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = {}
    send({1: 1})
    assert (health.sent, health.failed) == (0, 0)


def test_a_layer_that_cannot_be_loaded_is_a_failure_like_any_other(
    health: push.Health, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "no.such.Layer"}}
    send({1: 1}, {1: 2})
    assert (health.failed, health.skipped) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_an_act_succeeds_while_redis_is_down(health: push.Health, redis_down: None) -> None:
    ann = person()
    with transaction.atomic():
        inbox.tell_many([news(ann)])
    assert push.outbox.settle()
    assert health.failed == 1
    assert [told.seq for told in inbox.after(ann.pk, 0)] == [1]
