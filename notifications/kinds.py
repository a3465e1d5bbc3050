"""Of what kind a message is, by the beginning of its event: people choose by kind how they hear."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    """What people tell apart."""

    TASKS = "tasks", "Tasks"
    REMINDERS = "reminders", "Reminders"
    CONCERNS = "concerns", "Urgent concerns"
    NEWS = "news", "Other news"


#: Kinds by the beginning of an event; whatever begins otherwise is other news.
BEGINNINGS = {
    "concern.": Kind.CONCERNS,
    "task.": Kind.TASKS,
    "reminder.": Kind.REMINDERS,
    "return.reminder": Kind.REMINDERS,
    "action.reminder": Kind.REMINDERS,
}
#: Events that bring somebody a task; other events about tasks say that one moved or is done.
NEW_WORK = frozenset({"task.assigned", "task.waiting"})


def kind_of(event: str) -> Kind:
    """The kind of an event."""
    return next(
        (kind for begins, kind in BEGINNINGS.items() if event.startswith(begins)), Kind.NEWS
    )


def is_of(kind: Kind) -> Q:
    """Which notifications are of a kind."""
    others = Q()
    for begins, its_kind in BEGINNINGS.items():
        if kind in (its_kind, Kind.NEWS):
            others |= Q(event__startswith=begins)
    return ~others if kind == Kind.NEWS else others
