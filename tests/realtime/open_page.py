"""A page that somebody has open, doing what its script does (macfa/assets/js/live.js): it knows
the last number it has; a frame with a higher one has it fetch what is new and show it; without a
socket it asks from time to time, and connects again; whoever is signed out stops.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Event, Thread
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection

from tests.realtime.server import DROPPED, HEARTBEAT, Site

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

#: The script's minute of silence and seconds before it connects again, at the tests' heartbeat.
SILENCE, RETRY = 3 * HEARTBEAT, HEARTBEAT / 4
#: How long the slowest machine may take for two heartbeats.
PATIENCE = 60
SIGNED_OUT = {4401, 4403}
#: The line broke, or the server died in the middle of an answer.
LOST = (OSError, HTTPException)


class OpenPage:
    """The numbers of the rows it shows, and how many heartbeats it has heard and acted upon."""

    def __init__(self, site: Site, cookie: str) -> None:
        self.site = site
        self.cookie = cookie
        self.rows: list[int] = []
        self.beats = 0
        self.signed_out = False
        self._left = Event()
        self._socket: ClientConnection | None = None
        self._fetch_all()
        self._life = Thread(target=self._live, daemon=True)
        self._life.start()

    def leave(self) -> None:
        """Close the page."""
        self._left.set()
        if self._socket:
            self._socket.close()
        self._life.join(timeout=20)
        assert not self._life.is_alive()

    def _live(self) -> None:
        while not (self._left.is_set() or self.signed_out):
            self.signed_out = self._listen() in SIGNED_OUT
            if not (self._left.wait(RETRY) or self.signed_out):
                with suppress(*LOST):
                    self._fetch_all()

    def _listen(self) -> int:
        """Hear the socket to its end; the code that it ended with."""
        try:
            with self.site.open(self.cookie) as self._socket:
                while not self._left.is_set():
                    self._hear(json.loads(self._socket.recv(timeout=SILENCE)))
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else DROPPED
        except (*LOST, InvalidHandshake):
            pass
        return DROPPED

    def _hear(self, frame: dict[str, str | int]) -> None:
        with suppress(*LOST):
            if int(frame["seq"]) > self._have():
                self._fetch_all()
            self.beats += frame["type"] == "heartbeat"

    def _have(self) -> int:
        return max(self.rows, default=0)

    def _fetch_all(self) -> None:
        """Ask for what is new until nothing comes."""
        while not self.signed_out:
            status, page = self.site.get(f"/notifications/after/{self._have()}", self.cookie)
            if status == 403:
                self.signed_out = True
                return
            if status != 200:
                return
            fresh = [told["seq"] for told in json.loads(page)["notifications"]]
            if not fresh:
                return
            self.rows += fresh


@contextmanager
def open_pages(site: Site, cookie: str, number: int = 2) -> Iterator[list[OpenPage]]:
    """Pages of one person, for as long as the block lasts."""
    pages = [OpenPage(site, cookie) for _ in range(number)]
    try:
        yield pages
    finally:
        for page in pages:
            page.leave()


def let_it_be_quiet(pages: Collection[OpenPage]) -> None:
    """Wait for one whole heartbeat: the first that comes may have been read just before."""
    before = {page: page.beats for page in pages}
    deadline = time.monotonic() + PATIENCE
    while any(page.beats < beats + 2 for page, beats in before.items()):
        assert time.monotonic() < deadline, "a page hears no heartbeat"
        time.sleep(0.05)
