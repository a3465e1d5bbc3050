"""What changes about an audit: opening it, choosing its theme, its scope and dates, its gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits import rules
from macfa.audits.dates import propose
from macfa.audits.flow import MacfaFlow, ThemeViewFlow
from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit, StageDate, Theme, ThemeRank, ThemeView
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import people_in
from workflows import clock, tasks
from workflows.errors import NotYet
from workflows.lifecycle import Act, act, begin, beginning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from macfa.people.models import Agency, Partnership, User
    from macfa.tools.models import ToolVersion

#: The task of the gate that ends each stage.
GATES = {
    Stage.THEME_SELECTION: MacfaFlow.select_theme,
    Stage.CASE_SAMPLING: MacfaFlow.draw_sample,
    Stage.AGENCY_AUDITS: MacfaFlow.collect_returns,
    Stage.MODERATION: MacfaFlow.moderate,
    Stage.FINDINGS: MacfaFlow.agree_findings,
    Stage.ACTION_TRACKING: MacfaFlow.track_actions,
}


def open_audit(
    *, partnership: Partnership, prefix: str, title: str, period: str, by: User,
    token: str | None = None,
) -> Audit:
    """Open an audit, at theme selection, with its coordinator's first task.

    Args:
        prefix: its short reference, unique in the partnership, which prefixes its cases.
        period: when it is planned for, in words ("Q4 2026/27").

    Raises:
        NotAllowed: the person is not a coordinator there.
        NotYet: the short reference is taken.
    """
    rules.check_open(partnership, by)
    prefix = prefix.upper()
    with beginning():
        if partnership.audits.filter(prefix=prefix).exists():
            raise NotYet(f"{prefix} is the short reference of another audit. Choose a new one.")
        audit = Audit(
            partnership=partnership,
            prefix=prefix,
            title=title,
            period=period,
            opened_on=clock.today(),
            coordinator=by,
        )
        begin(audit, "opened", by=by, token=token)
        with act(audit, by=by) as (doing, audit):
            tasks.start(doing, MacfaFlow.opened)
    return audit


def propose_theme(
    *, audit: Audit, title: str, sources: Sequence[str], evidence: str, by: User,
    from_audit: Audit | None = None, token: str | None = None,
) -> Theme:
    """Put a candidate theme beside the others, with where it comes from and why now."""
    with act(audit, by=by, token=token) as (doing, audit):
        rules.check_coordinates(audit, by)
        rules.check_stage(audit, Stage.THEME_SELECTION)
        if audit.themes.filter(title=title).exists():
            raise NotYet(f"“{title}” is already one of the candidate themes.")
        theme = Theme.objects.create(
            audit=audit, title=title, sources=list(sources), evidence=evidence,
            from_audit=from_audit,
        )
        doing.note("theme_proposed", facts={"theme": title})
    return theme


def ask_for_views(*, audit: Audit, by: User, token: str | None = None) -> list[ThemeView]:
    """Ask every QPPA member to comment on the candidate themes and rank them."""
    with act(audit, by=by, token=token) as (doing, audit):
        rules.check_coordinates(audit, by)
        rules.check_stage(audit, Stage.THEME_SELECTION)
        if not audit.themes.exists():
            raise NotYet("There is no candidate theme yet to ask about.")
        asked = set(audit.theme_views.values_list("person", flat=True))
        team = Team.objects.for_role(audit.partnership, Role.QPPA)
        people = [person for person in people_in(team) if person.pk not in asked]
        doing.note("views_asked", facts={"count": len(people)})
        views = [ThemeView(audit=audit, person=person) for person in people]
        tasks.begin_many(views, "view_asked", ThemeViewFlow.asked, by=by)
    return views


def give_view(
    *, view: ThemeView, comment: str, ranks: Mapping[Theme, int], by: User,
    expects: int | None = None, token: str | None = None,
) -> ThemeView:
    """A QPPA member comments on the candidate themes and ranks them, 1 first."""
    with act(view, by=by, expects=expects, token=token) as (doing, view):
        rules.check_gives_view(view, by)
        doing.change(comment=comment, given_at=clock.now())
        ThemeRank.objects.bulk_create(
            ThemeRank(view=view, theme=theme, rank=rank) for theme, rank in ranks.items()
        )
        doing.note("view_given")
        tasks.finish(doing, ThemeViewFlow.give_view)
    return view


def choose_theme(
    *, audit: Audit, theme: Theme, reason: str, decided_by: str, by: User,
    expects: int | None = None, token: str | None = None,
) -> Audit:
    """Record which theme was chosen, why, and who decided (whoever types)."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_coordinates(audit, by)
        rules.check_stage(audit, Stage.THEME_SELECTION)
        doing.change(theme=theme, theme_reason=reason, theme_decided_by=decided_by)
        text = f"{reason} Decided by {decided_by}."
        doing.note("theme_chosen", facts={"theme": theme.title}, text=text)
        _close_views(audit, by)
    return audit


