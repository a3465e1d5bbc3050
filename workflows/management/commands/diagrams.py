"""`manage.py diagrams`: the states and flows in `docs/`, drawn from the code."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workflows import diagrams


class Command(BaseCommand):
    help = "Draws the states and flows into docs/; --check only says which pictures are stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--check`."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the pictures, or find the stale ones."""
        if not options["check"]:
            diagrams.write()
            return
        old = [str(path.relative_to(diagrams.FOLDER.parent)) for path in diagrams.stale()]
        for path in old:
            self.stderr.write(f"{path} is not what the code says.")
        if old:
            self.stderr.write("Run `manage.py diagrams` and commit what it writes.")
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS("The diagrams are fresh."))
