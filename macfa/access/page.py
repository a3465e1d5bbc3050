"""`docs/access.md`: the access matrix in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from macfa.access.checks import addresses
from macfa.access.matrix import PARTS, Row
from macfa.access.standing import About, Who

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = Path(settings.BASE_DIR) / "docs" / "access.md"
HEADER = """# Who may open which address

<!-- Made by `manage.py access_matrix` from the code. Do not edit. -->

What the site keeps to is data (`macfa/access/matrix.py`); this page is made of it. The tests try
each address with everybody, and one without a row stops the site from starting.

- Whoever **knows** of a record but may not do this is told so (403). For everybody else the record
  does not exist (404): for people of other partnerships too, and for whoever has declared a
  conflict of interest with the case.
- Where a page is about no record, everybody else is told that it is not for them (403).
- Whoever is not signed in is asked to sign in, unless the table says that anybody may open it.
- What an address does not name (open, act) it refuses for everybody (405).
- To **act** is to send the form of a page, or to press a button. An act can still be refused
  because it is not possible now (409), and a page may lead to another.
- Whoever came **by an e-mailed link** is an auditor and nothing else. They reach what is marked in
  the last column, as far as it is theirs; every other address does not exist (404) for them.

The live connection (`/ws/notifications/`) is for anybody who is signed in, and tells them of their
own notifications alone. It closes when they sign out or their account is closed.
Whoever came by a link has none.
"""


def page() -> str:
    """The whole page."""
    paths = dict(addresses())
    parts = [HEADER, _known(), *(_part(title, rows, paths) for title, rows in PARTS.items())]
    return "\n".join(parts)


def _known() -> str:
    lines = ["## Who knows of what", "", "| What | Known to |", "|---|---|"]
    lines += [f"| {about.label} | {_names(about.known_to)} |" for about in About]
    return "\n".join([*lines, ""])


def _part(title: str, rows: Iterable[Row], paths: dict[str, str]) -> str:
    head = ["| Address | About | Open | Act | By link |", "|---|---|---|---|---|"]
    lines = [f"## {title}", "", *head]
    lines += [f"| {' | '.join(_cells(row, paths))} |" for row in rows]
    return "\n".join([*lines, ""])


def _cells(row: Row, paths: dict[str, str]) -> Iterator[str]:
    path = paths[row.name].replace("|", r"\|")
    yield f"`/{path}`"
    yield row.about.label
    yield _names(row.opens)
    yield "the same" if row.acts == row.opens else _names(row.acts)
    yield "yes" if row.by_link else "–"


def _names(people: frozenset[Who]) -> str:
    if people >= {Who.NOBODY, Who.ANYBODY}:
        return "everybody, signed in or not"
    return ", ".join(who.label for who in Who if who in people) or "–"
