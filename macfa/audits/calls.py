"""A reminder that somebody gave by telephone, written down afterwards. It sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateformat import format as format_date

from macfa.audits.reminders import Reminded
from workflows import clock
from workflows.errors import NotYet

if TYPE_CHECKING:
    from macfa.people.models import User
    from workflows.lifecycle import Act


#: Nobody writes down a call that was longer ago than this.
LONG_AGO = timedelta(days=366)


@dataclass(frozen=True)
class Call:
    """Who was spoken to, on which day, and a word about it. Never a name: a role."""

    spoke_to: str
    on: date
    note: str = ""

    @property
    def at(self) -> datetime:
        """When it was, as far as one knows: now, or noon of an earlier day."""
        if self.on == clock.today():
            return clock.now()
        return timezone.make_aware(datetime.combine(self.on, time(12)))


def check_call(call: Call) -> None:
    """Somebody was called, on a day that has come."""
    if call.spoke_to not in Reminded.Spoke.values:
        raise NotYet("Say whom you spoke to.")
    if call.on > clock.today():
        raise NotYet("Choose today or an earlier day.")
    if call.on < clock.today() - LONG_AGO:
        raise NotYet("That is more than a year ago. Check the year.")


def keep_call(doing: Act, kept: type[Reminded], field: str, call: Call, by: User) -> Reminded:
    """Write a call down among the reminders of the act's record, and in its ledger."""
    check_call(call)
    spoke, day = Reminded.Spoke(call.spoke_to).label, format_date(call.on, "j F Y")
    doing.note("telephoned", facts={"spoke": str(spoke), "day": day}, text=call.note.strip())
    return kept._default_manager.create(
        **{field: doing.record},
        by=by,
        at=call.at,
        note=call.note.strip(),
        way=Reminded.Way.TELEPHONE,
        spoke_to=call.spoke_to,
    )
