"""The hub tells the pages of its own process first hand, and those of others what it hears."""

# mypy: allow-untyped-calls
# (channels carries no types of its own)

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from channels.layers import get_channel_layer

from notifications import push
from notifications.hub import AT_A_TIME, Hub
from notifications.standing import SignIn

if TYPE_CHECKING:
    from pytest_django import Settings

ANN, BOB = 7, 8


@dataclass
class Page:
    """An open page that keeps what it is offered."""

    sign_in: SignIn
    heard: list[int] = field(default_factory=list)

    async def offer(self, seq: int, said: str) -> None:
        assert json.loads(said) == {"type": "hint", "seq": seq}
        self.heard.append(seq)

    async def close(self, code: int) -> None:
        raise AssertionError(f"closed with {code}")


class Broken(Page):
    """A page whose connection is in no state to be told anything."""

    async def offer(self, seq: int, said: str) -> None:
        await super().offer(seq, said)
        raise ConnectionResetError


@pytest.fixture(autouse=True)
def no_layer(settings: Settings) -> None:
    """One process, which nobody else speaks to."""
    settings.CHANNEL_LAYERS = {}


@pytest.fixture
def layer_in_memory(no_layer: None, settings: Settings) -> None:
    """A layer that carries what is said in this process to itself."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


def a_page(person: int = ANN) -> Page:
    return Page(SignIn(person, "session", "fingerprint"))


async def said(process: str, seq: int) -> None:
    """Let a process say over the layer that there is something new for Ann."""
    layer = get_channel_layer()
    assert layer
    message = {"type": "hints", "from": process, "newest": [[ANN, seq]]}
    await layer.group_send(push.GROUP, message)
    await asyncio.sleep(0.05)


async def test_every_page_of_a_person_is_told_and_nobody_elses() -> None:
    hub, pages, other = Hub(), [a_page() for _ in range(5)], a_page(BOB)
    for page in (*pages, other):
        await hub.join(page)
    await hub.tell({ANN: 3, 99: 1})
    for page in (*pages, other):
        hub.leave(page)
    assert [page.heard for page in (*pages, other)] == [[3]] * 5 + [[]]


async def test_a_page_that_cannot_be_told_keeps_no_other_from_hearing() -> None:
    hub, broken, page = Hub(), Broken(a_page().sign_in), a_page()
    for each in (broken, page):
        await hub.join(each)
    await hub.tell({ANN: 3})
    for each in (broken, page):
        hub.leave(each)
    assert broken.heard == page.heard == [3]


async def test_whoever_leaves_in_the_middle_of_it_takes_nothing_from_the_others() -> None:
    hub, pages = Hub(), [a_page(person) for person in range(3 * AT_A_TIME)]
    for page in pages:
        await hub.join(page)
    telling = asyncio.create_task(hub.tell(dict.fromkeys(range(3 * AT_A_TIME), 1)))
    await asyncio.sleep(0)
    hub.leave(pages[-1])
    await telling
    assert all(page.heard == [1] for page in pages[:-1])
    for page in pages:
        hub.leave(page)


async def test_a_page_hears_what_another_process_says(layer_in_memory: None) -> None:
    hub, page = Hub(), a_page()
    await hub.join(page)
    await asyncio.sleep(0.05)
    await said("another", 4)
    hub.leave(page)
    assert page.heard == [4]


async def test_what_a_process_says_itself_is_not_told_again(layer_in_memory: None) -> None:
    hub, page = Hub(), a_page()
    await hub.join(page)
    await asyncio.sleep(0.05)
    await said(push.PROCESS, 4)
    hub.leave(page)
    assert page.heard == []


async def test_a_page_hears_that_comes_when_all_others_have_gone(layer_in_memory: None) -> None:
    hub, old, new = Hub(), a_page(), a_page()
    await hub.join(old)
    hub.leave(old)
    hub.leave(old)
    await hub.join(new)
    await asyncio.sleep(0.05)
    await said("another", 1)
    hub.leave(new)
    assert (old.heard, new.heard) == ([], [1])


async def test_what_makes_no_sense_is_passed_over(layer_in_memory: None) -> None:
    hub, page = Hub(), a_page()
    await hub.join(page)
    await asyncio.sleep(0.05)
    layer = get_channel_layer()
    assert layer
    await layer.group_send(push.GROUP, {"type": "hints", "of": "another site"})
    await said("another", 2)
    await asyncio.sleep(1.1)
    hub.leave(page)
    assert page.heard == [2]
