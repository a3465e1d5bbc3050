"""How a piece of work got to where it is: every assignment as a line, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from workflows.models import Assignment

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.models import WorkItem

Kind = Assignment.Kind


class Step(TypedDict):
    """One line of the history, as the timeline shows it."""

    title: str
    by: str
    at: datetime
    text: str


def history(item: WorkItem) -> list[Step]:
    """Who gave the work to whom, who claimed it, who put it back; when, and why."""
    rows = list(item.assignments.select_related("person", "by").order_by("pk"))
    steps = [_step(row) for row in rows]
    if not rows or rows[0].at > item.created:
        queued = f"Came into the queue of {item.team}"
        steps.insert(0, Step(title=queued, by="", at=item.created, text=""))
    return steps[::-1]


def _step(row: Assignment) -> Step:
    by = row.by.get_full_name()
    to = row.person.get_full_name() if row.person else ""
    title = {
        Kind.GIVEN: f"Given to {to}",
        Kind.CLAIMED: f"Claimed by {to}",
        Kind.MOVED: f"Moved to {to}",
        Kind.RELEASED: "Put back in the queue",
    }[Kind(row.kind)]
    own = row.kind == Kind.CLAIMED
    return Step(title=title, by="" if own else f"by {by}", at=row.at, text=row.why)
