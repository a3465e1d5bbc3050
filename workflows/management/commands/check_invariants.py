"""`manage.py check_invariants`: what must always hold, asked of every row."""

from typing import Any

from django.core.management.base import BaseCommand

from workflows import invariants


class Command(BaseCommand):
    help = "Checks what must always hold: every fault on a line, and exit 1 where there is one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print each fault as it is found."""
        found = 0
        for fault in invariants.everything():
            found += 1
            self.stderr.write(fault)
        if found:
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("All invariants hold."))
