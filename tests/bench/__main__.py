"""`python -m tests.bench`: the speed table, on SQLite and on PostgreSQL.

A benchmark, not a test: it says which goals are met and fails on none of them. The table goes to
the standard output and, as JSON, to `bench.json`. `python -m tests.bench queue` takes one row.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Figure, as_json, as_markdown
from tests.servers import ROOT, real_servers

ROWS = (
    "act",
    "queue",
    "issue",
    "notify",
    "comeback",
    "outage",
    "remind",
    "ledger",
    "rights",
    "sign_in",
)
REPORT = ROOT / "bench.json"
PACKAGES = {"Django": "Django", "viewflow": "django-viewflow", "psycopg": "psycopg"}


def main() -> None:
    """Measure the rows asked for, print the table and write `bench.json`."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"just these: {', '.join(ROWS)}")
    parser.add_argument("--only", nargs="+", metavar="row", default=[], help="the same")
    options = parser.parse_args()
    wanted = {*options.rows, *options.only}
    if unknown := wanted - set(ROWS):
        parser.error(f"no row is called {', '.join(unknown)}: choose from {', '.join(ROWS)}")
    names = [name for name in ROWS if name in wanted or not wanted]
    figures, versions = measured(names)
    REPORT.write_text(as_json(figures))
    print(as_markdown(figures, versions))


def measured(names: list[str]) -> tuple[list[Figure], dict[str, str]]:
    """The figures of these rows on both databases, row by row, and the versions they hold for."""
    versions = {"Python": platform.python_version()}
    versions |= {name: version(package) for name, package in PACKAGES.items()}
    figures: list[Figure] = []
    # As in production PostgreSQL waits for the disk at each commit. Hints go through memory on
    # both databases, so that they differ in nothing else.
    with real_servers(durable=True) as servers:
        for url in ("", servers.database_url):
            found, its_version = on_database(url, names)
            figures += found
            versions |= its_version
    return sorted(figures, key=lambda each: names.index(each.name)), versions


def on_database(url: str, names: list[str]) -> tuple[list[Figure], dict[str, str]]:
    """The same on one database, in a process of its own; no address means SQLite."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    if url:
        environment["DATABASE_URL"] = url
    with TemporaryDirectory(prefix="macfa-bench-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "tests.bench.run", str(report), *names]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        found = json.loads(report.read_text())
    return [Figure(**each) for each in found["figures"]], found["versions"]


if __name__ == "__main__":
    main()
