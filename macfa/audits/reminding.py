"""When reminders go out by themselves, and to whom (R45): the rule as a table, and what follows
from it for a day.

Days are working days. For agencies that keep school terms the school holidays are no working days
either, so nobody there is reminded, and nothing goes higher, while the schools are closed (R4).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from macfa.people.models import Agency, SchoolHoliday
from workflows import clock
from workflows.working_days import is_working_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    #: First and last days of the school holidays that count for somebody.
    Closed = tuple[tuple[date, date], ...]


class Told(IntEnum):
    """Who hears of something that is due: the nearest to the work comes first."""

    HOLDER = 1
    LEAD = 2
    COORDINATOR = 3
    CHAIR = 4


@dataclass(frozen=True)
class Step:
    """So many working days after the due date (or before it), these are told."""

    days: int
    told: tuple[Told, ...]


#: The whole rule. Where nobody holds the work the agency's leads are told in the holder's place.
STEPS = (
    Step(-5, (Told.HOLDER,)),
    Step(-1, (Told.HOLDER,)),
    Step(0, (Told.HOLDER,)),
    Step(1, (Told.HOLDER, Told.LEAD)),
    Step(5, (Told.HOLDER, Told.LEAD, Told.COORDINATOR)),
    Step(10, (Told.HOLDER, Told.LEAD, Told.COORDINATOR, Told.CHAIR)),
)
#: Nobody is reminded earlier in the day.
FROM_HOUR = 8
#: What no worker sent on its day still goes out so many working days later. What comes before the
#: due date does not: the next one follows soon.
CATCHES_UP = 2
#: Due dates further away than this, in days, have no step today: without school holidays and, at
#: most, with them.
AWAY, AWAY_AT_MOST = 35, 150


@dataclass(frozen=True)
class Calendar:
    """For some of the agencies, which due dates have a step today."""

    whose: Q
    steps: Mapping[date, Step]


def calendars(today: date) -> list[Calendar]:
    """The steps of a day, for agencies with and without school terms; none on a day off."""
    closed = _closed_near(today)
    keeps = {
        partnership: Q(agency__keeps_school_terms=True, agency__partnership=partnership)
        for partnership in closed
    }
    others = ~Q(agency__keeps_school_terms=True, agency__partnership__in=list(closed))
    found = [Calendar(others if closed else Q(), steps_of(today))]
    found += [Calendar(keeps[each], steps_of(today, closed[each])) for each in closed]
    return [calendar for calendar in found if calendar.steps]


def _closed_near(today: date) -> dict[int, Closed]:
    """By partnership, the school holidays that may matter to somebody who keeps them."""
    away = timedelta(days=AWAY_AT_MOST)
    keeping = Agency.objects.filter(keeps_school_terms=True).values("partnership")
    near = SchoolHoliday.objects.filter(
        partnership__in=keeping, last__gte=today - away, first__lte=today + away
    )
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for partnership, first, last in near.values_list("partnership", "first", "last"):
        found[partnership].append((first, last))
    return {partnership: tuple(days) for partnership, days in found.items()}


@lru_cache(maxsize=256)
def steps_of(today: date, closed: Closed = ()) -> Mapping[date, Step]:
    """Every due date that has a step on this day, with the step."""
    if not _is_open(today, closed):
        return {}
    away = AWAY_AT_MOST if closed else AWAY
    found = {}
    for number in range(-away, away + 1):
        due = today + timedelta(days=number)
        if step := _step(due, today, closed):
            found[due] = step
    return found


def _step(due: date, today: date, closed: Closed) -> Step | None:
    """The last step that has come by today, where it came today or can still be caught up."""
    for step in reversed(STEPS):
        day = _counted(due, step.days, closed)
        if day > today:
            continue
        missed = step.days >= 0 and today <= _counted(day, CATCHES_UP, closed)
        return step if day == today or missed else None
    return None


def _counted(day: date, count: int, closed: Closed) -> date:
    """So many open days after a day, or before it; 0 is the day itself or the next open one."""
    one = timedelta(days=-1 if count < 0 else 1)
    for _ in range(abs(count)):
        day = _opened(day + one, one, closed)
    return day if count else _opened(day, one, closed)


def _opened(day: date, one: timedelta, closed: Closed) -> date:
    while not _is_open(day, closed):
        day += one
    return day


def _is_open(day: date, closed: Closed) -> bool:
    return is_working_day(day) and not any(first <= day <= last for first, last in closed)


# --- for a query ---------------------------------------------------------------------------------


def due_dates(found: Sequence[Calendar]) -> list[date]:
    """All due dates that have a step for somebody: where the index begins to read."""
    return sorted({due for calendar in found for due in calendar.steps})


def step_now(found: Sequence[Calendar]) -> Case:
    """The step of a row with `agency` and `due`, as a number; empty where it has none today."""
    return Case(*_whens(found), default=None, output_field=IntegerField(null=True))


def _whens(found: Sequence[Calendar]) -> Iterator[When]:
    for calendar in found:
        dues: dict[int, list[date]] = defaultdict(list)
        for due, step in calendar.steps.items():
            dues[step.days].append(due)
        for days, these in dues.items():
            yield When(calendar.whose, due__in=these, then=Value(days))


def told_now(row: Any) -> tuple[Told, ...]:
    """Who is told of a row that a query with `step_now` found."""
    return next(step.told for step in STEPS if step.days == row.step_now)


# --- for a sweep ---------------------------------------------------------------------------------


def is_time() -> bool:
    """Whether the day has begun for those who work."""
    return timezone.localtime(clock.now()).hour >= FROM_HOUR


def each(due: Iterable[tuple[int, int]], remind_of: Callable[[int, Sequence[int]], int]) -> int:
    """Audit by audit, each in a transaction of its own: what fails for one stops no other.

    `due` are pairs of numbers, of an audit and of what is due in it.
    """
    of_audit: dict[int, list[int]] = defaultdict(list)
    for audit, number in due:
        of_audit[audit].append(number)
    reminded, problems = 0, []
    for audit, numbers in sorted(of_audit.items()):
        try:
            reminded += remind_of(audit, numbers)
        except Exception as problem:  # noqa: BLE001 - raised when the others are done
            problems.append(problem)
    if problems:
        raise problems[0]
    return reminded
