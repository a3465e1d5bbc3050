"""`manage.py import_partnership`: a partnership comes from another site, and goes on here (R59)."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from macfa.leaving.services import arrive
from macfa.management.bar import bar
from workflows.errors import Refused


class Command(BaseCommand):
    """Check an export against its manifest, and load all of it or nothing."""

    help = "Loads what export_partnership wrote, where no partnership has its code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where, with which key, and who has it loaded."""
        parser.add_argument("folder", type=Path, help="the folder of the export")
        parser.add_argument("--key-file", type=Path, required=True, help="the file with its key")
        parser.add_argument("--by", required=True, help="the e-mail address of a coordinator in it")
        parser.add_argument(
            "--unsound",
            action="store_true",
            help="load it although it breaks the invariants; the ledger says how often",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, and say what to do next."""
        try:
            manifest = arrive(
                folder=options["folder"],
                key_file=options["key_file"],
                email=options["by"],
                step=partial(bar, self, what="rows"),
                unsound=options["unsound"],
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(
            f"{manifest['rows']:,} rows of {manifest['partnership']['name']} are loaded. "
            "Nobody has a password yet: each chooses one under “Forgotten your password?”."
        )
