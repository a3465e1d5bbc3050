"""`manage.py worker`: does what time brings and nobody clicks for, such as sending e-mail.

What is to be done is found in the rows themselves, round after round, so a worker that was killed
leaves nothing behind that the next round does not find. Any number of them may run.
"""

from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from traceback import extract_tb
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

#: Does what is due, in transactions of its own, and says how many things it did.
Sweep = Callable[[], int]
#: How soon a worker that waits notices that it should end, in seconds.
NOTICES = 0.2


class Command(BaseCommand):
    """Call every sweep of `SWEEPS`, wait, and begin again until told to end."""

    help = "Sends e-mail and does what else falls due; ends cleanly at SIGTERM."
    _ending = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to go on."""
        parser.add_argument("--once", action="store_true", help="do one round and end")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Round after round; a sweep that has begun is finished before the worker ends."""
        sweeps: list[tuple[str, Sweep]] = [(path, import_string(path)) for path in settings.SWEEPS]
        if options["once"]:
            self._round(sweeps)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self._ending:
            self._round(sweeps)
            self._wait(settings.WORKER_WAIT_SECONDS)

    def _end(self, *_signal: object) -> None:
        self._ending = True

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._ending and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, NOTICES))

    def _round(self, sweeps: list[tuple[str, Sweep]]) -> None:
        for path, sweep in sweeps:
            if self._ending:
                return
            close_old_connections()
            _sweep(path, sweep)
        close_old_connections()


def _sweep(path: str, sweep: Sweep) -> None:
    """Call one; its failure is a line in the log, without the words of rows it was about."""
    try:
        sweep()
    except Exception as problem:  # noqa: BLE001 - no sweep may stop the others
        place = extract_tb(problem.__traceback__)[-1]
        logger.error(
            "The sweep %s failed (%s, %s line %s). The next round tries it again.",
            path,
            type(problem).__name__,
            place.filename,
            place.lineno,
        )
