"""The hub goes on hearing for a person who leaves one page and comes to the next."""

# mypy: allow-untyped-calls
# (channels carries no types of its own)

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer
from pytest_django import Settings

from notifications import push
from notifications.hub import Hub
from notifications.standing import SignIn

ANN = 7


@dataclass
class Page:
    """An open page that keeps what it is offered."""

    sign_in: SignIn
    heard: list[tuple[str, int]] = field(default_factory=list)

    def offer(self, kind: str, seq: int, unread: int | None = None) -> None:  # noqa: ARG002 - as the hub calls it
        self.heard.append((kind, seq))

    async def close(self, code: int) -> None:
        raise AssertionError(f"closed with {code}")


def a_page() -> Page:
    return Page(SignIn(ANN, "session", "fingerprint"))


@pytest.fixture
def slow_to_leave(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A layer that takes a moment to let go of a group, as one at the end of a network does."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    discard = InMemoryChannelLayer.group_discard

    async def slowly(self: InMemoryChannelLayer, group: str, channel: str) -> None:
        await asyncio.sleep(0.05)
        await discard(self, group, channel)

    monkeypatch.setattr(InMemoryChannelLayer, "group_discard", slowly)


async def test_a_page_that_comes_while_the_last_one_leaves_hears_hints(slow_to_leave: None) -> None:
    hub, old, new = Hub(), a_page(), a_page()
    await hub.join(old)
    leaving = asyncio.create_task(hub.leave(old))
    await asyncio.sleep(0.01)
    await hub.join(new)
    await leaving
    layer = get_channel_layer()
    assert layer
    await layer.group_send(push.group(ANN), {"type": "hint", "person": ANN, "seq": 1})
    await asyncio.sleep(0.05)
    await hub.leave(new)
    assert (old.heard, new.heard) == ([], [("hint", 1)])
