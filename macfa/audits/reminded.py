"""The reminders of one thing as a page tells them: who was reminded, when and how."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateformat import format as format_date

from macfa.audits.reminders import HEARD, Reminded

if TYPE_CHECKING:
    from macfa.people.models import User


@dataclass(frozen=True)
class Line:
    """“You were reminded on 3 November 2026 by Asha Patel”, and what was added."""

    sentence: str
    note: str


def lines(reminded: Any, reader: User) -> list[Line]:
    """A line for each time somebody was reminded of a return or an action, newest first, however
    many people it reached."""
    reminders = reminded.reminders.filter(HEARD).select_related("person", "by")
    return [
        Line(_sentence(list(rows), reader), note)
        for (_at, _way, note), rows in groupby(
            reminders, key=lambda each: (each.at, each.way, each.note)
        )
    ]


def _sentence(rows: list[Reminded], reader: User) -> str:
    first = rows[0]
    day = format_date(timezone.localtime(first.at), "j F Y")
    if first.way == Reminded.Way.TELEPHONE:
        return f"{first.by} telephoned on {day} and {_spoke(first)}"
    names = [row.person.name for row in rows if row.person and row.person_id != reader.pk]
    you = any(row.person_id == reader.pk for row in rows)
    who = _and(["You", *names] if you else names)
    verb = "were" if you or len(names) > 1 else "was"
    return f"{who} {verb} reminded on {day} {first.how}"


def _spoke(reminder: Reminded) -> str:
    return str(Reminded.Spoke(reminder.spoke_to).label)


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
