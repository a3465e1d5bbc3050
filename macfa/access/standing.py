"""How somebody stands to what a page is about, and who knows that there is such a thing at all."""

from __future__ import annotations

from enum import Enum

from django.db import models


class Who(models.TextChoices):
    """How somebody stands to what a page is about, today. One person may stand in several ways;
    whoever serves only in another partnership stands in none."""

    NOBODY = "nobody", "whoever is not signed in"
    ANYBODY = "anybody", "anybody who is signed in"
    MEMBER = "member", "anybody of the partnership but administrators and inspectors"
    COORDINATOR = "coordinator", "coordinator"
    LEAD = "lead", "agency lead"
    OFFERED_LEAD = "offered_lead", "lead of the agency it is offered to"
    HOLDER = "holder", "whoever has it to do"
    COLLEAGUE = "colleague", "others in the team"
    OWNER = "owner", "owner of the action"
    AUTHOR = "author", "author of the report"
    PANEL = "panel", "panel member"
    SEATED = "seated", "member of its panel"
    CHAIR = "chair", "chair of its panel"
    SCRUTINEER = "scrutineer", "independent scrutineer"
    QPPA = "qppa", "QPPA member"
    BOARD = "board", "Board member"
    ADMIN = "admin", "system administrator"
    INSPECTOR = "inspector", "inspector for whom it was frozen"
    CONDUCT = "conduct", "staff-conduct contact"
    RAISED_IT = "raised_it", "whoever raised it"


PANELS = frozenset({Who.PANEL, Who.SCRUTINEER})
ROOM = frozenset({Who.COORDINATOR, Who.SEATED, Who.CHAIR})
AUDIT_READERS = PANELS | {Who.COORDINATOR, Who.LEAD, Who.QPPA, Who.BOARD}
ON_CASE = frozenset({Who.COORDINATOR, Who.LEAD, Who.HOLDER})
DRAFTERS = frozenset({Who.AUTHOR, Who.COORDINATOR, Who.SCRUTINEER, Who.QPPA})
ON_ACTION = AUDIT_READERS | {Who.OWNER}


class About(Enum):
    """What a page is about, and who knows that it is there: the others find nothing (404).

    An agency lead knows of what is asked of their agency, and of every audit.
    """

    def __init__(self, label: str, known_to: frozenset[Who]) -> None:
        self.label = label
        self.known_to = known_to

    NOTHING = "no record", frozenset({Who.ANYBODY})
    OWN = "something of one’s own", frozenset({Who.HOLDER})
    SET_UP = "what is set up, where it is", frozenset({Who.ANYBODY})
    ABSENCE = "an absence", frozenset({Who.HOLDER, Who.COORDINATOR, Who.LEAD})
    TEAMS = "the people to whom one gives work", frozenset({Who.COORDINATOR, Who.LEAD})
    PERSON = (
        "somebody whose roles one looks after",
        frozenset({Who.COORDINATOR, Who.ADMIN, Who.LEAD}),
    )
    INVITATION = "an invitation", frozenset({Who.COORDINATOR, Who.ADMIN, Who.LEAD})
    REVIEW = "a review of access", frozenset({Who.COORDINATOR, Who.ADMIN, Who.LEAD})
    SECOND_STEP = "somebody’s second step", frozenset({Who.ADMIN})
    TASK = "a task", frozenset({Who.COORDINATOR, Who.LEAD, Who.HOLDER, Who.COLLEAGUE})
    AUDIT = "an audit", AUDIT_READERS
    VIEW = "a view that was asked for", frozenset({Who.QPPA})
    DRAWN_CASE = "a case before it is sent out", frozenset({Who.COORDINATOR})
    CASE = "a case", ON_CASE
    RELEASED_CASE = "a case the panel has", ON_CASE | ROOM
    RETURN = "an agency return", ON_CASE
    RELEASED_RETURN = "an agency return the panel has", ON_CASE | ROOM
    BEFORE_PANEL = "an audit whose panel is not convened", frozenset({Who.COORDINATOR})
    PANEL = "the panel of an audit", ROOM
    MODERATED_CASE = "a case as the panel moderates it", ROOM
    SEAT = "a case on whose panel one has a seat", frozenset({Who.SEATED, Who.CHAIR})
    FINDING = "a finding", PANELS | {Who.COORDINATOR, Who.QPPA}
    GRADES = "the panel’s grades of one’s agency", frozenset({Who.LEAD})
    DRAFT_REPORT = "a report before sign-off", DRAFTERS
    REPORT = "a signed-off report", frozenset({Who.MEMBER})
    ACTION = "an action", ON_ACTION
    OFFERED_ACTION = "an action that is offered", ON_ACTION | {Who.OFFERED_LEAD}
    CONCERN = "an immediate concern", frozenset({Who.COORDINATOR, Who.LEAD, Who.RAISED_IT})
    TOLD_CONCERN = (
        "a concern that the scrutineer was told of",
        frozenset({Who.COORDINATOR, Who.LEAD, Who.RAISED_IT, Who.SCRUTINEER}),
    )
    PACK = "a frozen pack", frozenset({Who.COORDINATOR, Who.INSPECTOR})
    HOLD = "a legal hold", frozenset({Who.COORDINATOR, Who.SCRUTINEER})
    DESTRUCTION = "a destruction", frozenset({Who.COORDINATOR, Who.SCRUTINEER})
    STAFF_MATTER = "a matter of staff conduct", frozenset({Who.CONDUCT, Who.RAISED_IT})
