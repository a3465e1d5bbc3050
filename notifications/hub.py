"""Who has a page open on this process, and the two loops that serve all of them together.

One loop listens for hints, on a single channel that joins the group of each person present;
the other beats. So a socket costs no task and no subscription of its own, one that opens while
Redis is down works all the same, and a heartbeat costs the same four statements for a
thousand pages as for one.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings

from notifications import push, standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channels.layers import BaseChannelLayer

    from notifications.standing import SignIn

logger = logging.getLogger(__name__)

MOST_PAGES = 10
SIGNED_OUT, TOO_MANY_PAGES = 4401, 4408


class Page(Protocol):
    """An open page, as the hub sees it."""

    sign_in: SignIn

    def offer(self, kind: str, seq: int, unread: int | None = None) -> None: ...

    async def close(self, code: int) -> None: ...


class Hub:
    """The open pages of one process, by person, oldest first."""

    def __init__(self) -> None:
        self._pages: dict[int, list[Page]] = {}
        self._channel: str | None = None
        self._opening = asyncio.Lock()
        self._deaf = False
        self._listening: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    def pages(self) -> list[Page]:
        return [page for pages in self._pages.values() for page in pages]

    async def join(self, page: Page) -> None:
        """Let a page hear what its person is told. Somebody's eleventh page closes their first."""
        person = page.sign_in.person
        pages = self._pages.setdefault(person, [])
        pages.append(page)
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        if len(pages) > MOST_PAGES:
            await _close(pages.pop(0), TOO_MANY_PAGES)
        if not self._deaf:
            await self._subscribe([person])

    async def leave(self, page: Page) -> None:
        """Forget a page. Harmless for one that is forgotten already."""
        person = page.sign_in.person
        pages = self._pages.get(person, [])
        if page in pages:
            pages.remove(page)
        if not pages and self._pages.pop(person, None) is not None:
            await self._unsubscribe(person)
            if person in self._pages:  # Their next page came while this one's group was left.
                await self._subscribe([person])
        if not self._pages:
            self._rest()

    def _rest(self) -> None:
        """Nobody is here: stop both loops until somebody comes."""
        for task in (self._listening, self._beating):
            if task is not None:
                task.cancel()
        self._listening = self._beating = self._channel = None
        self._deaf = False

    # --- hints ---------------------------------------------------------------------------

    async def _subscribe(self, people: Iterable[int]) -> None:
        """Join the groups of these people. Where that fails, heartbeats do until it succeeds."""
        layer = get_channel_layer()
        if layer is None:
            return
        try:
            channel = await self._own_channel(layer)
            for person in people:
                async with asyncio.timeout(push.PATIENCE):
                    await layer.group_add(push.group(person), channel)
            self._deaf = False
        except Exception as problem:  # noqa: BLE001 - no outage of the layer may close a page
            self._deaf = True
            logger.warning("Live hints cannot be heard (%s); heartbeats go on.", repr(problem))

    async def _own_channel(self, layer: BaseChannelLayer) -> str:
        """The channel on which this process hears; made, and listened to, at the first page."""
        async with self._opening:
            if self._channel is None:
                async with asyncio.timeout(push.PATIENCE):
                    self._channel = await layer.new_channel()
                self._listening = asyncio.create_task(self._listen(layer, self._channel))
            return self._channel

    async def _unsubscribe(self, person: int) -> None:
        layer = get_channel_layer()
        if layer is None or self._channel is None:
            return
        with suppress(Exception):
            async with asyncio.timeout(push.PATIENCE):
                await layer.group_discard(push.group(person), self._channel)

    async def _listen(self, layer: BaseChannelLayer, channel: str) -> None:
        """Pass each hint on to the pages of its person."""
        while True:
            try:
                message = await layer.receive(channel)
            except Exception as problem:  # noqa: BLE001 - go on listening after any outage
                logger.warning("Live hints were lost (%s); heartbeats heal.", repr(problem))
                await asyncio.sleep(1)
                continue
            for page in self._pages.get(message["person"], ()):
                page.offer("hint", message["seq"])

    # --- heartbeats ----------------------------------------------------------------------

    async def _beat(self) -> None:
        """From time to time say to every page where its person stands, or close it."""
        while True:
            await asyncio.sleep(settings.NOTIFICATIONS_HEARTBEAT_SECONDS)
            try:
                await self.beat_once()
            except Exception:
                logger.exception("A heartbeat failed; the next one will be tried.")

    async def beat_once(self) -> None:
        """One heartbeat: four statements, however many pages are open."""
        await self._subscribe(list(self._pages))
        pages = self.pages()
        now = await standing.aread([page.sign_in for page in pages])
        for page in pages:
            person = page.sign_in.person
            if now.admits(page.sign_in):
                page.offer("heartbeat", now.last_seq(person), now.unread(person))
            else:
                await _close(page, SIGNED_OUT)
            await asyncio.sleep(0)  # a thousand heartbeats must not keep a page waiting


async def _close(page: Page, code: int) -> None:
    """End a connection; the page leaves by itself once it has ended."""
    with suppress(Exception):
        await page.close(code)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this process (of the event loop that runs here, to be exact)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        push.outbox.live_at(loop)
    return _hubs[loop]
