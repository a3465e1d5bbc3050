"""One open page's end of the live connection. It says "something new, up to number n" and, with
every heartbeat, how much is unread. The page then asks for what is new as for any other page."""

# mypy: allow-untyped-calls
# (channels carries no types of its own)

from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer

from notifications import standing
from notifications.hub import SIGNED_OUT, hub
from notifications.standing import SignIn

#: At most one frame in so many seconds, and no message from a page longer than so many bytes.
INTERVAL, LONGEST_MESSAGE = 1.0, 4096
TOO_LONG, NO_SUCH_ADDRESS = 1009, 4404


class NoticeConsumer(AsyncJsonWebsocketConsumer):
    """The socket of one open page of a person who is signed in.

    It has no channel of its own (`channel_layer_alias` names none): the hub hears for all.
    """

    channel_layer_alias = "none"
    sign_in: SignIn
    _joined = False
    _waiting: dict[str, str | int] | None = None
    _free_at = 0.0
    _sending: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket to its end; whatever ends it, the hub forgets it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._joined:
                await hub().leave(self)
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
        self.offer("heartbeat", *await database_sync_to_async(standing.of_one)(user.pk))

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any
    ) -> None:
        """Pages have nothing to say here; what they send is dropped, unread."""
        if len(bytes_data or (text_data or "").encode()) > LONGEST_MESSAGE:
            await self.close(TOO_LONG)

    def offer(self, kind: str, seq: int, unread: int | None = None) -> None:
        """Send this at once or, within a second of the last frame, the newest when that is over.

        How much is unread is said only with the newest number, of which it was counted.
        """
        frame: dict[str, str | int] = {"type": kind, "seq": seq}
        if unread is not None:
            frame["unread"] = unread
        if self._waiting is None:
            self._waiting = frame
            self._sending = asyncio.create_task(self._send_in_turn())
        elif seq >= int(self._waiting["seq"]):
            self._waiting = frame

    async def _send_in_turn(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._free_at - loop.time()))
        self._free_at = loop.time() + INTERVAL
        frame, self._waiting = self._waiting, None
        await self.send_json(frame)


class NoSuchAddress(AsyncWebsocketConsumer):
    """Whoever asks for a live connection where there is none is told so, and it is closed."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        """Accept, so that it can be said why, and close."""
        await self.accept()
        await self.close(NO_SUCH_ADDRESS)
