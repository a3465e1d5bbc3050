"""`manage.py verify_ledger`: whether any entry of the ledger was changed, added or taken away."""

from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from workflows import anchors, append_only, ledger_check, reads
from workflows.models import LedgerEntry


class Command(BaseCommand):
    help = "Verifies every chain of the ledger: every fault on a line, exit 1 where there is one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print each fault as it is found."""
        found = 0
        parts = (ledger_check.faults(), reads.faults(), anchors.faults())
        for fault in chain(append_only.faults(connection), *parts):
            found += 1
            self.stderr.write(fault)
        if found:
            raise SystemExit(1)
        number = LedgerEntry.objects.count()
        self.stdout.write(self.style.SUCCESS(f"The ledger is whole: {number} entries."))
