"""The running audits over one stretch of time, as bars for a picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from macfa.overview.programme import Row, StageEnd

#: A plan over more months than this is marked by the quarter.
MONTHS = 14
#: How the bars look, in words.
TONES = (
    ("done", "Ended"),
    ("current", "Running"),
    ("late", "Running late"),
    ("planned", "Planned"),
)


@dataclass(frozen=True)
class Mark:
    """A day on the time line, and how far along it is, in per cent."""

    day: date
    at: str


@dataclass(frozen=True)
class Bar:
    """A stage on the time line: where it begins and how long it is, in per cent."""

    end: StageEnd
    at: str
    length: str


class TimeLine:
    """All running audits over one stretch of time, from the first opening to the last end."""

    def __init__(self, rows: Sequence[Row]) -> None:
        planned = [row for row in rows if row.ends]
        days = [end.ended for row in planned for end in row.ends]
        self.first = min((row.audit.opened_on for row in planned), default=clock.today())
        self.last = max([*days, clock.today() + timedelta(days=28)])
        self.rows = [(row.audit, [self._bar(end) for end in row.ends]) for row in planned]

    def _at(self, day: date) -> float:
        return 100 * (day - self.first).days / (self.last - self.first).days

    def _bar(self, end: StageEnd) -> Bar:
        at = self._at(end.begun)
        return Bar(end, f"{at:.2f}%", f"{max(0.3, self._at(end.ended) - at):.2f}%")

    @property
    def today(self) -> Mark:
        """Where today is."""
        return self._mark(clock.today())

    def _mark(self, day: date) -> Mark:
        return Mark(day, f"{self._at(day):.2f}%")

    @property
    def marks(self) -> list[Mark]:
        """The beginnings of months or, over a long time, of quarters."""
        months = [day for day in _months(self.first, self.last) if day > self.first]
        if len(months) > MONTHS:
            months = [day for day in months if day.month % 3 == 1]
        room = timedelta(days=(self.last - self.first).days * 0.06)
        return [self._mark(day) for day in months if day + room < self.last]


def _months(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=31)).replace(day=1)