def _close_views(audit: Audit, by: User) -> None:
    """Nobody is asked for a view any more once the theme is chosen."""
    for view in audit.theme_views.filter(given_at=None).order_by("pk"):
        with act(view, by=by) as (doing, _view):
            tasks.withdraw(doing, why="The theme has been chosen.")


def set_scope(
    *, audit: Audit, purpose: str, enquiry: str, criteria: str, looks_back_from: date,
    looks_back_to: date, agencies: Iterable[Agency], tool_version: ToolVersion, by: User,
    expects: int | None = None, token: str | None = None,
) -> Audit:
    """Agree what the audit asks, of which cases, over which time, of whom, with which tool."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_coordinates(audit, by)
        rules.check_stage(audit, Stage.THEME_SELECTION, Stage.CASE_SAMPLING)
        if looks_back_to <= looks_back_from:
            raise NotYet("The look-back period has to end after it begins.")
        doing.change(
            purpose=purpose, enquiry=enquiry, criteria=criteria,
            looks_back_from=looks_back_from, looks_back_to=looks_back_to,
            tool_version=tool_version,
        )
        audit.agencies.set(agencies)
        doing.note("scope_changed")
    return audit


def propose_dates(*, audit: Audit, start: date, by: User, token: str | None = None) -> Audit:
    """Set the stage dates in working days from one start date (R3). They can be adjusted."""
    planned = propose(start)
    return set_dates(audit=audit, planned=planned, reason="", by=by, token=token)


def set_dates(
    *, audit: Audit, planned: Mapping[Stage, date], reason: str, by: User,
    expects: int | None = None, token: str | None = None,
) -> Audit:
    """Set or move stage dates, in the order of the stages. Moving one asks for a reason (R3)."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_coordinates(audit, by)
        rules.check_running(audit)
        days = [planned[stage] for stage in sorted(planned, key=list(Stage).index)]
        if days != sorted(days):
            raise NotYet("Each stage has to end on or after the day the stage before it ends.")
        for stage, day in planned.items():
            StageDate.objects.update_or_create(
                audit=audit, stage=stage, defaults={"planned": day, "reason": reason}
            )
        doing.note("dates_changed", text=reason)
    return audit


def begin_sampling(
    *, audit: Audit, by: User, expects: int | None = None, token: str | None = None
) -> Audit:
    """Theme and scope are agreed: the audit moves to case sampling.

    Raises `NotYet` naming what of the scope is missing (R1).
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_begin_sampling(audit, by)
        advance(doing, "begin_sampling")
    return audit


def advance(doing: Act, move: str, *, text: str = "") -> None:
    """Move the act's audit to its next stage and the coordinator to the next gate.

    The room that owns the stage's work has asked before whether it is complete.
    """
    audit: Audit = doing.record
    stage = audit.stage
    doing.move(move, text=text)
    audit.stage_dates.filter(stage=stage).update(actual=clock.today())
    tasks.finish(doing, GATES[stage], owned=False)
