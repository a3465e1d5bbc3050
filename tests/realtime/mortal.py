"""A site whose process a test may kill; it starts again at the same address."""

import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.realtime.server import OURS, Site
from tests.servers import site_process


@dataclass(frozen=True)
class MortalSite(Site):
    """While nothing runs there the address still takes connections, and lets them wait."""

    kill: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def mortal_site(environment: Mapping[str, str]) -> Iterator[MortalSite]:
    """The site with the addresses for acting, for tests that kill it."""
    with (
        TemporaryDirectory(prefix="macfa-site-") as name,
        socket.create_server(("127.0.0.1", 0)) as listening,
        ExitStack() as life,
    ):
        own = {**OURS, **environment}

        def start() -> None:
            life.enter_context(site_process(listening, own, Path(name), signal.SIGKILL))

        start()
        port = listening.getsockname()[1]
        yield MortalSite(f"http://127.0.0.1:{port}", kill=life.close, start=start)
