"""Who may do what with an audit, and what has to be there first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from macfa.audits.lifecycle import ENDED, WORKING_STAGES, Stage
from macfa.audits.pausing import check_not_paused
from macfa.people.models import Membership, Team, User
from macfa.people.roles import Role
from macfa.people.rules import check_holds, home_as, people_in
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import allows, check_says

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from macfa.audits.models import Audit, Theme, ThemeView
    from macfa.people.models import Agency, Partnership
    from macfa.tools.models import ToolVersion


#: Fewer agencies than this make no multi-agency audit.
FEWEST_AGENCIES = 2


def check_open(partnership: Partnership, person: User) -> None:
    """A coordinator opens audits."""
    check_holds(person, Role.COORDINATOR, partnership)


def check_prefix(prefix: str) -> None:
    """A short reference begins every reference of its audit: NEG gives NEG-01."""
    if not re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", prefix):
        raise NotYet("Short reference must be 2 to 8 letters or figures, beginning with a letter.")


def partnership_to_open_in(person: User) -> Partnership:
    """The partnership somebody opens audits for: the one they are in, if they coordinate it."""
    return home_as(person, Role.COORDINATOR)


def check_coordinates(audit: Audit, person: User) -> None:
    """A coordinator of the audit's partnership runs it."""
    check_holds(person, Role.COORDINATOR, audit.partnership_id)


def can_coordinate(audit: Audit, person: User) -> bool:
    """Whether somebody runs this audit."""
    return allows(check_coordinates, audit, person)


def coordinator_of(audit: Audit) -> User | None:
    """Whoever coordinates the audit, as long as they serve as a coordinator."""
    return audit.coordinator if can_coordinate(audit, audit.coordinator) else None


def coordinators_now(audit: Audit) -> list[User]:
    """Who is told what the coordinator should know: all of them, where theirs has left."""
    owner = coordinator_of(audit)
    team = Team.objects.filter(partnership=audit.partnership_id, role=Role.COORDINATOR)
    return [owner] if owner else [person for one in team for person in people_in(one)]


def check_stage(audit: Audit, *stages: Stage) -> None:
    """The audit has to be at one of these stages."""
    if audit.stage not in stages:
        names = " or ".join(stage.label.lower() for stage in stages)
        raise WrongState(
            f"{audit.prefix} is at “{audit.stage.label}”. This is done during {names}."
        )
    check_not_paused(audit)


def check_running(audit: Audit) -> None:
    """The audit is neither closed nor withdrawn, nor paused."""
    check_not_ended(audit)
    check_not_paused(audit)


def check_not_ended(audit: Audit) -> None:
    """The audit is neither closed nor withdrawn."""
    check_runs(audit.prefix, audit.stage)


def check_runs(prefix: str, stage: Stage) -> None:
    """The same, asked of what another statement has read of the audit."""
    if stage in ENDED:
        raise WrongState(f"{prefix} is {stage.label.lower()}: nothing changes now.")


def check_plans_theme(audit: Audit, person: User) -> None:
    """The coordinator gathers and chooses themes while the audit is at theme selection."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.THEME_SELECTION)


def can_plan_theme(audit: Audit, person: User) -> bool:
    """Whether somebody may change the themes now."""
    return allows(check_plans_theme, audit, person)


def check_scopes(audit: Audit, person: User) -> None:
    """The coordinator changes the scope until the audit is issued."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.THEME_SELECTION, Stage.CASE_SAMPLING)


def can_scope(audit: Audit, person: User) -> bool:
    """Whether somebody may change the scope now."""
    return allows(check_scopes, audit, person)


def check_sets_dates(audit: Audit, person: User) -> None:
    """The coordinator sets and moves stage dates as long as the audit runs."""
    check_coordinates(audit, person)
    check_running(audit)


def can_set_dates(audit: Audit, person: User) -> bool:
    """Whether somebody may set or move stage dates now."""
    return allows(check_sets_dates, audit, person)


def check_own(
    audit: Audit, agencies: Iterable[Agency] = (), tool_version: ToolVersion | None = None
) -> None:
    """Agencies and tool belong to the audit's own partnership."""
    owners = {agency.partnership_id for agency in agencies}
    if tool_version is not None:
        owners.add(tool_version.tool.partnership_id)
    if owners - {audit.partnership_id}:
        raise NotAllowed("Choose agencies and a tool of your own partnership.")


def check_partners(agencies: Collection[Agency]) -> None:
    """A multi-agency audit needs more than one agency."""
    if len(agencies) < FEWEST_AGENCIES:
        raise NotYet("Select at least two agencies.")


def check_looks_back(begins: date, ends: date) -> None:
    """The look-back period is some time, not none."""
    if ends <= begins:
        raise NotYet("Look-back period must end after it begins.")


