"""How an action stands, in words: its colour and the fact it follows from (R44)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Brag, brag
from workflows import clock
from workflows.tasks import open_items

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from macfa.improvement.models import Action
    from workflows.models import WorkItem


@dataclass(frozen=True)
class Standing:
    """A colour, and why: "Due 30 October 2026, 23 days ago".

    `waits`: whose acceptance it waits for, and since when, once its completion is claimed.
    """

    colour: Brag
    why: str
    waits: str = ""

    @property
    def ended(self) -> bool:
        """Whether it ended as no longer needed, which has no colour."""
        return self.colour is Brag.ENDED


def standings(actions: Iterable[Action], today: date | None = None) -> list[Standing]:
    """How actions stand, in one statement for all that wait to be accepted."""
    rows = list(actions)
    claimed = [action for action in rows if action.state == ActionState.CLAIMED]
    waits = {item.subject_id: _waits(item) for item in open_items(claimed)}
    return [standing(action, today, waits.get(action.pk, "")) for action in rows]


def _waits(item: WorkItem) -> str:
    """Who decides, and since when they can."""
    day = date_format(timezone.localtime(item.created), "j F Y")
    return f"{item.owner or item.team} decides, since {day}"


def standing(action: Action, today: date | None = None, waits: str = "") -> Standing:
    """How an action stands today, or on another day."""
    day = today or clock.today()
    weeks = action.audit.partnership.amber_after_weeks
    colour = brag(action, day, weeks)
    says = {
        Brag.BLUE: _accepted,
        Brag.ENDED: _ended,
        Brag.RED: _due,
        Brag.AMBER: _amber,
        Brag.GREEN: _due,
    }
    return Standing(colour, says[colour](action, day), waits)


def _accepted(action: Action, _today: date) -> str:
    return _decided("Accepted", action)


def _ended(action: Action, _today: date) -> str:
    return _decided("Ended", action)


def _decided(verb: str, action: Action) -> str:
    if not (action.decided_by and action.decided_at):
        return verb
    day = date_format(timezone.localtime(action.decided_at), "j F Y")
    return f"{verb} by {action.decided_by} on {day}"


def _due(action: Action, today: date) -> str:
    return f"Due {date_format(action.due, 'j F Y')}, {_away((action.due - today).days)}"


def _away(days: int) -> str:
    if days == 0:
        return "today"
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"{count} ago" if days < 0 else f"in {count}"


def _amber(action: Action, today: date) -> str:
    """The owner says so, or has been silent for too long; both where both are true."""
    reasons = []
    if action.at_risk:
        reasons.append("Its owner says it is at risk")
    if action.updated_on < today - timedelta(weeks=action.audit.partnership.amber_after_weeks):
        reasons.append(f"No update since {date_format(action.updated_on, 'j F Y')}")
    return ". ".join([*reasons, _due(action, today)])
