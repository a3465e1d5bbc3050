"""`flush` of the test runs alone: with the guards of what only grows taken off meanwhile.

The site has Django's own, which those guards refuse.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush

from tests.attacker import unguarded


class Command(flush.Command):
    """Empty the tables of a test database between two tests."""

    def handle(self, **options: Any) -> None:
        """As Django does it."""
        with unguarded():
            super().handle(**options)
