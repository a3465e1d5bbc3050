"""Roles are given, ended and moved, and whoever has none left has their account closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.formats import date_format

from macfa.people import giving_roles as rules
from macfa.people.models import Membership, Team, User
from macfa.people.roles import Role
from macfa.people.rules import holders_of, holds
from macfa.people.services.settings import note_change
from notifications.inbox import Message
from workflows import clock
from workflows.errors import NotYet
from workflows.ids import public_id
from workflows.lifecycle import beginning, tell_at_the_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from macfa.people.models import Agency, Partnership

    Days = tuple[date, date | None]


def in_words(since: date, until: date | None) -> dict[str, str]:
    """The days of a role as the ledger says them."""
    last = f"to {date_format(until, 'j F Y')}" if until else "on"
    return {"since": date_format(since, "j F Y"), "until": last}


def give_role(
    *,
    person: User,
    team: Team,
    since: date,
    until: date | None = None,
    by: User,
    token: str | None = None,
) -> Membership:
    """Somebody who serves in the partnership takes one more role, and is told."""
    with beginning(token):
        person = _hold(person)
        rules.check_gives(person, team, since, until, by)
        return _give(person, team, (since, until), by, token)


def _hold(person: User) -> User:
    """One act at a time on somebody's roles."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _give(person: User, team: Team, days: Days, by: User, token: str | None = None) -> Membership:
    held = Membership.objects.create(person=person, team=team, since=days[0], until=days[1])
    facts = {"role": team.name, **in_words(*days)}
    note_change(team.partnership, "role_given", by, about=person, token=token, **facts)
    _tell(person, f"You have a role from {facts['since']}: {team.name}", by)
    url = f"/people/{person.public_id}/"
    tell_coordinators(team, f"{by} gave somebody the role {team.name}", url, by)
    return held


def end_roles(
    *,
    person: User,
    memberships: Iterable[Membership],
    last: date | None,
    by: User,
    token: str | None = None,
) -> list[Membership]:
    """Somebody gives roles up: on the last day they still hold them. None: at once, as of now.

    Their open work stays with them until it is handed over; whoever ends a role sees it first.
    """
    with beginning(token):
        person = _hold(person)
        ending = _fresh(person, [each.pk for each in memberships])
        for number, each in enumerate(ending):
            rules.check_ends(each, last, by)
            _end(each, last, by, token if number == 0 else None)
        close_where_nothing_is_left(person, by)
    return ending


def _fresh(person: User, numbers: Iterable[int]) -> list[Membership]:
    related = ("team__partnership", "team__agency", "person")
    rows = Membership.objects.filter(person=person, pk__in=list(numbers))
    # Two of the last coordinators who end at one moment would each count the other.
    list(Team.objects.select_for_update(no_key=True).filter(memberships__in=rows).order_by("pk"))
    return list(rows.select_related(*related).order_by("pk"))


def end_in_act(membership: Membership, last: date, by: User) -> None:
    """End a role as part of another act."""
    rules.check_ends(membership, last, by)
    _end(membership, last, by)


def _end(membership: Membership, last: date | None, by: User, token: str | None = None) -> None:
    # Roles are held for whole days: what ends at once was held until yesterday.
    membership.until = last or clock.today() - timedelta(days=1)
    membership.save(update_fields=["until"])
    team, person = membership.team, membership.person
    said = date_format(membership.until, "j F Y")
    verb = "role_ended" if last else "role_ended_at_once"
    note_change(team.partnership, verb, by, about=person, token=token, role=team.name, last=said)
    if last and last >= clock.today():
        _tell(person, f"Your role {team.name} ends on {said}", by)


def move_agency(
    *,
    person: User,
    leaving: Agency,
    joining: Agency,
    on: date,
    by: User,
    token: str | None = None,
) -> list[Membership]:
    """Somebody goes to another agency: every role of theirs in the one ends the day before, and
    begins in the other."""
    with beginning(token):
        person = _hold(person)
        held = roles_in(person, leaving)
        if not held:
            raise NotYet(f"{person} holds no role in {leaving}.")
        if joining.partnership_id != leaving.partnership_id or joining.pk == leaving.pk:
            raise NotYet("Choose another agency of the partnership.")
        return [_move(each, joining, on, by) for each in held]


def roles_in(person: User, agency: Agency) -> list[Membership]:
    """What somebody holds in an agency, today or to come."""
    held = Membership.objects.filter(person=person, team__agency=agency).lasting_on(clock.today())
    related = ("team__partnership", "team__agency", "person")
    return list(held.select_related(*related).order_by("pk"))


def _move(membership: Membership, joining: Agency, on: date, by: User) -> Membership:
    old, until = membership.team, membership.until
    last = on - timedelta(days=1)
    team = Team.objects.for_role(old.partnership, Role(old.role), joining)
    rules.check_gives(membership.person, team, on, until, by)
    rules.check_ends(membership, last if last >= clock.today() else None, by)
    _end(membership, last if last >= clock.today() else None, by)
    return _give(membership.person, team, (on, until), by)


def leave_partnership(
    *,
    person: User,
    partnership: Partnership,
    last: date | None,
    by: User,
    token: str | None = None,
) -> Sequence[Membership]:
    """Somebody leaves: every role of theirs here ends, on a last day or at once. Where that was
    all they had, their account is closed, and they are signed out everywhere."""
    with beginning(token):
        person = _hold(person)
        held = Membership.objects.filter(person=person, team__partnership=partnership)
        going_on = held.lasting_on(clock.today()).values_list("pk", flat=True)
        ending = _fresh(person, going_on)
        for each in ending:
            begun = last if last and each.since <= last else None
            rules.check_ends(each, begun, by)
            _end(each, begun, by)
        close_where_nothing_is_left(person, by)
    return ending


def close_where_nothing_is_left(person: User, by: User | None) -> bool:
    """Close the account of somebody who holds no role in any partnership, today or to come.

    A closed account signs in no more; its sessions count no more, and its open pages are cut off
    with their next heartbeat. Nothing is deleted: an invitation opens it again.
    """
    if Membership.objects.filter(person=person).lasting_on(clock.today()).exists():
        return False
    last = Membership.objects.filter(person=person).select_related("team__partnership")
    newest = last.order_by("-until", "-pk").first()
    if newest is None or not User.objects.filter(pk=person.pk, is_active=True).update(
        is_active=False
    ):
        return False
    note_change(newest.team.partnership, "account_closed", by, about=person)
    return True


def close_accounts() -> int:
    """Whose last role ran out has their account closed. Says of how many."""
    held = Membership.objects.filter(person=OuterRef("pk"))
    left = User.objects.filter(
        Exists(held), ~Exists(held.lasting_on(clock.today())), is_active=True
    )
    closed = 0
    for person in left.order_by("pk"):
        with beginning():
            closed += close_where_nothing_is_left(_hold(person), None)
    return closed


def _tell(person: User, text: str, by: User, url: str = "/roles/") -> None:
    if person.pk == by.pk:
        return
    message = Message(
        person.pk,
        event="account.role",
        event_key=f"role-{public_id()}",
        text=text,
        url=url,
        at=clock.now(),
    )
    tell_at_the_end([message])


def tell_coordinators(team: Team, text: str, url: str, by: User) -> None:
    """Coordinators hear of every role that neither they nor a lead of its agency has given."""
    if team.agency is not None and holds(by, Role.AGENCY_LEAD, team.partnership_id, team.agency):
        return
    for each in holders_of(team.partnership_id, Role.COORDINATOR):
        _tell(each, text, by, url)
