#!/usr/bin/env python
"""The project's command line: `python manage.py help` lists what it can do."""

import logging
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run a command. What is wrong with its surroundings is one sentence, and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "macfa.settings")
    # It tells of each attempt to reach PostgreSQL; what came of them is said below.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error) if isinstance(error, ImproperlyConfigured) else _refused(error))


def _refused(error: OperationalError) -> str:
    reason = " ".join(str(error).split()).rstrip(".")
    return (
        f"The database cannot be used: {reason}. Is it running, is DATABASE_URL its address, and "
        "has `manage.py migrate` been run?"
    )


if __name__ == "__main__":
    main()
