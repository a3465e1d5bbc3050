"""Agencies join a partnership, and end: another carries on for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.people import rules
from macfa.people.models import Agency, Membership, Setting, Succession, Team
from macfa.people.roles import GUIDES, LEAD_GIVES, Role
from macfa.people.services.serving import join
from workflows import clock
from workflows.lifecycle import begin, beginning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from macfa.people.models import Partnership, User


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
