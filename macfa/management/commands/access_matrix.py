"""`manage.py access_matrix`: who may open which address, as a page of `docs/`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from macfa.access.page import PAGE, page


class Command(BaseCommand):
    help = "Writes docs/access.md; --check only says whether it is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--check`."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the page, or say whether it is what the code says."""
        wanted = page()
        if not options["check"]:
            PAGE.write_text(wanted, encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
            self.stderr.write("docs/access.md is stale: run `manage.py access_matrix`.")
            raise SystemExit(1)
        else:
            self.stdout.write(self.style.SUCCESS("The access matrix is fresh."))
