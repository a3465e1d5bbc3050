"""When the schools of Fernhollow are closed: as in many areas of England, worked out by rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from macfa.people import services
from workflows import clock
from workflows.working_days import bank_holidays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.people.models import Partnership, User

ONE_WEEK, TWO_WEEKS = timedelta(days=4), timedelta(days=11)
Holiday = tuple[str, date, date]


def monday(day: date) -> date:
    """The Monday of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def holidays(year: int) -> Iterator[Holiday]:
    """The holidays of the school year that begins in a year."""
    october, christmas = monday(date(year, 10, 28)), monday(date(year, 12, 23))
    february, may = monday(date(year + 1, 2, 16)), monday(date(year + 1, 5, 31))
    good_friday = min(day for day in bank_holidays(year + 1) if day.month in {3, 4})
    spring = monday(good_friday)
    summer = monday(date(year + 1, 7, 24))
    yield "October half-term", october, october + ONE_WEEK
    yield "Christmas holidays", christmas, christmas + TWO_WEEKS
    yield "February half-term", february, february + ONE_WEEK
    yield "Easter holidays", spring, spring + TWO_WEEKS
    yield "May half-term", may, may + ONE_WEEK
    yield "Summer holidays", summer, date(year + 1, 9, 1)


def enter_school_holidays(partnership: Partnership, by: User) -> None:
    """Those of the school year before this one, this one and the next, unless some are there."""
    if partnership.school_holidays.exists():
        return
    this_year = clock.today().year
    for year in (this_year - 1, this_year, this_year + 1):
        for name, first, last in holidays(year):
            services.add_school_holiday(
                partnership=partnership, name=name, first=first, last=last, by=by
            )
