"""The least that carries a hint over Redis to a socket: redis-py's pub/sub and a bare WebSocket
server. No session, no database, no limits: `python -m tests.bench.bare <socket> <redis address>`.

Whoever connects to `/7` hears what is published to `bare.7`.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from websockets.asyncio.server import serve

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

GREETING = '{"type": "heartbeat", "seq": 0}'
there: dict[str, list[ServerConnection]] = defaultdict(list)


async def welcome(page: ServerConnection) -> None:
    """Greet, and keep open until the page goes."""
    assert page.request
    there[page.request.path.strip("/")].append(page)
    await page.send(GREETING)
    await page.wait_closed()


async def pass_on(redis: Redis) -> None:
    """Send on what is published."""
    async with redis.pubsub() as heard:
        await heard.psubscribe("bare.*")
        async for message in heard.listen():
            if message["type"] == "pmessage":
                person = message["channel"].decode().partition(".")[2]
                for page in there[person]:
                    await page.send(message["data"].decode())


async def main(number: str, redis_url: str) -> None:
    """Serve at a socket that is ours already."""
    listening = socket.socket(fileno=int(number))
    async with serve(welcome, sock=listening), Redis.from_url(redis_url) as redis:
        await pass_on(redis)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
