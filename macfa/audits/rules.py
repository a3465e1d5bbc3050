"""Who may do what with an audit, and what has to be there first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import ENDED, Stage
from macfa.people.roles import Role
from macfa.people.rules import check_holds, holds
from workflows.errors import NotAllowed, NotYet, WrongState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.audits.models import Audit, ThemeView
    from macfa.people.models import Partnership, User


def check_open(partnership: Partnership, person: User) -> None:
    """A coordinator opens audits."""
    check_holds(person, Role.COORDINATOR, partnership)


def check_coordinates(audit: Audit, person: User) -> None:
    """A coordinator of the audit's partnership runs it."""
    check_holds(person, Role.COORDINATOR, audit.partnership_id)


def can_coordinate(audit: Audit, person: User) -> bool:
    """Whether somebody runs this audit."""
    return holds(person, Role.COORDINATOR, audit.partnership_id)


def check_stage(audit: Audit, *stages: Stage) -> None:
    """The audit has to be at one of these stages."""
    if audit.stage not in stages:
        names = " or ".join(stage.label.lower() for stage in stages)
        raise WrongState(
            f"{audit.prefix} is at “{audit.stage.label}”. This is done during {names}."
        )


def check_running(audit: Audit) -> None:
    """The audit is neither closed nor withdrawn."""
    if audit.stage in ENDED:
        raise WrongState(f"{audit.prefix} is {audit.stage.label.lower()}: nothing changes now.")


def check_gives_view(view: ThemeView, person: User) -> None:
    """A QPPA member gives only their own view, and while themes are being chosen."""
    if view.person_id != person.pk:
        raise NotAllowed(f"This view is {view.person}’s to give.")
    check_stage(view.audit, Stage.THEME_SELECTION)


def missing_scope(audit: Audit) -> Iterator[str]:
    """What R1 asks for before an audit can go on, and is not there yet."""
    wanted = {
        "the chosen theme": audit.theme_id,
        "the key lines of enquiry": audit.enquiries,
        "the look-back dates": audit.looks_back_from and audit.looks_back_to,
        "the criteria for cases": audit.criteria.strip(),
        "the agencies that take part": audit.agencies.exists(),
        "the audit tool": audit.tool_version_id,
        "the stage dates": audit.stage_dates.exists(),
    }
    return (name for name, there in wanted.items() if not there)


def check_begin_sampling(audit: Audit, person: User) -> None:
    """The theme is chosen and the scope complete (R1)."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.THEME_SELECTION)
    missing = tuple(missing_scope(audit))
    if missing:
        raise NotYet("The audit cannot move to case sampling yet.", missing)
