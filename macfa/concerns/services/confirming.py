"""A concern is acknowledged, added to, and confirmed by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.concerns import rules
from macfa.concerns.flow import ConcernFlow, SecondPersonFlow
from macfa.concerns.lifecycle import ConcernState
from macfa.concerns.models import Concern, ConcernNote, Confirmation
from macfa.concerns.services.raising import escalate
from workflows import clock, tasks
from workflows.lifecycle import act
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.people.models import User
    from workflows.lifecycle import Act


def acknowledge(
    *, concern: Concern, by: User, expects: int | None = None, token: str | None = None
) -> Concern:
    """Somebody it needs has read it: from now on it is for two people to confirm (R27)."""
    with act(concern, by=by, expects=expects, token=token) as (doing, concern):
        rules.check_acknowledge(concern, by)
        doing.move("acknowledge")
        doing.change(acknowledged_by=by, acknowledged_at=clock.now())
        tasks.finish(doing, ConcernFlow.acknowledge, owned=False)
        tasks.finish(doing, SecondPersonFlow.acknowledge, owned=False)
        _tell_raiser(doing, "acknowledged", "Your immediate concern was acknowledged")
    return concern


def confirm(
    *,
    concern: Concern,
    outcome: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Concern:
    """One of two different people confirms what was done, and what came of it (R26)."""
    with act(concern, by=by, expects=expects, token=token) as (doing, concern):
        capacity = rules.capacity_of(concern, by)
        check_says(outcome, "Say what came of it.")
        concern.confirmations.create(capacity=capacity, outcome=outcome.strip(), by=by)
        first = concern.state == ConcernState.ACKNOWLEDGED
        doing.move("confirm_first" if first else "confirm_second")
        coordinates = capacity == Confirmation.Capacity.COORDINATOR
        node = ConcernFlow.confirm if coordinates else SecondPersonFlow.confirm
        tasks.finish(doing, node, owned=False)
        if not first:
            _tell_raiser(doing, "confirmed", "Two people confirmed what was done about a concern")
    return concern


def add_note(
    *, concern: Concern, text: str, by: User, expects: int | None = None, token: str | None = None
) -> ConcernNote:
    """Add to an open concern what became known or was done."""
    with act(concern, by=by, expects=expects, token=token) as (doing, concern):
        rules.check_note(concern, by, text)
        doing.note("noted")
        return ConcernNote.objects.create(concern=concern, text=text.strip(), by=by, at=clock.now())


def ask_scrutineer(
    *, concern: Concern, by: User, expects: int | None = None, token: str | None = None
) -> Concern:
    """Bring the independent scrutineer in, who may then be the second person."""
    with act(concern, by=by, expects=expects, token=token) as (doing, concern):
        rules.check_ask_scrutineer(concern, by)
        escalate(doing)
    return concern


def _tell_raiser(doing: Act, what: str, text: str) -> None:
    concern: Concern = doing.record
    if doing.by is None or concern.raised_by_id != doing.by.pk:
        doing.tell(
            concern.raised_by_id,
            event=f"news.concern_{what}",
            event_key=f"concern-{concern.public_id}-{what}",
            text=text,
            url=concern.get_absolute_url(),
        )
