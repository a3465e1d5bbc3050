"""What every test may ask for, and the rule that a skip is a failure where `CI` is true."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.cast import Cast, assemble
from tests.servers import find_chromium, site_server

CI = os.environ.get("CI") == "true"
ON_SQLITE = connection.vendor == "sqlite"
MARKED_BY_FOLDER = {"browser", "realtime"}

# Without a deadline, since a first example may wait for a server; the same examples each time
# in CI, so that a landing never depends on chance.
hypothesis_settings.register_profile("tests", deadline=None, derandomize=CI)
hypothesis_settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and skip what needs a server that this run has not.

    Browser tests come last: once Playwright's loop runs, no coroutine test can.
    """
    for item in items:
        for folder in MARKED_BY_FOLDER.intersection(item.path.parts):
            item.add_marker(folder)
        if ON_SQLITE and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL and Redis: use `make test`"))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell `python -m tests` how it went, and fail on a skip in CI."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    skipped = [[report.nodeid, report.longrepr[2]] for report in reporter.stats.get("skipped", [])]
    if outcome := os.environ.get("TEST_OUTCOME"):
        counts = {kind: len(reports) for kind, reports in reporter.stats.items() if kind}
        Path(outcome).write_text(json.dumps({"counts": counts, "skipped": skipped}))
    if CI and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def redis_url() -> str:
    """The real Redis of this run; only for tests marked `postgres`."""
    return str(settings.REDIS_URL)


@pytest.fixture(scope="session")
def database_url(django_db_setup: None) -> str:
    """The test database of this worker, for a process of its own."""
    name = str(connection.settings_dict["NAME"])
    if ON_SQLITE:
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def site_address(database_url: str) -> Iterator[str]:
    """The site under daphne on the test database of this worker, started once."""
    with site_server({"DATABASE_URL": database_url}) as address:
        yield address


@pytest.fixture
def cast(db: None) -> Cast:
    """A partnership of three agencies, with everyone who plays a part."""
    return assemble()


@pytest.fixture(scope="session")
def base_url(site_address: str) -> str:
    """Lets a browser test say `page.goto("/")`."""
    return site_address


@pytest.fixture(scope="session")
def kinds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[ContentType]:
    """The kinds of record as they are numbered when the tests begin."""
    with django_db_blocker.unblock():
        return list(ContentType.objects.all())


@pytest.fixture
def site(kinds: list[ContentType], transactional_db: None, site_address: str) -> str:
    """The address of the running site, on a database that is empty again after the test.

    Emptying a database numbers the kinds of record anew, and a site that runs for longer than
    one test knows them by their first numbers; so they get those again.
    """
    ContentType.objects.all().delete()
    ContentType.objects.bulk_create(kinds)
    ContentType.objects.clear_cache()
    return site_address


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object],
) -> dict[str, object]:
    """The machine's own Chromium, speaking to nobody but the site."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium found: install it, or name one in CHROMIUM")
    # Playwright keeps an event loop in this thread, beside which Django wants a word of consent.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"]
    quiet += ["disable-component-update", "disable-sync"]
    sandbox = ["no-sandbox"] if os.geteuid() == 0 else []
    args = [f"--{name}" for name in (*quiet, *sandbox)]
    return {**browser_type_launch_args, "executable_path": chromium, "args": args}
