"""One open page's end of the live connection. It says "something new, up to number n" and, with
every heartbeat, how much is unread. The page then asks for what is new as for any other page."""

# mypy: allow-untyped-calls
# (channels carries no types of its own)

from __future__ import annotations

import asyncio
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from notifications import standing
from notifications.hub import SIGNED_OUT, frame, hub
from notifications.standing import SignIn

#: At most one frame in so many seconds, and no message from a page longer than so many bytes.
INTERVAL, LONGEST_MESSAGE = 1.0, 4096
TOO_LONG, NO_SUCH_ADDRESS = 1009, 4404


class NoticeConsumer(AsyncWebsocketConsumer):
    """The socket of one open page of a person who is signed in.

    It has no channel of its own (`channel_layer_alias` names none): the hub hears for all.
    """

    channel_layer_alias = "none"
    sign_in: SignIn
    _joined = False
    _waiting: tuple[int, str] | None = None
    _free_at = 0.0
    _sending: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket to its end; whatever ends it, the hub forgets it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._joined:
                hub().leave(self)
            if self._sending:
                self._sending.cancel()

    async def connect(self) -> None:
        """Accept, so that a page can be told why when it is refused, and say where it stands."""
        await self.accept()
        user, session = self.scope["user"], self.scope["session"]
        if not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.sign_in = SignIn(user.pk, session.session_key, user.get_session_auth_hash())
        self._joined = True
        await hub().join(self)
        seq, unread = await database_sync_to_async(standing.of_one)(user.pk)
        await self.offer(seq, frame("heartbeat", seq, unread))

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any
    ) -> None:
        """Pages have nothing to say here; what they send is dropped, unread."""
        if len(bytes_data or (text_data or "").encode()) > LONGEST_MESSAGE:
            await self.close(TOO_LONG)

    async def offer(self, seq: int, said: str) -> None:
        """Send this at once or, within a second of the last frame, the newest when that is over."""
        wait = self._free_at - time.monotonic()
        if self._waiting is not None:
            if seq >= self._waiting[0]:
                self._waiting = seq, said
        elif wait <= 0:
            await self._send(said)
        else:
            self._waiting = seq, said
            self._sending = asyncio.create_task(self._send_in_turn(wait))

    async def _send_in_turn(self, wait: float) -> None:
        await asyncio.sleep(wait)
        assert self._waiting is not None
        (_, said), self._waiting = self._waiting, None
        await self._send(said)

    async def _send(self, said: str) -> None:
        self._free_at = time.monotonic() + INTERVAL
        await self.send(text_data=said)


class NoSuchAddress(AsyncWebsocketConsumer):
    """Whoever asks for a live connection where there is none is told so, and it is closed."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        """Accept, so that it can be said why, and close."""
        await self.accept()
        await self.close(NO_SUCH_ADDRESS)
