"""How each person wants to hear of each kind of thing, and when an e-mail about it is due.

Without a row a person hears as most people would wish. Concerns are urgent: nobody turns them
off, and no quiet hour holds them back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications.kinds import Kind
from notifications.models import Hours, HowEmail, Notification, Preference

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: How people hear who have chosen nothing: e-mail soon, or once a day.
USUAL = {
    Kind.TASKS: HowEmail.NOW,
    Kind.REMINDERS: HowEmail.NOW,
    Kind.CONCERNS: HowEmail.NOW,
    Kind.NEWS: HowEmail.DIGEST,
}
#: What people may choose for.
CHOSEN = (Kind.TASKS, Kind.REMINDERS, Kind.NEWS)


@dataclass(frozen=True)
class Wishes:
    """What one person wants: their rows, or what is usual where there are none."""

    hours: Hours
    preferences: Mapping[str, Preference] = field(default_factory=dict)

    def email(self, kind: Kind) -> HowEmail:
        """When they get e-mail about a kind of thing."""
        chosen = self.preferences.get(kind) if kind in CHOSEN else None
        return HowEmail(chosen.email) if chosen else USUAL[kind]

    def live(self, kind: Kind) -> bool:
        """Whether their open pages announce a kind of thing at once."""
        chosen = self.preferences.get(kind) if kind in CHOSEN else None
        return chosen.live if chosen else True

    def is_quiet(self, now: datetime) -> bool:
        """Whether this is one of their hours without e-mail."""
        return self.hours.covers(timezone.localtime(now).hour)

    def due_at(self, kind: Kind, at: datetime) -> datetime:
        """When an e-mail about what they were told at a moment falls due."""
        if kind == Kind.CONCERNS:
            return at
        if self.email(kind) == HowEmail.DIGEST:
            return self.after_quiet(_next(at, self.hours.daily_at))
        return self.after_quiet(at + timedelta(seconds=settings.EMAIL_SETTLE_SECONDS))

    def is_due(self, kind: Kind, at: datetime, now: datetime) -> bool:
        """Whether an e-mail about what they were told at a moment is due."""
        quiet = kind != Kind.CONCERNS and self.is_quiet(now)
        return not quiet and self.due_at(kind, at) <= now

    def after_quiet(self, moment: datetime) -> datetime:
        """This moment or, in an hour without e-mail, the end of those hours."""
        ends = self.hours.quiet_until
        return _next(moment, ends) if self.is_quiet(moment) and ends is not None else moment


def _next(moment: datetime, hour: int) -> datetime:
    """The next time that it is this hour here, after a moment."""
    local = timezone.localtime(moment)
    found = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return found if found > local else found + timedelta(days=1)


def wishes_of(people: Collection[int]) -> dict[int, Wishes]:
    """What each of these people wants: two statements, however many they are."""
    hours = Hours.objects.in_bulk(people)
    chosen: dict[int, dict[str, Preference]] = {}
    for row in Preference.objects.filter(recipient__in=people):
        chosen.setdefault(row.recipient_id, {})[row.kind] = row
    return {
        person: Wishes(hours.get(person) or Hours(recipient_id=person), chosen.get(person, {}))
        for person in people
    }


@transaction.atomic
def choose(
    recipient_id: int, *, live: Collection[str], email: Mapping[Kind, str], hours: Hours
) -> None:
    """Keep what somebody has chosen: what is announced, when e-mail comes, and its hours. When
    e-mail is due about what waits already is worked out anew."""
    hours.recipient_id = recipient_id
    hours.save()
    for kind in CHOSEN:
        Preference.objects.update_or_create(
            recipient_id=recipient_id,
            kind=kind,
            defaults={"live": kind in live, "email": email[kind]},
        )
    Notification.objects.of(recipient_id).unsettled().update(due_at=None)
