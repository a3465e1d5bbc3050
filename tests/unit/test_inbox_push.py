"""An outage of the channel layer is counted, skipped over, and never reaches the act."""

import time

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
def redis_down(settings: Settings) -> None:
    """A channel layer whose Redis is not there."""
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{free_port()}/0"]},
        }
    }


def test_hints_that_go_out_are_counted(health: push.Health) -> None:
    push.hints({1: 5, 2: 7})
    push.hint(1, 6)
    assert (health.sent, health.failed, health.skipped, health.degraded) == (3, 0, 0, False)


def test_a_hint_that_fails_raises_nothing_and_the_rest_are_skipped(
    health: push.Health, redis_down: None
) -> None:
    push.hints({1: 5, 2: 7, 3: 1})
    push.hint(1, 6)
    assert (health.sent, health.failed, health.skipped, health.degraded) == (0, 1, 3, True)


def test_in_an_outage_a_thousand_hints_cost_one_delay(
    health: push.Health, redis_down: None
) -> None:
    began = time.monotonic()
    for number in range(1000):
        push.hint(number, 1)
    assert time.monotonic() - began < 2 * push.PATIENCE
    assert (health.failed, health.skipped) == (1, 999)


def test_after_a_pause_one_hint_is_tried_and_a_second_failure_pauses_longer(
    health: push.Health, redis_down: None
) -> None:
    push.hint(1, 1)
    first_pause = health.pause
    health.paused_until = time.monotonic()
    assert health.may_try()
    assert not health.may_try()
    health.paused_until = time.monotonic()
    push.hint(1, 2)
    assert health.failed == 2
    assert first_pause < health.pause <= push.LONGEST_PAUSE


def test_a_hint_that_goes_out_ends_the_outage(health: push.Health) -> None:
    health.note_failure()
    health.paused_until = time.monotonic()
    push.hint(1, 1)
    assert not health.degraded
    assert health.may_try()


def test_without_a_channel_layer_nothing_is_sent_and_nothing_fails(
    health: push.Health, settings: Settings
) -> None:
    settings.CHANNEL_LAYERS = {}
    push.hint(1, 1)
    assert (health.sent, health.failed) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_an_act_succeeds_while_redis_is_down(health: push.Health, redis_down: None) -> None:
    ann = person()
    with transaction.atomic():
        inbox.tell_many([news(ann)])
    assert health.failed == 1
    assert [told.seq for told in inbox.after(ann.pk, 0)] == [1]
