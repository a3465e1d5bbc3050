"""What the key of a notification names: `assignment-17` is about the row 17 of the assignments.

A key tells whose a notification is, and where rows get new numbers the key gets them too. A test
finds every key in the source, so that none is made without a line here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from macfa.audits.models import Audit, ThemeView
from macfa.concerns.models import Concern, StaffMatter
from macfa.findings.models import Report
from macfa.improvement.models import Action, ActionReminder
from macfa.moderation.models import GoneAhead, Panel
from macfa.packs.models import Pack
from macfa.people.models import Absence, Invitation, Membership, Succession
from macfa.retention.models import Destruction
from macfa.returns.models import Addendum, AgencyReturn, Reminder
from macfa.sampling.models import Case
from workflows.models import Assignment, WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

#: Keys with the number of a row behind their first words.
BY_NUMBER: dict[str, type[Model]] = {
    "action-reminder": ActionReminder,
    "action.reminder": ActionReminder,
    "addendum": Addendum,
    "assignment": Assignment,
    "conflict": WorkItem,
    "done": WorkItem,
    "extended": AgencyReturn,
    "gone-ahead": GoneAhead,
    "reminder": Reminder,
    "return.reminder": Reminder,
    "should-end": Membership,
    "waiting": WorkItem,
    "withdrawn": WorkItem,
}
#: Keys with a public id behind them, of one of these.
BY_PUBLIC_ID: dict[str, tuple[type[Model], ...]] = {
    "absence": (Absence,),
    "action": (Action,),
    "ask": (Invitation,),
    "board": (Report,),
    "concern": (Concern,),
    "destruction": (Destruction,),
    "pack": (Pack,),
    "paused": (Audit, Case),
    "released": (Panel,),
    "report": (Report,),
    "restricted": (StaffMatter,),
    "returns-in": (AgencyReturn,),
    "succession": (Succession,),
    "view": (ThemeView,),
}
#: Keys that name nothing: of somebody who works elsewhere too they stay.
BY_CHANCE = frozenset({"address", "role"})

_NUMBERED = re.compile(rf"({'|'.join(map(re.escape, BY_NUMBER))})-(\d+)(?=-|$)")
_PUBLIC = re.compile(rf"({'|'.join(map(re.escape, BY_PUBLIC_ID))})-([\w-]{{22}})(?=-|$)")


def named_by(key: str) -> list[tuple[type[Model], str, str]]:
    """The rows that a key may be about: kind, by which column, and its value."""
    if numbered := _NUMBERED.match(key):
        return [(BY_NUMBER[numbered[1]], "pk", numbered[2])]
    if public := _PUBLIC.match(key):
        return [(model, "public_id", public[2]) for model in BY_PUBLIC_ID[public[1]]]
    return []


def renumbered(key: str, place: Callable[[type[Model], int], int]) -> str:
    """The key of the same thing where its row has another number."""
    numbered = _NUMBERED.match(key)
    if numbered is None:
        return key
    number = place(BY_NUMBER[numbered[1]], int(numbered[2]))
    return f"{numbered[1]}-{number}{key[numbered.end() :]}"
