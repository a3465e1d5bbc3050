"""Recording that somebody is away, and that they are back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.people import away
from macfa.people.models import Absence, User
from notifications.inbox import Message
from workflows import clock
from workflows.lifecycle import act, begin, beginning, tell_at_the_end

if TYPE_CHECKING:
    from datetime import date


def record_absence(
    *,
    person: User,
    first: date,
    last: date,
    cover: User | None = None,
    by: User,
    token: str | None = None,
) -> Absence:
    """Somebody is away from a day to a day. Whoever covers hears of it, and so do they where
    somebody else has recorded it."""
    with beginning(token):
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        away.check_record(person, first, last, cover, by)
        absence = Absence(person=person, first=first, last=last, cover=cover, by=by)
        begin(absence, "recorded", by=by, token=token, facts=_facts(absence))
        User.objects.filter(pk=person.pk).update(absence=absence)
        tell_at_the_end(_messages(absence, by))
    return absence


def _facts(absence: Absence) -> dict[str, str]:
    """The person by their public number: a name could never be erased from the chain."""
    first, last = (date_format(day, "j F Y") for day in (absence.first, absence.last))
    return {"to_person": absence.person.public_id, "first": first, "last": last}


def _messages(absence: Absence, by: User) -> list[Message]:
    said = "from {first} to {last}".format(**_facts(absence))
    told = {absence.person: f"{by} recorded that you are away {said}"}
    if absence.cover:
        told[absence.cover] = f"You cover for {absence.person} {said}"
    return [
        Message(
            person.pk,
            event="absence.recorded",
            event_key=f"absence-{absence.public_id}",
            text=text,
            url=absence.get_absolute_url(),
            at=clock.now(),
        )
        for person, text in told.items()
        if person != by
    ]


def forget_past() -> int:
    """Whose absence is over is there again: their account no longer names it. Says of how many."""
    over = User.objects.filter(absence__last__lt=clock.today())
    # A round in which nobody comes back only reads: an update would keep other writers waiting.
    return over.update(absence=None) if over.exists() else 0


def end_absence(*, absence: Absence, by: User, token: str | None = None) -> Absence:
    """They are back, or were not away after all: work comes to them again from now on."""
    with act(absence, by=by, token=token) as (doing, absence):
        away.check_end(absence, by)
        doing.change(ended_at=clock.now())
        doing.note("ended", facts={"to_person": absence.person.public_id})
        User.objects.filter(absence=absence).update(absence=None)
    return absence
