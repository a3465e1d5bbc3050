"""Reading the queue: what is mine, what my teams may claim, oldest due first, a page at a time.

Pages are found by key, not by counting: the next page begins after the last row of this one, so
page 1 costs the same at a hundred open items and at a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

PAGE = 25
COUNTED_UP_TO = 100


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the item with this due date and number."""

    due: date
    number: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Read a cursor from an address; None where it says nothing sensible."""
        due, _, number = text.partition("_")
        try:
            return cls(date.fromisoformat(due), int(number))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.due.isoformat()}_{self.number}"


@dataclass(frozen=True)
class Page:
    """One page of a queue, and where the next begins."""

    items: list[WorkItem]
    following: Cursor | None
    total: int

    @property
    def total_shown(self) -> str:
        """How many there are, counted only so far: "100+"."""
        return str(self.total) if self.total < COUNTED_UP_TO else f"{COUNTED_UP_TO}+"


def mine(person_id: int) -> QuerySet[WorkItem]:
    """What somebody holds and has not done."""
    return WorkItem.objects.open().filter(owner=person_id)


def claimable(team_ids: Iterable[int]) -> QuerySet[WorkItem]:
    """What waits in these teams' queues for somebody to claim."""
    return WorkItem.objects.open().filter(owner=None, team__in=list(team_ids))


def held_in(team_ids: Iterable[int]) -> QuerySet[WorkItem]:
    """What people of these teams hold."""
    return WorkItem.objects.open().filter(owner__isnull=False, team__in=list(team_ids))


def page(items: QuerySet[WorkItem], *, after: Cursor | None = None) -> Page:
    """A page of items, oldest due first. Costs two statements, whatever the queue's length."""
    ordered = items.order_by("due", "id").select_related("team", "owner")
    if after:
        ordered = ordered.filter(Q(due__gt=after.due) | Q(due=after.due, id__gt=after.number))
    rows = list(ordered[: PAGE + 1])
    shown = rows[:PAGE]
    last = shown[-1] if len(rows) > PAGE else None
    total = items.order_by()[:COUNTED_UP_TO].count()
    return Page(shown, Cursor(last.due, last.pk) if last else None, total)
