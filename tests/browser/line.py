"""A line between a browser and a site, which may go dead without either end being told."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Coroutine, Iterator

Result = TypeVar("Result")


@dataclass(eq=False)
class Call:
    """One connection. On a dead one nothing arrives any more, and nobody hangs up."""

    ends: list[StreamWriter] = field(default_factory=list)
    dead: bool = False

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Pass on what comes, to its end."""
        with suppress(OSError):
            while data := await reader.read(65536):
                if not self.dead:
                    writer.write(data)
                    await writer.drain()
        if not self.dead:
            writer.close()


class Line:
    """Takes connections at `url` and passes them on, but for those that were there at a `drop`."""

    def __init__(self, site: str) -> None:
        self._site = urlsplit(site)
        self._calls: list[Call] = []
        self._loop = asyncio.new_event_loop()
        self.url = ""

    def drop(self) -> None:
        """Every connection there is goes dead; new ones work."""
        for call in self._calls:
            call.dead = True

    @contextmanager
    def up(self) -> Iterator[None]:
        """For as long as the block lasts."""
        life = Thread(target=self._loop.run_forever)
        life.start()
        server = self._do(asyncio.start_server(self._take, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            self._do(self._end(server))
            self._loop.call_soon_threadsafe(self._loop.stop)
            life.join()
            self._loop.close()

    def _do(self, what: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)

    async def _take(self, reader: StreamReader, writer: StreamWriter) -> None:
        call = Call()
        self._calls.append(call)
        there, back = await asyncio.open_connection(self._site.hostname, self._site.port)
        call.ends += [writer, back]
        await asyncio.gather(call.carry(reader, back), call.carry(there, writer))

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        for call in self._calls:
            for end in call.ends:
                end.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
