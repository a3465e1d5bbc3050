"""Days on which schools are closed, pointed out where an agency that keeps school terms owes
something then (R4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people.models import Agency, SchoolHoliday

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from macfa.audits.models import Audit


def in_school_holidays(audit: Audit, day: date) -> str:
    """What to know about the day on which an audit's returns are due: a sentence, or nothing.

    Before the scope names the agencies, all of the partnership count.
    """
    agencies = audit.agencies.all() or audit.partnership.agencies.on(day)
    return of_agencies(agencies, day)


def of_agencies(agencies: Iterable[Agency], day: date) -> str:
    """Which of these agencies may have nobody there on a day, in a sentence; or nothing."""
    keeping = [agency for agency in agencies if agency.keeps_school_terms]
    if not keeping:
        return ""
    holidays = SchoolHoliday.objects.filter(partnership=keeping[0].partnership_id)
    holiday = holidays.filter(first__lte=day, last__gte=day).first()
    if holiday is None:
        return ""
    names = " and ".join(agency.name for agency in keeping)
    return f"That is in the school holidays ({holiday}): {names} may have nobody there."
