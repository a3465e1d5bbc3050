"""Telling people: `tell` and `tell_many` store a message in the transaction of the act it is
about, and when that commits everybody concerned gets one live hint (docs/adr/0004).

People are known here by the number of their account alone.
"""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from notifications import push
from notifications.kinds import is_of
from notifications.models import Counter, Notification
from notifications.narrowing import EVERYTHING, Narrowing
from notifications.rows import insert_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from notifications.kinds import Kind
    from notifications.models import NotificationQuerySet

BATCH = 500
RAISE_COUNTERS = """
INSERT INTO notifications_counter AS c (recipient_id, last_seq) VALUES {values}
ON CONFLICT (recipient_id) DO UPDATE SET last_seq = c.last_seq + excluded.last_seq
RETURNING recipient_id, last_seq
"""
#: Nobody needs to know exactly how many more: counting stops here.
MANY = 100


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell one person. `event_key` is unique for the person; `url` is a path of ours."""

    recipient_id: int
    event: str
    event_key: str
    text: str
    url: str
    at: datetime | None = None


def tell(
    recipient_id: int,
    *,
    event: str,
    event_key: str,
    text: str,
    url: str,
    at: datetime | None = None,
) -> Notification:
    """Tell one person one thing, inside the act's transaction and as its last write.

    An event key comes from the row it is about (an assignment), so a repeated one is a fault
    of the caller: it raises IntegrityError and undoes the act. To tell two or more people in
    one act use `tell_many`, which takes their counters in order and so cannot deadlock.
    """
    [told] = tell_many([Message(recipient_id, event, event_key, text, url, at)])
    return told


def tell_many(messages: Sequence[Message]) -> list[Notification]:
    """Tell many people many things. Costs statements by the batch, and one hint a person."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "Tell people inside transaction.atomic(), with the act that it is about."
        )
    newest = _take_numbers(Tally(message.recipient_id for message in messages))
    told = list(_numbered(messages, newest))
    insert_many(told)
    _hint_after_commit(newest)
    return told


def _take_numbers(wanted: Mapping[int, int]) -> dict[int, int]:
    """Raise each person's counter by what is wanted: the last number of each.

    The rows stay locked until commit. Everybody takes them in order of person, here within a
    statement and from batch to batch, so two bulk acts wait for each other and never deadlock.
    """
    people = sorted(wanted)
    newest: dict[int, int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(people), BATCH):
            batch = people[start : start + BATCH]
            values = ", ".join(["(%s, %s)"] * len(batch))
            cursor.execute(
                RAISE_COUNTERS.format(values=values),
                [value for person in batch for value in (person, wanted[person])],
            )
            newest.update(cursor.fetchall())
    return newest


def _numbered(messages: Sequence[Message], newest: Mapping[int, int]) -> Iterable[Notification]:
    """A row for each message, each person's numbers in the order of their messages."""
    now = timezone.now()
    left = Tally(message.recipient_id for message in messages)
    for message in messages:
        left[message.recipient_id] -= 1
        yield Notification(
            recipient_id=message.recipient_id,
            seq=newest[message.recipient_id] - left[message.recipient_id],
            event=message.event,
            event_key=message.event_key,
            text=message.text,
            url=message.url,
            at=message.at or now,
        )


class _Hints:
    """The hints of one transaction, sent together once it has committed.

    Every `tell` registers its own call, because a rolled-back savepoint takes its calls with
    it; the first that survives sends for all. At worst somebody gets a hint about a message of
    such a savepoint, and finds nothing new.
    """

    def __init__(self, newest: dict[int, int]) -> None:
        self.newest = newest

    def __call__(self) -> None:
        waiting = dict(self.newest)
        self.newest.clear()
        if waiting:
            push.hints(waiting)


def _hint_after_commit(newest: Mapping[int, int]) -> None:
    registered = (entry[1] for entry in connection.run_on_commit)
    shared = next((call for call in registered if isinstance(call, _Hints)), None)
    waiting = shared.newest if shared else {}
    waiting.update(newest)
    transaction.on_commit(_Hints(waiting), robust=True)


