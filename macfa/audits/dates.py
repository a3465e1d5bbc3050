"""Stage dates in working days: proposed from one start date, and compared before they move (R3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.audits.lifecycle import WORKING_STAGES, Stage
from workflows.working_days import add_working_days, is_working_day, working_days_between

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

#: Working days from the start to the end of each stage, as partnerships usually plan them:
#: scope in two weeks, sample in one more, returns in three, panel three weeks later, findings in
#: five more, and actions over about nine months.
WORKING_DAYS = {
    Stage.THEME_SELECTION: 10,
    Stage.CASE_SAMPLING: 15,
    Stage.AGENCY_AUDITS: 30,
    Stage.MODERATION: 45,
    Stage.FINDINGS: 70,
    Stage.ACTION_TRACKING: 260,
}


def propose(start: date) -> dict[Stage, date]:
    """The day by which each stage should be over when the audit starts on `start`."""
    return {stage: add_working_days(start, days) for stage, days in WORKING_DAYS.items()}


def working_days(count: int) -> str:
    """“1 working day”, “15 working days”."""
    return f"{count} working day{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Step:
    """The end of one stage in a plan, beside the day planned for it so far."""

    stage: Stage
    day: date
    after: date
    was: date | None = None

    @property
    def working_days(self) -> int:
        """How long the stage has, counted from the end of the stage before it."""
        return working_days_between(self.after, self.day)

    @property
    def closed(self) -> bool:
        """Whether the day is a weekend or a bank holiday."""
        return not is_working_day(self.day)

    @property
    def words(self) -> str:
        """The day with its weekday, and whether offices are closed: “Friday 4 December 2026”."""
        words = date_format(self.day, "l j F Y")
        if not self.closed:
            return words
        why = "a bank holiday" if self.day.weekday() < 5 else "not a working day"
        return f"{words} ({why})"

    @property
    def length(self) -> str:
        """How long the stage has, in words."""
        since = "the stage before it"
        if self.stage is WORKING_STAGES[0]:
            since = date_format(self.after, "j F Y")
        return f"{working_days(self.working_days)} after {since}"

    @property
    def moves(self) -> bool:
        """Whether a day that was planned changes."""
        return self.was is not None and self.was != self.day

    @property
    def moved_by(self) -> int:
        """Working days by which the end moves: later is positive."""
        return working_days_between(self.was, self.day) if self.was else 0


def steps(
    plan: Mapping[Stage, date], start: date, was: Mapping[Stage, date] | None = None
) -> list[Step]:
    """A plan stage by stage, each stage counted from the end of the one before it."""
    found: list[Step] = []
    for stage in WORKING_STAGES:
        if stage in plan:
            after = found[-1].day if found else start
            found.append(Step(stage, plan[stage], after, (was or {}).get(stage)))
    return found
