"""Sockets by the hundred and by the thousand, and one that says far too much."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from notifications.hub import MOST_PAGES, TOO_MANY_PAGES
from tests.realtime.open_page import let_it_be_quiet, open_pages
from tests.realtime.people import person
from tests.realtime.server import DROPPED, Site, closing_code, running_site, sign_in

if TYPE_CHECKING:
    from macfa.people.models import User
    from tests.realtime.server import OwnRedis

pytestmark = [pytest.mark.realtime, pytest.mark.slow]
#: Connections of one person, and how many of them are made at once.
CONNECTIONS = 10_000 if os.environ.get("FAULTS") == "full" else 200
AT_ONCE = 50
#: Idle pages of twenty people, and for how long nobody says anything.
IDLE, SECONDS = 200, 20


async def arrive(site: Site, cookie: str) -> ClientConnection:
    """Connect as a browser does, which sends no pings, and hear the greeting or why it ends."""
    address = site.url.replace("http", "ws", 1) + "/ws/notifications/"
    headers = {"Cookie": cookie, "Origin": site.url}
    socket = await connect(
        address,
        additional_headers=headers,
        open_timeout=60,
        close_timeout=2,
        ping_interval=None,
        proxy=None,
    )
    with contextlib.suppress(ConnectionClosed):
        assert json.loads(await asyncio.wait_for(socket.recv(), 60))["type"] == "heartbeat"
    return socket


async def crowd(site: Site, cookies: list[str]) -> list[ClientConnection]:
    """Connect with each of these sessions, so many at once."""
    there: list[ClientConnection] = []
    for start in range(0, len(cookies), AT_ONCE):
        some = cookies[start : start + AT_ONCE]
        there += await asyncio.gather(*(arrive(site, cookie) for cookie in some))
    return there


async def code_of(socket: ClientConnection, within: float) -> int | None:
    """The code with which the server ends a connection, or None where it is open still."""
    try:
        async with asyncio.timeout(within):
            while True:
                await socket.recv()
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else DROPPED
    except TimeoutError:
        return None


async def close(sockets: list[ClientConnection]) -> None:
    """Close all of them."""
    await asyncio.gather(*(socket.close() for socket in sockets))


def test_of_thousands_of_connections_of_one_person_the_last_ten_stay(alone: Site) -> None:
    ann, bob = person("Ann"), person("Bob")
    cookie = sign_in(ann)

    async def play() -> list[int | None]:
        sockets = await crowd(alone, [cookie] * CONNECTIONS)
        codes = await asyncio.gather(*(code_of(socket, 5) for socket in sockets))
        await close(sockets)
        return list(codes)

    with open_pages(alone, sign_in(bob), 1) as [other]:
        codes = asyncio.run(play())
        assert codes.count(None) == MOST_PAGES
        assert codes.count(TOO_MANY_PAGES) == CONNECTIONS - MOST_PAGES
        assert alone.get("/healthz")[0] == 200
        alone.act([(bob, 1)])
        let_it_be_quiet([other])
        assert other.rows == [1]


def test_a_mebibyte_ends_its_own_connection_and_no_other(alone: Site) -> None:
    ann, bob = person("Ann"), person("Bob")
    with alone.tab(sign_in(ann)) as tab, alone.tab(sign_in(bob)) as other:
        with contextlib.suppress(ConnectionClosed, OSError):
            tab.socket.send("x" * 1024**2)
        assert closing_code(tab.socket) in {1009, DROPPED}
        alone.act([(bob, 1)])
        assert other.until(1)
    assert alone.get("/healthz")[0] == 200


@pytest.mark.postgres
def test_two_hundred_idle_pages_stay_and_hear_at_once_after_twenty_seconds(
    redis: OwnRedis, on_redis: dict[str, str]
) -> None:
    people = [person(f"P{number}") for number in range(IDLE // MOST_PAGES)]
    cookies = [sign_in(each) for each in people for _ in range(MOST_PAGES)]
    with running_site({**on_redis, "NOTIFICATIONS_HEARTBEAT_SECONDS": "120"}) as site:
        assert asyncio.run(idle_then_hear(site, people, cookies)) == [
            {"type": "hint", "seq": 1}
        ] * len(cookies)


async def idle_then_hear(
    site: Site, people: list[User], cookies: list[str]
) -> list[dict[str, object]]:
    """The one frame that each page hears when, after a long time, its person is told something."""
    sockets = await crowd(site, cookies)
    await asyncio.sleep(SECONDS)
    assert await asyncio.gather(*(code_of(socket, 0.1) for socket in sockets)) == [None] * IDLE
    hearing = [asyncio.create_task(socket.recv()) for socket in sockets]
    await asyncio.to_thread(site.act, [(each, 1) for each in people])
    async with asyncio.timeout(20):
        frames = [json.loads(frame) for frame in await asyncio.gather(*hearing)]
    await close(sockets)
    return frames