def check_comes_from(audit: Audit, earlier: Audit | None) -> None:
    """A theme may come from another audit of the same partnership (R5)."""
    if earlier and (earlier.pk == audit.pk or earlier.partnership_id != audit.partnership_id):
        raise NotAllowed("Choose an earlier audit of your own partnership.")


def check_candidates(audit: Audit, themes: Iterable[Theme]) -> None:
    """Only candidate themes of this audit can be ranked or chosen."""
    if any(theme.audit_id != audit.pk for theme in themes):
        raise NotYet(f"Choose among the candidate themes of {audit.prefix}.")


def check_asks_for_views(audit: Audit, person: User) -> None:
    """Views are asked for once there are candidates, and before one is chosen."""
    check_plans_theme(audit, person)
    if audit.theme_id is not None:
        raise WrongState("The theme has been chosen, so nobody is asked for a view any more.")
    if not audit.themes.exists():
        raise NotYet("There is no candidate theme yet. Add one before you ask for views.")


def can_ask_for_views(audit: Audit, person: User) -> bool:
    """Whether somebody may ask the QPPA for its views now, and there is somebody to ask."""
    return allows(check_asks_for_views, audit, person) and bool(not_asked(audit))


def not_asked(audit: Audit) -> list[User]:
    """The QPPA members of today who have not been asked for a view, by name."""
    members = Membership.objects.current().filter(
        team__role=Role.QPPA, team__partnership=audit.partnership_id
    )
    asked = audit.theme_views.values("person")
    people = User.objects.filter(memberships__in=members).exclude(pk__in=asked)
    return list(people.order_by("name").distinct())


def check_gives_view(view: ThemeView, person: User) -> None:
    """A QPPA member gives only their own view, and until the theme is chosen."""
    if view.person_id != person.pk:
        raise NotAllowed(f"This view is {view.person}’s to give.")
    check_holds(person, Role.QPPA, view.audit.partnership_id)
    check_stage(view.audit, Stage.THEME_SELECTION)
    if view.audit.theme_id is not None:
        raise WrongState("The theme has been chosen, so views can no longer be given.")


def can_give_view(view: ThemeView, person: User) -> bool:
    """Whether somebody may give or change this view now."""
    return allows(check_gives_view, view, person)


def check_ranks(view: ThemeView, ranks: Mapping[Theme, int]) -> None:
    """Candidate themes of this audit, each in a place of its own."""
    check_candidates(view.audit, ranks)
    if len(set(ranks.values())) < len(ranks):
        raise NotYet("Two themes have the same place. Give each theme a place of its own.")


def check_view(ranks: Mapping[Theme, int], comment: str) -> None:
    """A view says something: in words, or by where it puts a theme."""
    if not ranks:
        check_says(comment, "Write a comment, or give at least one theme a place.")


def check_views_in(awaited: Iterable[ThemeView], without_views_because: str) -> None:
    """Choosing without a view that was asked for needs a reason: the step is skipped."""
    missing = tuple(str(view.person) for view in awaited)
    if missing and not without_views_because.strip():
        raise NotYet("Say why the choice does not wait for the views that are missing.", missing)


def check_dates(audit: Audit, planned: Mapping[Stage, date], reason: str) -> None:
    """Stages end in their order; one that is over stays; a day that was set moves for a reason."""
    before = audit.planned
    moved = [stage for stage, day in planned.items() if before.get(stage, day) != day]
    over = [stage.label for stage in moved if stage not in audit.stages_to_come]
    if over:
        raise WrongState(f"{over[0]} is over, so its date does not move any more.")
    plan = before | dict(planned)
    days = [plan[stage] for stage in WORKING_STAGES if stage in plan]
    if days != sorted(days):
        raise NotYet("Each stage has to end on or after the day the stage before it ends.")
    if moved and not reason.strip():
        names = tuple(stage.label for stage in moved)
        raise NotYet("Say why these stage dates move.", names)


def missing_scope(audit: Audit) -> Iterator[str]:
    """What R1 asks for before an audit can go on, and is not there yet."""
    wanted = {
        "the chosen theme": audit.theme_id,
        "the key lines of enquiry": audit.enquiries,
        "the look-back dates": audit.looks_back_from and audit.looks_back_to,
        "the criteria for cases": audit.criteria.strip(),
        "the agencies that take part": audit.agencies.exists(),
        "the audit tool": audit.tool_version_id,
        "the stage dates": set(WORKING_STAGES) <= set(audit.planned),
    }
    return (name for name, there in wanted.items() if not there)


def check_begin_sampling(audit: Audit, person: User) -> None:
    """The theme is chosen and the scope complete (R1)."""
    check_coordinates(audit, person)
    check_stage(audit, Stage.THEME_SELECTION)
    missing = tuple(missing_scope(audit))
    if missing:
        raise NotYet("The audit cannot move to case sampling yet.", missing)
