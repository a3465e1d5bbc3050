"""Clients by the thousand, each with a socket open, which note when they hear of news."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_ONCE = 40
PATIENCE = 60


@dataclass
class Client:
    """One socket, and the moments at which it heard of something new, be it by a heartbeat."""

    socket: ClientConnection
    seq: int
    heard: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    async def listen(self) -> None:
        """Hear until the socket is closed."""
        with suppress(ConnectionClosed):
            async for frame in self.socket:
                before, self.seq = self.seq, json.loads(frame)["seq"]
                if before < self.seq:
                    self.heard.put_nowait(time.monotonic())


@dataclass
class Crowd:
    """The clients there are. They can become more."""

    clients: list[Client] = field(default_factory=list)
    _listening: list[asyncio.Task[None]] = field(default_factory=list)

    async def grow(self, arrivals: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Connect to each of these addresses with these headers, so many at once."""
        for start in range(0, len(arrivals), AT_ONCE):
            some = arrivals[start : start + AT_ONCE]
            for client in await asyncio.gather(*(self._arrive(*each) for each in some)):
                self._keep(client)

    async def add(self, address: str, headers: Mapping[str, str]) -> None:
        """Connect one more, which has heard where it stands."""
        self._keep(await self._arrive(address, headers))

    def _keep(self, client: Client) -> None:
        self.clients.append(client)
        self._listening.append(asyncio.create_task(client.listen()))

    async def _arrive(self, address: str, headers: Mapping[str, str]) -> Client:
        socket = await connect(
            address, additional_headers=headers, open_timeout=PATIENCE, ping_interval=None
        )
        greeting = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
        return Client(socket, greeting["seq"])

    async def hear(self, since: float, number: int) -> list[float]:
        """Milliseconds until each of the first so many has heard."""
        async with asyncio.timeout(PATIENCE):
            moments = [await each.heard.get() for each in self.clients[:number]]
        return [(moment - since) * 1000 for moment in moments]

    async def leave(self) -> None:
        """Close all sockets."""
        await asyncio.gather(*(each.socket.close() for each in self.clients))
        await asyncio.gather(*self._listening)
