"""How an action stands, in words: its colour and the fact it follows from (R44)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from macfa.improvement.models import Brag, brag
from workflows import clock

if TYPE_CHECKING:
    from datetime import date

    from macfa.improvement.models import Action


@dataclass(frozen=True)
class Standing:
    """A colour, and why: "Due 30 October 2026, 23 days ago"."""

    colour: Brag
    why: str


def standing(action: Action, today: date | None = None) -> Standing:
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
    return Standing(colour, says[colour](action, day))


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
