"""Who has a page open on this process, and the two loops that serve all of them together.

One loop listens for what the other processes say; the other beats. So a socket costs no task and
no subscription of its own, one that opens while Redis is down works all the same, and a heartbeat
costs the same four statements for a thousand pages as for one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings

from notifications import push, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.layers import BaseChannelLayer

    from notifications.standing import SignIn

logger = logging.getLogger(__name__)

MOST_PAGES = 10
#: After so many pages the loop turns to whatever else there is, their sockets above all.
AT_A_TIME = 20
SIGNED_OUT, TOO_MANY_PAGES = 4401, 4408


class Page(Protocol):
    """An open page, as the hub sees it."""

    sign_in: SignIn

    async def offer(self, seq: int, said: str) -> None: ...

    async def close(self, code: int) -> None: ...


def frame(kind: str, seq: int, unread: int | None = None) -> str:
    """What goes over a socket: the newest number and, with a heartbeat, how much is unread."""
    return json.dumps({"type": kind, "seq": seq} | ({} if unread is None else {"unread": unread}))


class Hub:
    """The open pages of one process, by person, oldest first."""

    def __init__(self) -> None:
        self._pages: dict[int, list[Page]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    def pages(self) -> list[Page]:
        return [page for pages in self._pages.values() for page in pages]

    async def join(self, page: Page) -> None:
        """Let a page hear what its person is told. Somebody's eleventh page closes their first."""
        pages = self._pages.setdefault(page.sign_in.person, [])
        pages.append(page)
        layer = get_channel_layer()
        if self._listening is None and layer is not None:
            self._listening = asyncio.create_task(self._listen(layer))
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        if len(pages) > MOST_PAGES:
            await _close(pages.pop(0), TOO_MANY_PAGES)

    def leave(self, page: Page) -> None:
        """Forget a page. Harmless for one that is forgotten already."""
        person = page.sign_in.person
        pages = self._pages.get(person, [])
        if page in pages:
            pages.remove(page)
        if not pages:
            self._pages.pop(person, None)
        if not self._pages and self._beating is not None:
            self._beating.cancel()
            self._beating = None

    # --- hints ---------------------------------------------------------------------------

    async def tell(self, newest: Mapping[int, int]) -> None:
        """Give the pages of each of these people the number of their newest message."""
        told: list[tuple[Page, int, str]] = []
        for who, seq in newest.items():
            if pages := self._pages.get(who):
                said = frame("hint", seq)
                told += [(page, seq, said) for page in pages]
        for number, one in enumerate(told, start=1):
            await _offer(*one)
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)

    async def _listen(self, layer: BaseChannelLayer) -> None:
        """Pass on what other processes say, from the first page of this one to its end."""
        channel = ""
        while True:
            try:
                channel = channel or await _listens(layer)
                message = await layer.receive(channel)
                if message["from"] != push.PROCESS:
                    await self.tell(dict(message["newest"]))
            except Exception as problem:  # noqa: BLE001 - no outage of the layer may end this
                logger.warning("Live hints cannot be heard (%s); heartbeats go on.", repr(problem))
                await asyncio.sleep(1 if channel else settings.NOTIFICATIONS_HEARTBEAT_SECONDS)

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
        pages = self.pages()
        now = await standing.aread([page.sign_in for page in pages])
        for page in pages:
            person = page.sign_in.person
            if now.admits(page.sign_in):
                seq = now.last_seq(person)
                await _offer(page, seq, frame("heartbeat", seq, now.unread(person)))
            else:
                await _close(page, SIGNED_OUT)
            await asyncio.sleep(0)  # a thousand heartbeats must not keep a page waiting


async def _listens(layer: BaseChannelLayer) -> str:
    """The channel on which this process hears the others."""
    channel: str = await layer.new_channel()
    await layer.group_add(push.GROUP, channel)
    return channel


async def _offer(page: Page, seq: int, said: str) -> None:
    """Tell one page something; whatever its connection makes of it, the next page is told too."""
    try:
        await page.offer(seq, said)
    except Exception as problem:  # noqa: BLE001 - the page hears again at its next heartbeat
        logger.warning("An open page could not be told (%s).", repr(problem))


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
        push.outbox.live_at(loop, _hubs[loop].tell)
    return _hubs[loop]
