"""What the audit asks of whom, and by when: its scope and its stage dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.audits import rules
from macfa.audits.dates import propose
from macfa.audits.models import StageDate
from workflows import tasks
from workflows.lifecycle import Act, act

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from macfa.audits.lifecycle import Stage
    from macfa.audits.models import Audit
    from macfa.people.models import Agency, User
    from macfa.tools.models import ToolVersion


def set_scope(
    *,
    audit: Audit,
    purpose: str,
    enquiry: str,
    criteria: str,
    looks_back_from: date,
    looks_back_to: date,
    agencies: Iterable[Agency],
    tool_version: ToolVersion,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Audit:
    """Agree what the audit asks, of which cases, over which time, of whom, with which tool."""
    chosen = list(agencies)
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_scopes(audit, by)
        rules.check_own(audit, chosen, tool_version)
        rules.check_partners(chosen)
        rules.check_looks_back(looks_back_from, looks_back_to)
        doing.change(
            purpose=purpose,
            enquiry=enquiry,
            criteria=criteria,
            looks_back_from=looks_back_from,
            looks_back_to=looks_back_to,
            tool_version=tool_version,
        )
        audit.agencies.set(chosen)
        doing.note("scope_changed")
    return audit


def propose_dates(
    *,
    audit: Audit,
    start: date,
    by: User,
    reason: str = "",
    expects: int | None = None,
    token: str | None = None,
) -> Audit:
    """Set the dates of the stages to come in working days from one start date (R3)."""
    proposed = propose(start)
    planned = {stage: proposed[stage] for stage in audit.stages_to_come}
    return set_dates(
        audit=audit, planned=planned, reason=reason, by=by, expects=expects, token=token
    )


def set_dates(
    *,
    audit: Audit,
    planned: Mapping[Stage, date],
    reason: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Audit:
    """Set or move stage dates, in the order of the stages. Moving one asks for a reason (R3).

    The audit's own open tasks follow, and whoever is asked for a view is told. What has been
    sent to agencies keeps the date it was sent with.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_sets_dates(audit, by)
        rules.check_dates(audit, planned, reason)
        before = audit.planned
        changed = {stage: day for stage, day in planned.items() if before.get(stage) != day}
        for stage, day in changed.items():
            StageDate.objects.update_or_create(
                audit=audit, stage=stage, defaults={"planned": day, "reason": reason}
            )
        if changed:
            _note_dates(doing, {s: day for s, day in changed.items() if s in before}, reason)
            _postpone(doing, by)
    return audit


def _note_dates(doing: Act, moved: Mapping[Stage, date], reason: str) -> None:
    days = [f"{stage.label} to {date_format(day, 'j F Y')}" for stage, day in moved.items()]
    if moved:
        doing.note("dates_changed", facts={"moved": days}, text=reason)
    else:
        doing.note("dates_set", text=reason)


def _postpone(doing: Act, by: User) -> None:
    """The audit's own open tasks are due when its stage should be over."""
    audit: Audit = doing.record
    day = audit.due(audit.stage)
    tasks.postpone(doing, day)
    for view in audit.views_awaited:
        with act(view, by=by) as (of_view, _view):
            if tasks.postpone(of_view, day) and view.person_id != by.pk:
                of_view.tell(
                    view.person_id,
                    event="view.due_changed",
                    event_key=f"view-{view.public_id}-{audit.version}",
                    text=f"New due date: your view of the themes of {audit.prefix} is due "
                    f"{date_format(day, 'j F Y')}",
                    url=f"{view.get_absolute_url()}view/",
                )
