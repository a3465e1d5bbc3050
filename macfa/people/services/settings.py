"""What a partnership has set: numbers to call, school holidays, how much one person holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from macfa.people import rules
from macfa.people.models import Change, Partnership, SchoolHoliday
from macfa.people.roles import Role
from workflows.lifecycle import begin, beginning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from macfa.people.models import Agency, User


def note_change(
    partnership: Partnership,
    verb: str,
    by: User | None,
    *,
    about: User | None = None,
    token: str | None = None,
    **facts: str | int | None,
) -> None:
    """Keep in the ledger a change that no other record shows. Part of making it."""
    if about is not None:
        facts["to_person"] = about.public_id
    change = Change(partnership=partnership, by=by, person=about)
    begin(change, verb, by=by, token=token, facts=facts)


def add_school_holiday(
    *, partnership: Partnership, name: str, first: date, last: date, by: User
) -> SchoolHoliday:
    """The schools are closed from the first to the last of these days (R4)."""
    rules.check_school_holiday(partnership, name, first, last, by)
    with beginning():
        note_change(partnership, "holiday_entered", by, name=name.strip())
        return SchoolHoliday.objects.create(
            partnership=partnership, name=name.strip(), first=first, last=last
        )


def remove_school_holiday(*, holiday: SchoolHoliday, by: User) -> None:
    """It was entered by mistake, or the dates have moved."""
    rules.check_holds(by, Role.COORDINATOR, holiday.partnership)
    with beginning():
        note_change(holiday.partnership, "holiday_removed", by, name=holiday.name)
        holiday.delete()


def keep_school_terms(*, partnership: Partnership, agencies: Sequence[Agency], by: User) -> None:
    """Say which agencies have nobody there in the school holidays."""
    rules.check_holds(by, Role.COORDINATOR, partnership)
    keep = [agency.pk for agency in agencies]
    with beginning():
        note_change(partnership, "school_terms", by)
        partnership.agencies.filter(pk__in=keep).update(keeps_school_terms=True)
        partnership.agencies.exclude(pk__in=keep).update(keeps_school_terms=False)


def set_most_open_tasks(
    *, partnership: Partnership, most_open_tasks: int | None, by: User
) -> Partnership:
    """Say how many open tasks one person should hold at most. None: as many as it takes."""
    rules.check_holds(by, Role.COORDINATOR, partnership)
    old, new = partnership.most_open_tasks, most_open_tasks
    partnership.most_open_tasks = new
    with beginning():
        note_change(partnership, "most_open_tasks", by, old=old or "any", new=new or "any")
        partnership.save(update_fields=["most_open_tasks"])
    return partnership


def set_numbers(
    *,
    partnership: Partnership,
    front_door: str,
    out_of_hours: str,
    lado: str,
    acknowledge_within_hours: int,
    by: User,
) -> Partnership:
    """Change the numbers that people call, and how soon a concern is told again."""
    rules.check_keeps_numbers(partnership, by)
    changed: dict[str, Any] = {
        "front_door": front_door,
        "out_of_hours": out_of_hours,
        "lado": lado,
        "acknowledge_within_hours": acknowledge_within_hours,
    }
    for name, value in changed.items():
        setattr(partnership, name, value)
    with beginning():
        note_change(partnership, "numbers", by, **changed)
        partnership.save(update_fields=changed)
    return partnership
