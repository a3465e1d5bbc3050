"""`manage.py simulate`: a whole audit, played by all roles through the same acts as the pages."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from macfa.audits.models import Audit
from macfa.improvement.lifecycle import ActionState
from macfa.management.bar import bar
from macfa.rehearsal import simulation
from macfa.rehearsal.own_database import own_database
from macfa.returns.lifecycle import ReturnState
from macfa.sampling.draw import MOST_AT_ONCE
from notifications.models import Notification
from workflows.models import Assignment, LedgerEntry

SMALLEST = 1
LARGEST = MOST_AT_ONCE * len(simulation.STRATA)


class Command(BaseCommand):
    """Play an audit from theme to last closed action, and sum it up."""

    help = "Plays a whole audit through the same actions as the pages, all roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The size of the audit, and where to play it."""
        parser.add_argument("--cases", type=int, default=6)
        parser.add_argument("--agencies", type=int, default=8)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--database-of-its-own",
            action="store_true",
            help="play in a temporary database that is thrown away",
        )
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Play, then print the summary."""
        size = simulation.Size(options["cases"], options["agencies"], options["seed"])
        if size.cases < SMALLEST or size.agencies < SMALLEST:
            raise CommandError("Ask for at least one case and one agency.")
        if size.cases > LARGEST:
            raise CommandError(f"Ask for up to {LARGEST:,} cases: no audit draws more.")
        self.quiet = bool(options["json"])
        if options["database_of_its_own"]:
            with own_database():
                summary = self._play(size)
        else:
            summary = self._play(size)
        self.stdout.write(json.dumps(summary) if self.quiet else _words(summary))

    def _play(self, size: simulation.Size) -> dict[str, object]:
        self.done, self.steps = 0, simulation.steps(size)
        before = _totals()
        started = time.perf_counter()
        troupe = simulation.troupe_of(size, "simulated")
        audit = simulation.play(size, troupe, _free_prefix(), step=self._step).audit
        after = _totals()
        return {
            "stage": str(audit.state),
            **_counts(audit),
            **{name: after[name] - before[name] for name in after},
            "seconds": round(time.perf_counter() - started, 2),
        }

    def _step(self) -> None:
        self.done += 1
        if not self.quiet:
            bar(self, self.done, self.steps, "steps")


def _free_prefix() -> str:
    taken = set(Audit.objects.values_list("prefix", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := f"SIM{n}") not in taken)


def _totals() -> dict[str, int]:
    return {
        "assignments": Assignment.objects.count(),
        "notifications": Notification.objects.count(),
        "ledger_entries": LedgerEntry.objects.count(),
    }


def _counts(audit: Audit) -> dict[str, int]:
    returns = audit.returns.counted()
    return {
        "cases": audit.cases.counted().count(),
        "returns": returns.count(),
        "nil_returns": returns.filter(state=ReturnState.NIL).count(),
        "findings": audit.findings.count(),
        "actions": audit.actions.count(),
        "actions_closed": audit.actions.filter(
            state__in=(ActionState.COMPLETED, ActionState.ENDED)
        ).count(),
    }


def _words(summary: dict[str, object]) -> str:
    lines = [f"  {name.replace('_', ' '):<16}{value:>8}" for name, value in summary.items()]
    return "\n".join(["The audit was played to its end.", *lines])
