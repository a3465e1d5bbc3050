"""The worker: every sweep is called round after round, whatever another does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from pytest_django import Settings

calls: list[str] = []


def sweep_well() -> int:
    calls.append("well")
    return 1


def sweep_ill() -> int:
    calls.append("ill")
    raise ValueError("a name that no log may hold")


@pytest.fixture(autouse=True)
def none_called() -> None:
    calls.clear()


@pytest.mark.django_db
def test_a_round_calls_each_sweep_and_a_failing_one_stops_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SWEEPS = [f"{__name__}.{name}" for name in ("sweep_ill", "sweep_well")]
    call_command("worker", once=True)
    assert calls == ["ill", "well"]
    [record] = caplog.records
    assert "sweep_ill failed (ValueError" in record.getMessage()
    assert "no log may hold" not in caplog.text


def test_a_sweep_that_does_not_exist_is_refused_at_the_start(settings: Settings) -> None:
    settings.SWEEPS = ["macfa.nowhere.sweep"]
    with pytest.raises(ImportError):
        call_command("worker", once=True)


def test_every_sweep_of_the_site_exists(settings: Settings) -> None:
    for path in settings.SWEEPS:
        assert callable(import_string(path))


def catches(process: int, wanted: signal.Signals) -> bool:
    """Whether a process has said what it does at a signal, as a worker does when it is ready."""
    caught = Path(f"/proc/{process}/status").read_text().partition("SigCgt:")[2].split()[0]
    return bool(int(caught, 16) >> (wanted - 1) & 1)


@pytest.mark.slow
def test_a_worker_ends_cleanly_when_it_is_stopped(database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "PROFILE": "test"}
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], env=environment)
    deadline = time.monotonic() + 60
    while not catches(worker.pid, signal.SIGTERM):
        assert worker.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
