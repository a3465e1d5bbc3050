"""E-mail about what people have been told: what is due becomes an e-mail, and each e-mail is sent.

Acts know nothing of it: what has not been settled is found in the notifications themselves, so no
crash between an act and its e-mail loses any (docs/adr/0013).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from notifications import posting
from notifications.kinds import Kind, kind_of
from notifications.models import Counter, Email, HowEmail, Notification
from notifications.preferences import wishes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notifications.preferences import Wishes

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """One thing somebody was told, as far as e-mail cares."""

    row: int
    seq: int
    kind: Kind
    at: datetime
    read: bool
    due_at: datetime | None = None


@dataclass
class Decision:
    """What becomes of the things one person was told: e-mails, no e-mail, or wait."""

    urgent: list[int] = field(default_factory=list)
    due: list[int] = field(default_factory=list)
    none: list[int] = field(default_factory=list)
    later: list[Told] = field(default_factory=list)


def sweep(clock: Callable[[], datetime] = timezone.now) -> int:
    """Make the e-mails that are due, and send those that wait. Says how many were sent."""
    gather(clock())
    return posting.send(clock)


def gather(now: datetime) -> int:
    """Make an e-mail for everybody to whom one is due. Several workers may do so at once."""
    told = _to_settle(now)
    if not told:
        return 0
    wishes, reachable = wishes_of(told), _reachable(told)
    made = 0
    later: dict[int, list[Told]] = {}
    for person, rows in told.items():
        decision = decide(rows, wishes[person], now, person in reachable)
        made += _settle(person, decision, now)
        later[person] = [each for each in decision.later if not each.due_at or each.due_at <= now]
    _wait(later, now)
    return made


def _to_settle(now: datetime) -> dict[int, list[Told]]:
    """All that is unsettled of those to whom something may be due: what is due takes the rest of
    its kind along. Whoever only waits for their daily e-mail is not read."""
    people = Notification.objects.to_settle(now).values("recipient")
    rows = Notification.objects.unsettled().filter(recipient__in=people)
    told: dict[int, list[Told]] = defaultdict(list)
    values = rows.order_by("recipient", "seq").values_list(
        "recipient_id", "pk", "seq", "event", "at", "read_at", "due_at"
    )
    for person, pk, seq, event, at, read_at, due_at in values.iterator(chunk_size=CHUNK):
        told[person].append(Told(pk, seq, kind_of(event), at, read_at is not None, due_at))
    return told


def _wait(later: dict[int, list[Told]], now: datetime) -> None:
    """Write down when what waits falls due, so that no round reads it before.

    What people wish is read anew once their rows are locked: whoever chooses meanwhile waits for
    us and then has it worked out again. Rows that somebody else has locked are left for a round.
    """
    people = {told.row: person for person, rows in later.items() for told in rows}
    rows = {told.row: told for rows in later.values() for told in rows}
    numbers = sorted(rows)
    for start in range(0, len(numbers), CHUNK):
        with transaction.atomic():
            locked = _locked(numbers[start : start + CHUNK])
            wishes = wishes_of({people[row] for row in locked})
            due: dict[datetime, list[int]] = defaultdict(list)
            for row in locked:
                wish, told = wishes[people[row]], rows[row]
                due[max(wish.due_at(told.kind, told.at), wish.after_quiet(now))].append(row)
            for at, those in due.items():
                Notification.objects.filter(pk__in=those).update(due_at=at)


def _locked(numbers: list[int]) -> list[int]:
    rows = Notification.objects.unsettled().filter(pk__in=numbers).order_by("pk")
    return list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))


def _reachable(people: dict[int, list[Told]]) -> set[int]:
    """Those who may sign in and whose address was not refused."""
    active = get_user_model()._default_manager.filter(pk__in=people, is_active=True)
    refused = Counter.objects.filter(recipient__in=people, refused_at__isnull=False)
    return {*active.values_list("pk", flat=True)} - {*refused.values_list("pk", flat=True)}


def decide(rows: list[Told], wishes: Wishes, now: datetime, reachable: bool) -> Decision:
    """What is read needs no e-mail; the first thing that is due takes its like along."""
    decision = Decision()
    waiting: dict[HowEmail, list[Told]] = defaultdict(list)
    for told in rows:
        how = wishes.email(told.kind)
        if told.read or not reachable or how == HowEmail.NONE:
            decision.none.append(told.seq)
        elif told.kind == Kind.CONCERNS:
            decision.urgent.append(told.seq)
        else:
            waiting[how].append(told)
    for alike in waiting.values():
        if any(wishes.is_due(told.kind, told.at, now) for told in alike):
            decision.due += [told.seq for told in alike]
        else:
            decision.later += alike
    return decision


def _settle(person: int, decision: Decision, now: datetime) -> int:
    if decision.none:
        with transaction.atomic():
            taken = _take(person, decision.none)
            Notification.objects.filter(pk__in=taken).update(settled_at=now)
    made = _make(person, decision.urgent, now, urgent=True)
    return made + _make(person, decision.due, now, urgent=False)


def _make(person: int, seqs: list[int], now: datetime, *, urgent: bool) -> int:
    """Make one e-mail about these. Of several workers, whoever locks the first of them makes it;
    the others must not lock any of the rest meanwhile, or what belongs together is torn apart."""
    if not seqs:
        return 0
    with transaction.atomic():
        first = min(seqs)
        taken = _take(person, [first])
        if not taken:
            return 0
        taken |= _take(person, [seq for seq in seqs if seq != first])
        email = Email.objects.create(recipient_id=person, urgent=urgent, made_at=now, due_at=now)
        Notification.objects.filter(pk__in=taken).update(settled_at=now, email=email)
    return 1


def _take(person: int, seqs: list[int]) -> dict[int, int]:
    """Lock those of these that nobody else has locked, by their key. It waits for nobody, so
    that whoever marks their inbox as read at the same moment cannot be in a deadlock with us."""
    rows = Notification.objects.of(person).unsettled().filter(seq__in=seqs).order_by("seq")
    return dict(rows.select_for_update(skip_locked=True).values_list("pk", "seq"))


def faults() -> Iterator[str]:
    """I11: no e-mail that somebody began to send is left lying once their lease has run out."""
    before = timezone.now() - posting.LEASE
    for email in Email.objects.abandoned(before - timedelta(minutes=5)).order_by("pk"):
        yield (
            f"I11 e-mail {email.pk} was being sent until {email.leased_until:%d.%m.%Y %H:%M}, and "
            "nobody has taken it up since: is a worker running?"
        )
