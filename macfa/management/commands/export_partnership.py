"""`manage.py export_partnership`: everything of one partnership, in open formats (R59)."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from macfa.leaving.services import export
from macfa.management.bar import bar
from macfa.people.models import Partnership, User
from workflows.errors import Refused


class Command(BaseCommand):
    """Write everything of a partnership into a folder, and the key of what is sealed apart."""

    help = "Writes everything of a partnership into a new folder, with a manifest of checksums."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, where to, and who has it made and why."""
        parser.add_argument("code", help="the code of the partnership")
        parser.add_argument("folder", type=Path, help="a new folder, or an empty one")
        parser.add_argument("--by", required=True, help="the e-mail address of a coordinator of it")
        parser.add_argument("--reason", required=True, help="why; the ledger keeps it")
        parser.add_argument(
            "--key-file",
            type=Path,
            required=True,
            help="a new file, away from the folder, for the key to what is sealed",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Export, and say what there is and what to do with the key."""
        partnership = Partnership.objects.filter(code=options["code"]).first()
        by = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if partnership is None:
            raise CommandError(f"There is no partnership “{options['code']}”.")
        if by is None:
            raise CommandError(f"Nobody has an account with the address {options['by']}.")
        try:
            manifest = export(
                partnership=partnership,
                folder=options["folder"],
                key_file=options["key_file"],
                reason=options["reason"],
                by=by,
                step=partial(bar, self, what="rows"),
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self._say(manifest, options["folder"], options["key_file"])

    def _say(self, manifest: dict[str, Any], folder: Path, key_file: Path) -> None:
        self.stdout.write(
            f"{manifest['rows']:,} rows of {manifest['partnership']['name']} are in {folder}. "
            f"SHA-256 of its manifest: {manifest['sha256']}"
        )
        self.stdout.write(
            f"The key to who the children are is in {key_file}. Keep it apart from the folder, "
            "and send it another way."
        )
        if lost := manifest["sealed_with_a_lost_key"]:
            self.stdout.write(
                f"{lost:,} identities were sealed with a key that this site no longer has. They "
                "went out as they lie; nobody can read them without that key."
            )