def after(recipient_id: int, seq: int, *, limit: int = MANY) -> list[Notification]:
    """What a person has been told since number `seq`, oldest first."""
    later = Notification.objects.of(recipient_id).filter(seq__gt=seq)
    return list(later.order_by("seq")[:limit])


def page(
    recipient_id: int, narrowing: Narrowing = EVERYTHING, *, size: int = 25
) -> list[Notification]:
    """A page of somebody's inbox, newest first, and one more where there is a next page."""
    rows = Notification.objects.of(recipient_id)
    if narrowing.unread:
        rows = rows.unread()
    if narrowing.kind:
        rows = rows.filter(is_of(narrowing.kind))
    if narrowing.before is not None:
        rows = rows.filter(seq__lt=narrowing.before)
    return list(rows.order_by("-seq")[: size + 1])


def counter_of(recipient_id: int) -> Counter:
    """The number of the last thing a person was told, and whether their e-mails are refused."""
    known = Counter.objects.filter(recipient=recipient_id).first()
    return known or Counter(recipient_id=recipient_id)


def last_seq(recipient_id: int) -> int:
    """The number of the last thing a person was told; 0 where there is none."""
    return counter_of(recipient_id).last_seq


def unread_count(recipient_id: int) -> int:
    """How many things a person has not read, counted no further than MANY."""
    return Notification.objects.of(recipient_id).unread()[:MANY].count()


def shown(count: int) -> str:
    """A count as a badge shows it: 3, 99+."""
    return str(count) if count < MANY else f"{MANY - 1}+"


def mark_read(
    recipient_id: int,
    *,
    upto: int | None = None,
    seqs: Sequence[int] | None = None,
    until: datetime | None = None,
) -> int:
    """Mark as read what a person has seen: all up to a number, the numbers given, or all that
    they were told until then.

    Says how many were unread until now. What arrived later than `upto` stays unread.
    """
    rows: NotificationQuerySet = Notification.objects.of(recipient_id).unread()
    chosen = Q(pk__in=())
    if upto is not None:
        chosen |= Q(seq__lte=upto)
    if seqs is not None:
        chosen |= Q(seq__in=seqs)
    if until is not None:
        chosen |= Q(at__lte=until)
    return rows.filter(chosen).update(read_at=timezone.now())


def mark_shown(
    recipient_id: int, *, upto: int, since: int | None = None, kind: Kind | None = None
) -> int:
    """Mark as read what a page of the inbox showed: up to its newest, of its kind, and no older
    than `since`. What arrived later stays unread."""
    rows = Notification.objects.of(recipient_id).unread().filter(seq__lte=upto)
    if since is not None:
        rows = rows.filter(seq__gte=since)
    if kind:
        rows = rows.filter(is_of(kind))
    return rows.update(read_at=timezone.now())


def faults() -> list[str]:
    """What is wrong with the numbering, a sentence each: nothing where seq runs 1 to n (I5)."""
    return [*_gaps(), *_counted_but_missing()]


def _gaps() -> Iterable[str]:
    counted = Counter.objects.filter(recipient=OuterRef("recipient")).values("last_seq")
    people = Notification.objects.values("recipient").annotate(
        rows=Count("pk"), first=Min("seq"), last=Max("seq"), counted=Coalesce(Subquery(counted), 0)
    )
    sound = Q(first=1, last=F("rows"), counted=F("rows"))
    for row in people.exclude(sound).order_by("recipient"):
        yield (
            f"Person {row['recipient']} has {row['rows']} notifications numbered "
            f"{row['first']} to {row['last']}, counted to {row['counted']}."
        )


def _counted_but_missing() -> Iterable[str]:
    told = Notification.objects.values("recipient")
    empty = Counter.objects.filter(last_seq__gt=0).exclude(recipient__in=told)
    for person, last in empty.order_by("recipient").values_list("recipient", "last_seq"):
        yield f"Person {person} is counted to {last} and has no notifications."
