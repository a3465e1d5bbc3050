"""The way on: what a person at the panel does next, on one button (R31)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import can_coordinate
from macfa.moderation.access import RoomCases
from macfa.moderation.rules import NO_SITTING, state, to_moderate
from macfa.sampling.lifecycle import CaseState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.audits.models import Audit
    from macfa.moderation.case_pack import CasePack
    from macfa.people.models import User
    from macfa.sampling.models import Case


@dataclass(frozen=True)
class Way:
    """A page to go on to, and what is done there."""

    text: str
    href: str


def case_url(case: Case) -> str:
    """The page of a case in the panel's room."""
    return f"/moderation/cases/{case.public_id}/"


def ways_on(pack: CasePack, person: User, *, records: bool) -> list[Way]:
    """What comes next for somebody on the page of a case, first of all first."""
    if records:
        return list(_to_record(pack))
    if pack.case.state == CaseState.MODERATED:
        return [_after(pack.case, person)]
    return []


def _to_record(pack: CasePack) -> Iterator[Way]:
    """The agencies in turn, then the domains, then the case, once every answer is there."""
    here = case_url(pack.case)
    if not pack.missing:
        yield Way("Record the case grade", f"{here}grade/")
        return
    column = pack.next_agency
    if column:
        yield Way(f"Grade {column.name}", f"{here}agencies/{column.agency_return.public_id}/")
    if pack.ungraded:
        yield Way("Grade all domains", f"{here}domains/")
        return
    asked = next(column for column in pack.columns if column.question)
    public_id = asked.agency_return.public_id
    yield Way(f"See what {asked.name} was asked", f"{here}agencies/{public_id}/")


def _after(case: Case, person: User) -> Way:
    """From a case that has its grade: to one that has none, or to the end of moderation."""
    following = _following(case, person)
    if following:
        return Way(f"Go on to {following.label}", case_url(following))
    base, audit = f"{case.audit.get_absolute_url()}moderation/", case.audit
    ends = can_coordinate(audit, person) and audit.stage == Stage.MODERATION
    if ends and not to_moderate(audit).exists():
        return Way("Conclude moderation", f"{base}conclude/")
    return Way("Back to the cases", base)


def _following(case: Case, person: User) -> Case | None:
    """The next case that has no grade yet, and that this person may read."""
    waiting = RoomCases.visible_to(person).filter(audit=case.audit_id, state=CaseState.RELEASED)
    later = waiting.filter(number__gt=case.number).order_by("number").first()
    return later or waiting.order_by("number").first()


@dataclass(frozen=True)
class Missing:
    """One thing that moderation still lacks, and the page on which it is seen to."""

    words: str
    way: Way


def still_missing(audit: Audit) -> Iterator[Missing]:
    """What moderation still lacks, each with its own way there."""
    base = audit.get_absolute_url()
    for case in to_moderate(audit):
        released = case.state == CaseState.RELEASED
        way = (
            Way(f"Moderate {case.label}", case_url(case))
            if released
            else Way("Release the cases", f"{base}panel/release/")
        )
        yield Missing(f"{case.label}: {state(case)}.", way)
    if not audit.panel.sittings.exists():
        yield Missing(NO_SITTING, Way("Record a sitting", f"{base}panel/sittings/"))
