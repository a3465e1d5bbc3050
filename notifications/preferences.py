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
from notifications.models import Hours, HowEmail, Preference

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

    def is_due(self, kind: Kind, at: datetime, now: datetime) -> bool:
        """Whether an e-mail about what they were told at a moment is due."""
        if kind == Kind.CONCERNS:
            return True
        if self.is_quiet(now):
            return False
        if self.email(kind) == HowEmail.DIGEST:
            return self._next_digest(at) <= now
        return at + timedelta(seconds=settings.EMAIL_SETTLE_SECONDS) <= now

    def _next_digest(self, at: datetime) -> datetime:
        local = timezone.localtime(at)
        digest = local.replace(hour=self.hours.daily_at, minute=0, second=0, microsecond=0)
        return digest if digest > local else digest + timedelta(days=1)


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
    """Keep what somebody has chosen: what is announced, when e-mail comes, and its hours."""
    hours.recipient_id = recipient_id
    hours.save()
    for kind in CHOSEN:
        Preference.objects.update_or_create(
            recipient_id=recipient_id,
            kind=kind,
            defaults={"live": kind in live, "email": email[kind]},
        )
