"""What changes about people: a partnership is set up, people join it and leave, agencies end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.people import rules
from macfa.people.models import (
    Agency,
    Change,
    Membership,
    Partnership,
    SchoolHoliday,
    Setting,
    Succession,
    Team,
    User,
)
from macfa.people.roles import GUIDES, LEAD_GIVES, Role
from workflows import clock
from workflows.lifecycle import begin, beginning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def add_agency(
    *,
    partnership: Partnership,
    code: str,
    name: str,
    position: int = 0,
    signs_off: bool = False,
    keeps_school_terms: bool = False,
    settings: Sequence[str] = (),
) -> Agency:
    """Add an agency to a partnership, with a team for each role it has, and the settings (schools,
    practices) it may have."""
    agency, _ = Agency.objects.get_or_create(
        partnership=partnership,
        code=code,
        defaults={
            "name": name,
            "position": position,
            "signs_off": signs_off,
            "keeps_school_terms": keeps_school_terms,
        },
    )
    for guide in GUIDES:
        if guide.of_an_agency:
            Team.objects.for_role(partnership, guide.role, agency)
    for setting in settings:
        Setting.objects.get_or_create(agency=agency, name=setting)
    return agency


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


def note_change(partnership: Partnership, verb: str, by: User, **facts: str | int | None) -> None:
    """Keep in the ledger a change that no other record shows. Part of making it."""
    begin(Change(partnership=partnership, by=by), verb, by=by, facts=facts)


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


def add_person(*, email: str, name: str, password: str | None = None) -> User:
    """Open an account, or find the one that is there: a person has one for all their roles."""
    known = User.objects.filter(email__iexact=email).first()
    return known or User.objects.create_user(email, password, name=name)


def join(
    *, person: User, partnership: Partnership, role: Role, agency: Agency | None = None
) -> Membership:
    """Somebody takes a role from today on, in an agency where the role is an agency's."""
    team = Team.objects.for_role(partnership, role, agency)
    membership, _ = Membership.objects.get_or_create(
        person=person, team=team, until=None, defaults={"since": clock.today()}
    )
    return membership


def leave(*, membership: Membership) -> Membership:
    """Somebody gives up a role: today is the last day on which they hold it.

    Roles are held for whole days, as agencies are there for whole days. What they could see in
    that role is closed to them tomorrow; their open work has to be moved by hand.
    """
    membership.until = clock.today()
    membership.save(update_fields=["until"])
    return membership


def new_name(*, agency: Agency, code: str, name: str, on: date) -> Agency:
    """A new agency that everybody of an old one joins in the same roles: it was renamed.

    Part of ending the old one.
    """
    rules.check_new_agency(agency, code, name)
    fresh = add_agency(
        partnership=agency.partnership,
        code=code.strip().upper(),
        name=name.strip(),
        position=agency.position,
        signs_off=agency.signs_off,
        keeps_school_terms=agency.keeps_school_terms,
        settings=list(agency.settings.values_list("name", flat=True)),
    )
    Agency.objects.filter(pk=fresh.pk).update(since=on)
    for each in Membership.objects.current().filter(team__agency=agency).select_related("team"):
        join(
            person=each.person,
            partnership=agency.partnership,
            role=Role(each.team.role),
            agency=fresh,
        )
    return fresh


def succeed(
    *,
    agency: Agency,
    successor: Agency,
    on: date,
    why: str,
    by: User,
    token: str | None = None,
) -> Succession:
    """An agency ended, and another carries on for it from a day on.

    The leads, auditors and action owners of the successor act for it from now on; whoever does
    not work for the successor loses these roles. Later rooms see to the work that is open.
    """
    with beginning(token):
        agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
        rules.check_ends_agency(agency, on, why, by)
        rules.check_carries_on(agency, successor)
        _hand_roles_over(agency, successor)
        agency.until, agency.successor = on - timedelta(days=1), successor
        agency.save(update_fields=["until", "successor"])
        succession = Succession(agency=agency, successor=successor, on=on, why=why.strip(), by=by)
        day = date_format(on, "j F Y")
        facts = {"agency": agency.name, "successor": successor.name, "day": day}
        begin(succession, "succeeded", by=by, token=token, text=why.strip(), facts=facts)
    return succession


def _hand_roles_over(agency: Agency, successor: Agency) -> None:
    """Whoever gives out and does the work of the successor does that of the agency, nobody else."""
    current = Membership.objects.current().filter(team__role__in=LEAD_GIVES)
    theirs = list(current.filter(team__agency=successor).select_related("team", "person"))
    for each in theirs:
        join(
            person=each.person,
            partnership=agency.partnership,
            role=Role(each.team.role),
            agency=agency,
        )
    stays = {each.person_id for each in theirs}
    others = current.filter(team__agency=agency).exclude(person__in=stays)
    others.update(until=clock.today() - timedelta(days=1))


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
    changed: dict[str, str | int] = {
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
