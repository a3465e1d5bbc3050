"""What explains an export to whoever opens it without this site: the schema, and a page to read."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.utils.formats import date_format

from macfa.leaving.folder import jsonl, spreadsheet
from macfa.leaving.kinds import KINDS, STAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from macfa.leaving.columns import Column
    from macfa.leaving.kinds import Kind
    from macfa.people.models import Partnership

INDENT = "    "
README = """\
{partnership}: everything that was kept
{line}

Made on {day} from the site on which the partnership ran its audits.
It holds {rows:,} rows in {kinds} tables: people and agencies, audits, cases, returns, grades,
findings, reports, actions, concerns, everybody’s tasks, what people were told, and the ledger of
everything that happened.

KEEP IT SAFE. It tells of children, by case reference and not by name, and of people who work with
them. It holds drafts and notes that inside the site only some could read. Keep it on an encrypted
disk, send it only encrypted, and give it to nobody who may not see all of it.

What is where

  data/          one file for each table, one row on each line, as JSON (jsonlines.org), in UTF-8.
                 These are exact, and are what another site loads.
  spreadsheets/  the same as CSV, to look at. A text that a spreadsheet would run as a formula has
                 an apostrophe before it here.
  schema.json    every table and every column in words: what it means, its type, the values it may
                 have, and which table it points to.
  manifest.json  every file with its SHA-256, and how many rows it has.

How it hangs together

  Each row has a number, in its column `row`. Where a column points to another table it holds the
  number of the row there; the schema says which table. `public_id` is the name a row has in
  addresses and in the ledger. Times are in UTC. The ledger (data/workflows.ledgerentry.jsonl) is
  a chain of hashes for each record; the words beside an entry are in
  data/workflows.ledgertext.jsonl.

What is sealed

  Who the children are, and what concerns the conduct of staff, is sealed with a key that was
  written to a file of its own when this was made, and is in no file here. Keep the two apart.
  Columns marked `sealed` in the schema are opened with it so, one value at a time (Python, with
  the package `cryptography`; the format is Fernet, which is published):

    from cryptography.fernet import Fernet
    Fernet(open("the-key-file", "rb").read().strip()).decrypt(b"gAAAA...").decode()

  What begins with `lost:` could not be opened on the site that it comes from either.

What is not here

  Passwords, and who was signed in: each person chooses a new password. Anything of another
  partnership; of people who work in several, only name, address and what they are here. No files:
  this version of the site keeps none (a list of cases that is being loaded is sent again).
  And some tables of the machinery, each with its reason:

{stays}

How to load it

  In an installation of the same version of the site: manage.py import_partnership FOLDER
  --key-file FILE --by ADDRESS-OF-A-COORDINATOR. It checks every file against the manifest first.

The tables

{tables}
"""


def readme(partnership: Partnership, rows: int, at: datetime) -> str:
    """The page to read first."""
    title = f"{partnership}: everything that was kept"
    return README.format(
        partnership=partnership,
        line="=" * len(title),
        day=date_format(at, "j F Y"),
        rows=rows,
        kinds=len(KINDS),
        stays="\n".join(_paragraph(f"{label}: {why}") for label, why in STAYS.items()),
        tables="\n".join(f"  {kind.name}\n{_paragraph(kind.words)}" for kind in KINDS),
    )


def _paragraph(text: str) -> str:
    return fill(text, width=96, initial_indent=INDENT, subsequent_indent=f"{INDENT}  ")


def schema(kinds: Sequence[Kind] = KINDS) -> dict[str, Any]:
    """Every table and column, for people and for programs."""
    return {
        "tables": {
            kind.name: {
                "is": kind.words,
                "files": [jsonl(kind.name), spreadsheet(kind.name)],
                "columns": {column.name: _column(column) for column in kind.columns},
                "columns_that_stayed": kind.without,
            }
            for kind in kinds
        },
        "tables_that_stayed": STAYS,
    }


def _column(column: Column) -> dict[str, Any]:
    field = column.field
    said: dict[str, Any] = {
        "is": column.words,
        "type": _type(column),
        "may_be_empty": bool(field.null),
    }
    if field.flatchoices:
        said["values"] = {str(value): str(label) for value, label in field.flatchoices}
    if column.target and column.target is not ContentType:
        said["points_to"] = column.target._meta.label_lower
    if column.typed_by:
        said["points_to"] = f"the table that {column.typed_by} names"
    if column.sealed:
        said["sealed"] = True
    return said


def _type(column: Column) -> str:
    if column.target is ContentType:
        return "name of a table"
    kind = column.field.get_internal_type()
    for ending, words in (
        ("JSONField", "list or object"),
        ("DateTimeField", "time in UTC (ISO 8601)"),
        ("DateField", "day (ISO 8601)"),
        ("BooleanField", "true or false"),
        ("CharField", "text"),
        ("SlugField", "text"),
        ("TextField", "text"),
        ("BinaryField", "text"),
    ):
        if kind == ending:
            return words
    return "number"
