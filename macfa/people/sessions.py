"""Where somebody is signed in. A session ends when nothing was opened or sent for a while, at the
latest twelve hours after signing in, and when it is ended from elsewhere.

The end stands on the session's own row, so that a page, a socket that opens and the heartbeat of
one that is open find the same, at no cost of their own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from macfa.people.models import User

SIGNED_IN_AT = "signed_in_at"
#: Under this a session, and its line in the list of one's sessions, says that it was begun by an
#: e-mailed link: it reaches its person's own returns alone, and ends sooner.
BY_LINK = "by_link"
LONGEST_BY_LINK = timedelta(hours=2)
BATCH = 500


def ends_at(session: SessionBase) -> datetime:
    """When a session ends if nothing is opened or sent before."""
    return session.get_expiry_date()


def seconds_left(session: SessionBase) -> int:
    """The same, as the script counts that warns."""
    return max(0, int((ends_at(session) - timezone.now()).total_seconds()))


def begin(request: HttpRequest, *, by_link: bool = False) -> None:
    """Somebody has signed in: the longest time begins now."""
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    request.session[BY_LINK] = by_link
    request.session.set_expiry(_end(request.session, timezone.now()))


def put_off(request: HttpRequest) -> None:
    """A page was opened or sent: the session goes on from now, but never beyond its longest."""
    session, now = request.session, timezone.now()
    if SIGNED_IN_AT not in session:
        return  # Nobody signed in by a page of ours: it ends as its row says.
    end = _end(session, now)
    if timedelta() <= end - ends_at(session) < _step():
        return
    session.set_expiry(end)
    _seen(request, now)


def _end(session: SessionBase, now: datetime) -> datetime:
    began = datetime.fromtimestamp(session[SIGNED_IN_AT], tz=UTC)
    longest = began + _longest(session)
    return min(now + timedelta(seconds=settings.SESSION_IDLE_SECONDS), longest)


def _longest(session: SessionBase) -> timedelta:
    return (
        LONGEST_BY_LINK if session.get(BY_LINK) else timedelta(seconds=settings.SESSION_COOKIE_AGE)
    )


def _step() -> timedelta:
    """The end is put off at most once a minute, which saves statements on every other page."""
    return min(timedelta(minutes=1), timedelta(seconds=settings.SESSION_IDLE_SECONDS / 10))


def _seen(request: HttpRequest, now: datetime) -> None:
    """Remember on the list of one's sessions when this one was used last."""
    mine = UserSession.objects.filter(session_key=request.session.session_key, user=request.user.pk)
    mine.update(last_seen_at=now)


def end_all(person: User, *, but: str | None = None) -> int:
    """Sign somebody out everywhere, but for one session. Their open pages hear of it too."""
    theirs = UserSession.objects.filter(user=person).exclude(session_key=but)
    keys = list(theirs.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    theirs.filter(session_key__in=keys).delete()
    return len(keys)


def end_by_link(person: User) -> int:
    """Sign somebody out wherever they came by a link."""
    theirs = UserSession.objects.filter(user=person, **{f"data__{BY_LINK}": True})
    keys = list(theirs.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    theirs.delete()
    return len(keys)


def is_by_link(request: HttpRequest) -> bool:
    """Whether this browser was signed in by an e-mailed link."""
    return bool(request.user.is_authenticated and request.session.get(BY_LINK))


def mark_by_link(request: HttpRequest) -> None:
    """Say in the list of one's sessions that this one was begun by a link."""
    key = request.session.session_key
    UserSession.objects.filter(session_key=key).update(data={BY_LINK: True})


def end_one(person: User, number: int, *, but: str | None = None) -> bool:
    """Sign somebody out in one place; whether it was one of theirs."""
    one = UserSession.objects.filter(user=person, pk=number).exclude(session_key=but).first()
    if one is None:
        return False
    Session.objects.filter(session_key=one.session_key).delete()
    one.delete()
    return True


def forget_ended() -> int:
    """Take away the rows of sessions that have ended: work of the worker."""
    over = Session.objects.filter(expire_date__lt=timezone.now())
    keys = list(over.values_list("session_key", flat=True)[:BATCH])
    if not keys:
        return 0
    UserSession.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)
