"""A bar that shows on a terminal how far a command has come."""

from __future__ import annotations

import sys
from typing import Any

WIDTH = 40


def bar(command: Any, done: int, total: int, what: str) -> None:
    """Draw it anew, where somebody is looking."""
    if not sys.stderr.isatty():
        return
    filled = WIDTH * done // max(total, 1)
    shown = "█" * filled + "░" * (WIDTH - filled)
    command.stderr.write(f"\r{shown} {done:,} of {total:,} {what}", ending="")
    if done == total:
        command.stderr.write("")
