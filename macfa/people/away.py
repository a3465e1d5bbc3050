"""Who is away, who covers for them, and who may say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.people.models import Absence, Membership, Team, User
from macfa.people.rules import gives
from workflows import clock
from workflows.errors import NotAllowed, NotYet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

#: No absence is recorded that is as long as this, in days: somebody else takes the role then.
LONGEST = 366


def away(people: Iterable[User]) -> dict[int, str]:
    """Who of these people is away today, by number: until when, and who covers for them."""
    numbers = [person.absence_id for person in people if person.absence_id]
    if not numbers:
        return {}
    rows = Absence.objects.filter(pk__in=numbers).select_related("cover")
    return {row.person_id: in_words(row) for row in rows if row.is_now}


def in_words(absence: Absence) -> str:
    """“away until 12 December 2026, Sam Okoye covers”."""
    covers = f", {absence.cover} covers" if absence.cover else ""
    return f"away until {date_format(absence.last, 'j F Y')}{covers}"


def stand_in(person: User) -> User | None:
    """Who covers for somebody today; None where they are there, or nobody does."""
    if person.absence_id is None:
        return None
    absence = Absence.objects.select_related("cover__absence").get(pk=person.absence_id)
    cover = absence.cover if absence.is_now else None
    if cover is None or not cover.is_active or (cover.absence and cover.absence.is_now):
        return None
    return cover


def may_be_away(by: User, here: int | None = None) -> QuerySet[User]:
    """Whose absence somebody may record, by name: their own, and that of whoever they give work
    to; of those `here` alone, where a partnership is named."""
    teams = gives(by) if here is None else gives(by).filter(partnership=here)
    theirs = Membership.objects.current().filter(team__in=teams).values("person")
    return (User.objects.filter(pk__in=theirs) | User.objects.filter(pk=by.pk)).order_by("name")


def may_cover(by: User, here: int | None = None) -> QuerySet[User]:
    """Everybody who shares a team with somebody whose absence `by` may record, by name.

    Step by step: as one statement it took PostgreSQL minutes where it knew little of the tables.
    """
    people = list(may_be_away(by, here).order_by().values_list("pk", flat=True))
    serving = Membership.objects.current()
    if here is not None:
        serving = serving.filter(team__partnership=here)
    teams = set(serving.filter(person__in=people).values_list("team", flat=True))
    sharing = Membership.objects.current().filter(team__in=teams).values("person")
    return User.objects.filter(pk__in=sharing).order_by("name")


def check_record(person: User, first: date, last: date, cover: User | None, by: User) -> None:
    """One's own absence, or that of somebody to whom one gives work; covered by somebody of the
    same team."""
    _check_may(person, by)
    if last < first:
        raise NotYet("The last day cannot be before the first.")
    if last < clock.today():
        raise NotYet("The last day has passed already.")
    if (last - first).days > LONGEST:
        raise NotYet("That is more than a year. Give the role to somebody else instead.")
    if Absence.objects.to_come().filter(person=person).exists():
        raise NotYet(f"Another absence of {person} is recorded already. End that one first.")
    if cover is not None:
        _check_cover(person, first, last, cover)


def _check_cover(person: User, first: date, last: date, cover: User) -> None:
    teams = Team.objects.of(person).values("pk")
    shares = Membership.objects.current().filter(person=cover, team__in=teams).exists()
    if cover == person or not shares:
        raise NotYet(f"Choose somebody else who works in the same team as {person}.")
    theirs = Absence.objects.to_come().filter(person=cover)
    if theirs.filter(first__lte=last, last__gte=first).exists():
        raise NotYet(f"{cover} is away themselves in these days.")


def check_end(absence: Absence, by: User) -> None:
    """Whoever may record it may say that they are back."""
    _check_may(absence.person, by)
    if absence.ended_at is not None:
        raise NotYet(f"{absence.person} is back already.")


def _check_may(person: User, by: User) -> None:
    if not may_be_away(by).filter(pk=person.pk).exists():
        raise NotAllowed("An absence is recorded by the person, their lead or the coordinator.")
