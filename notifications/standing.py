"""Where the people with open pages stand: what is the last thing they were told, and how much have
they not read, and are they still signed in? Read for all of them at once, whatever their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db.models import Count
from django.utils import timezone

from notifications import inbox
from notifications.models import Counter, Notification

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True)
class SignIn:
    """What a page was opened with: whose it is, by which session, under which password."""

    person: int
    session: str
    fingerprint: str


@dataclass(frozen=True)
class Standing:
    """The state of the database for the people of one process, at one heartbeat."""

    last_seqs: dict[int, int]
    unread_counts: dict[int, int]
    sessions: frozenset[str]
    fingerprints: dict[int, str]

    def admits(self, sign_in: SignIn) -> bool:
        """Whether a page may stay: session not ended, account active, same password."""
        return (
            sign_in.session in self.sessions
            and self.fingerprints.get(sign_in.person) == sign_in.fingerprint
        )

    def last_seq(self, person: int) -> int:
        return self.last_seqs.get(person, 0)

    def unread(self, person: int) -> int:
        """How much they have not read, counted as the badge counts it."""
        return min(self.unread_counts.get(person, 0), inbox.MANY)


def of_one(person: int) -> tuple[int, int]:
    """The number of the last thing one person was told, and how much they have not read."""
    return inbox.last_seq(person), inbox.unread_count(person)


def read(sign_ins: Collection[SignIn]) -> Standing:
    """Four statements, however many pages are open. Reading extends no session."""
    people = {sign_in.person for sign_in in sign_ins}
    keys = {sign_in.session for sign_in in sign_ins}
    unread = Notification.objects.filter(recipient__in=people).unread()
    counted = unread.order_by().values("recipient").annotate(number=Count("pk"))
    counters = Counter.objects.filter(recipient__in=people)
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    active = get_user_model().objects.filter(pk__in=people, is_active=True)
    return Standing(
        last_seqs=dict(counters.values_list("recipient", "last_seq")),
        unread_counts=dict(counted.values_list("recipient", "number")),
        sessions=frozenset(live.values_list("session_key", flat=True)),
        fingerprints={user.pk: user.get_session_auth_hash() for user in active.only("password")},
    )


aread = database_sync_to_async(read)
