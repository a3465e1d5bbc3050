"""Due dates for the calendar on somebody's desk, without a word of what the work is about.

A calendar is often shared, and is kept where this site has no say: so an entry tells that there
is something, when, and where to sign in. Nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.http import HttpResponse
from icalendar import Calendar, Event

from workflows import clock, reads
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.http import HttpRequest


@dataclass(frozen=True)
class Entry:
    """A day in the calendar. `key` stays the same when it is downloaded again, so that a calendar
    takes the newer entry for the older; `path` is a page of ours."""

    key: str
    day: date
    summary: str
    path: str


def due_days(person: int) -> list[Entry]:
    """The days on which somebody's open work is due, and how much on each."""
    mine = WorkItem.objects.open().filter(owner=person)
    days = mine.values_list("due").annotate(items=Count("pk")).order_by("due")
    return [
        Entry(
            f"tasks-{person}-{day:%Y%m%d}",
            day,
            "1 audit task is due" if items == 1 else f"{items} audit tasks are due",
            "/tasks/",
        )
        for day, items in days
    ]


def download(
    request: HttpRequest, entries: Iterable[Entry], *, name: str, thread: int | None = None
) -> HttpResponse:
    """A calendar file of these days, for any calendar program. `name` is the file's name."""
    calendar, days = Calendar.new(prodid="-//MACFA//Due dates//EN"), list(entries)
    reads.exported(request.user, f"{name}.ics", len(days), thread=thread)
    for entry in days:
        calendar.add_component(
            Event.new(
                uid=f"{entry.key}@{request.get_host()}",
                stamp=clock.now(),
                start=entry.day,
                summary=entry.summary,
                url=request.build_absolute_uri(entry.path),
            )
        )
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response
