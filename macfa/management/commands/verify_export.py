"""`manage.py verify_export FILE`: whether an exported file is as this site made it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from macfa import exports


class Command(BaseCommand):
    help = "Says whether an exported file is unchanged; exit 1 where it is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check its last line against all above."""
        try:
            content = options["file"].read_bytes()
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be read: {problem.strerror}.") from None
        if said := exports.fault(content):
            raise CommandError(f"{options['file']}: {said}")
        self.stdout.write(self.style.SUCCESS(f"{options['file']} is as this site made it."))
