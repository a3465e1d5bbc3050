"""`manage.py load_demo`: the demo partnership. Safe to run again: what is there stays.

Only the passwords of its accounts become DEMO_PASSWORD each time, since that is what it prints.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from macfa.rehearsal import demo
from macfa.rehearsal.fernhollow import CODE


class Command(BaseCommand):
    """Load Fernhollow: audit A in action tracking, B in agency audits, C at theme selection."""

    help = "Loads the demo partnership; safe to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load what is not there yet and print the accounts."""
        if settings.PRODUCTION:
            raise CommandError("The demo is not loaded in production.")
        self.stdout.write("Loading the demo partnership (about half a minute the first time) ...")
        demo.load(step=self._dot)
        self.stdout.write("")
        for line in accounts():
            self.stdout.write(line)

    def _dot(self) -> None:
        self.stdout.write(".", ending="")
        self.stdout.flush()


def accounts() -> list[str]:
    """The demo accounts, by role."""
    domain = f"{CODE}.example"
    return [
        f"Demo accounts, all with the password {settings.DEMO_PASSWORD}:",
        f"  coordinator@{domain}      runs the audits",
        f"  lead.pol@{domain}         leads an agency (csc, eh, pol, hv, acu, gp, edu, hou ...)",
        f"  auditor.pol@{domain}      audits an agency’s own work",
        f"  owner.csc@{domain}        carries out actions for an agency",
        f"  panel1@{domain} to panel4@{domain}, chair@{domain}   moderate",
        f"  qppa@{domain}, board@{domain}, admin@{domain}",
    ]
