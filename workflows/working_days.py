"""Working days in England: Monday to Friday, without bank holidays and their substitute days.

Due dates and stage dates are counted in working days (R3). A day is always a plain ``date``;
which day a moment falls on depends on the time zone, so a ``datetime`` raises ``TypeError``.
Bank holidays are known to the year 2100; after that only weekends are left out.
"""

from bisect import bisect_left, bisect_right
from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in one year, substitute days included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


@lru_cache(maxsize=64)
def _working_days(year: int) -> tuple[date, ...]:
    """Every working day of one year, in order."""
    closed = bank_holidays(year)
    days = map(date.fromordinal, range(_ordinal(year, 1, 1), _ordinal(year, 12, 31) + 1))
    return tuple(day for day in days if day.weekday() < 5 and day not in closed)


def _ordinal(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def is_working_day(day: date) -> bool:
    """Whether offices in England are open on this day."""
    days = _working_days(day.year)
    place = bisect_left(days, day)
    return place < len(days) and days[place] == day


def next_working_day(day: date) -> date:
    """The first working day after this one, never the day itself."""
    return add_working_days(day, 1)


def add_working_days(day: date, count: int) -> date:
    """The working day that lies ``count`` working days after ``day``.

    A negative count goes back. The day itself is never counted, so one working day after a
    Saturday is the Monday. A count of 0 gives the day itself, or the next working day where it
    is not one: the way to move a chosen date onto a day when somebody is there.
    """
    if count == 0:
        return day if is_working_day(day) else next_working_day(day)
    return _forwards(day, count) if count > 0 else _backwards(day, -count)


def _forwards(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``, a whole year at a time."""
    year = day.year
    wanted = bisect_right(_working_days(year), day) + count - 1
    while wanted >= len(_working_days(year)):
        wanted -= len(_working_days(year))
        year += 1
    return _working_days(year)[wanted]


def _backwards(day: date, count: int) -> date:
    """The ``count``-th working day before ``day``, a whole year at a time."""
    year = day.year
    wanted = bisect_left(_working_days(year), day) - count
    while wanted < 0:
        year -= 1
        wanted += len(_working_days(year))
    return _working_days(year)[wanted]


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after ``start``, up to and including ``end``.

    Negative when ``end`` comes first. It undoes ``add_working_days``: from a working day,
    ``working_days_between(day, add_working_days(day, n))`` is ``n``.
    """
    if end < start:
        return -working_days_between(end, start)
    whole_years = sum(len(_working_days(year)) for year in range(start.year, end.year))
    return whole_years + _so_far(end) - _so_far(start)


def _so_far(day: date) -> int:
    """How many working days of its year have come by the end of this day."""
    return bisect_right(_working_days(day.year), day)
