"""Concerns that nobody acknowledges in time are told again (R27).

The worker calls what `settings.SWEEPS` names, as often as it likes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from macfa.concerns import rules
from macfa.concerns.lifecycle import ConcernState
from macfa.concerns.models import Concern
from macfa.concerns.services.raising import alert, escalate
from workflows import clock
from workflows.lifecycle import act

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A worker that is this late does not run.
GRACE = timedelta(minutes=15)
#: From this time of being told again on, the independent scrutineer is told too.
SCRUTINEER_TOO = 2


def realert() -> int:
    """Tell coordinators and leads again of every concern nobody acknowledged in time, and at the
    next interval the independent scrutineer too. Returns of how many.

    Each concern is told in a transaction of its own, and once for each interval.
    """
    waiting = Concern.objects.filter(state=ConcernState.RAISED).select_related("partnership")
    return sum(_tell_again(concern) for concern in waiting.order_by("pk") if _is_late(concern))


def faults() -> Iterator[str]:
    """Concerns that should have been told again long since: no worker runs (R27)."""
    for concern in Concern.objects.filter(state=ConcernState.RAISED).select_related("partnership"):
        if _intervals(concern, ago=GRACE) > concern.alerted:
            yield f"Concern {concern.public_id} was not told again in time. Does a worker run?"


def _intervals(concern: Concern, ago: timedelta = timedelta()) -> int:
    """How many intervals had passed since it was raised, now or a while ago."""
    hours = concern.partnership.acknowledge_within_hours
    return (clock.now() - ago - concern.raised_at) // timedelta(hours=max(1, hours))


def _is_late(concern: Concern) -> bool:
    return _intervals(concern) > concern.alerted


def _tell_again(concern: Concern) -> bool:
    """Whether it was still to be told, now that nobody else can change it."""
    with act(concern, by=None) as (doing, concern):
        if concern.state != ConcernState.RAISED or not _is_late(concern):
            return False
        times = _intervals(concern)
        doing.change(alerted=times)
        doing.note("alerted_again")
        people = rules.coordinators(concern) | rules.leads(concern)
        if concern.escalated_at is not None:
            people |= rules.scrutineers(concern)
        elif times >= SCRUTINEER_TOO:
            escalate(doing)
        alert(doing, people, f"realert-{times}")
    return True
