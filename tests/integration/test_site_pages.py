"""The pages that belong to no room, and what every page answers to HEAD."""

import socket
import time

import pytest
from django.test import Client
from pytest_django import Settings

from macfa import pages
from notifications import pulse, push
from notifications.pulse import Pulse
from tests.cast import Cast
from tests.integration.sampling import browser
from tests.servers import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been asked of Redis yet, and no hint has been lost."""
    monkeypatch.setattr(pages, "pulse", Pulse())
    monkeypatch.setattr(push, "health", push.Health())


def ready(client: Client) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["status"]


def test_without_redis_in_the_settings_the_site_is_ready(
    client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = ""
    assert ready(client) == (200, "ok")


@pytest.mark.postgres
def test_with_redis_the_site_is_ready(client: Client, redis_url: str) -> None:
    assert ready(client) == (200, "ok")


def test_while_redis_is_down_the_site_is_degraded_before_any_hint_is_lost(
    client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert ready(client) == (200, "degraded")


def test_a_redis_that_hangs_is_asked_for_a_moment_and_seldom(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def ask(url: str) -> bool:
        asked.append(url)
        return really(url)

    really = pulse._answers
    monkeypatch.setattr(pulse, "_answers", ask)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert {ready(client) for _ in range(5)} == {(200, "degraded")}
    assert len(asked) == 1
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "address",
    ["/", "/tasks/", "/tasks/team/", "/audits/", "/notifications/", "/notifications/after/0"],
)
def test_every_page_that_can_be_read_answers_to_head(cast: Cast, address: str) -> None:
    client = browser(cast, "coordinator")
    assert client.head(address).status_code == client.get(address).status_code == 200
