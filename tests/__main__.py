"""`python -m tests`: every test, on real servers, with what was skipped said last.

Three passes, since each needs another process: everything but the browser on PostgreSQL and
Redis; the browser, on the same; and on SQLite with the in-memory layer what does not ask for
one of the others. Arguments go to pytest: `python -m tests -k stale tests/unit`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import pytest

from tests.servers import PATIENCE, ROOT, Servers, real_servers

NO_TESTS = pytest.ExitCode.NO_TESTS_COLLECTED


@dataclass(frozen=True)
class Pass:
    """One run of pytest: on which database, and which tests."""

    name: str
    title: str
    marked: str
    on_servers: bool = True


PASSES = (
    Pass("postgresql", "PostgreSQL and Redis", "not browser"),
    Pass("browser", "Chromium, on PostgreSQL and Redis", "browser"),
    Pass("sqlite", "SQLite, in one process", "not browser and not postgres", on_servers=False),
)


@dataclass
class Outcome:
    """How one pass went."""

    title: str
    code: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def count(self, *kinds: str) -> int:
        """How many tests ended in one of these ways."""
        return sum(self.counts.get(kind, 0) for kind in kinds)


def main() -> int:
    """Run the passes asked for; 0 if every one passed and there was something to run."""
    parser = argparse.ArgumentParser(prog="python -m tests", description=__doc__)
    parser.add_argument("--only", choices=[each.name for each in PASSES], help="just this pass")
    options, pytest_arguments = parser.parse_known_args()
    chosen = [each for each in PASSES if options.only in {None, each.name}]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    with real_servers() as servers:
        outcomes = [run(each, servers, pytest_arguments) for each in chosen]
    return summarise(outcomes)


def stop(number: int, _frame: FrameType | None) -> None:
    """Leave by the ordinary way out, which stops the servers."""
    sys.exit(128 + number)


def run(this: Pass, servers: Servers, arguments: list[str]) -> Outcome:
    """One pass in a process of its own."""
    print(f"\n=== {this.title} ===", flush=True)
    with TemporaryDirectory(prefix="macfa-outcome-") as folder:
        report = Path(folder) / "outcome.json"
        environment = {**os.environ, "TEST_OUTCOME": str(report)}
        for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        environment |= {
            "TEST_DATABASE_URL": servers.database_url,
            "TEST_REDIS_URL": servers.redis_url,
        }
        if this.on_servers:
            environment |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        command = [sys.executable, "-m", "pytest", "-n", "logical", "-m", this.marked, *arguments]
        code = wait_for(
            subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        )
        told = json.loads(report.read_text()) if report.exists() else {}
    return Outcome(this.title, code, **told)


def wait_for(process: "subprocess.Popen[bytes]") -> int:
    """Its exit code. If we are told to leave first, it is told once, and finishes its tidying."""
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=PATIENCE)


def summarise(outcomes: list[Outcome]) -> int:
    """Print the counts, then what was skipped and why, which is the last thing said."""
    failed = [each for each in outcomes if each.code not in {0, NO_TESTS}]
    print()
    for each in outcomes:
        verdict = "failed" if each in failed else "passed" if each.code == 0 else "no tests"
        print(f"{each.title}: {verdict}, {each.count('passed')} tests passed")
    passed = sum(each.count("passed", "xfailed") for each in outcomes)
    faults = sum(each.count("failed", "error") for each in outcomes)
    skipped = sorted({(test, why) for each in outcomes for test, why in each.skipped})
    print(f"\n{passed} passed, {faults} failed, {len(skipped)} skipped")
    print("Skipped:" if skipped else "Nothing was skipped.")
    for test, why in skipped:
        print(f"  {test}: {why.removeprefix('Skipped: ')}")
    if failed:
        return failed[0].code
    return 0 if passed or skipped else int(NO_TESTS)


if __name__ == "__main__":
    sys.exit(main())
