"""An action is opened, and tied to the findings it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from macfa.improvement import rules
from macfa.improvement.flow import ActionFlow
from macfa.improvement.models import Action
from workflows import clock, tasks
from workflows.lifecycle import act, begin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.findings.models import Finding
    from macfa.people.models import Agency, User


def open_action(
    *,
    audit: Audit,
    title: str,
    findings: Sequence[Finding],
    agency: Agency | None,
    owner: User,
    multi_agency: bool,
    due: date,
    measure: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """Open an action with its owner, due date and success measure (R43).

    It may be opened from any stage after release, and join its finding later. Without an
    agency it belongs to the partnership itself.

    Raises:
        NotYet: it has no success measure, its due date has passed, or its owner is not of the
            agency.
    """
    with act(audit, by=by, expects=expects, token=token) as (_doing, audit):
        rules.check_open(audit, by)
        rules.check_sound(title=title, measure=measure, due=due)
        rules.check_owner(owner, agency, audit)
        rules.check_findings(audit, findings)
        last = audit.actions.aggregate(last=Max("number"))["last"] or 0
        action = Action(
            audit=audit,
            number=last + 1,
            title=title,
            agency=agency,
            owner=owner,
            multi_agency=multi_agency,
            due=due,
            measure=measure,
            opened_on=clock.today(),
            updated_on=clock.today(),
        )
        begin(action, "opened", by=by, token=token)
        action.findings.set(findings)
        with act(action, by=by) as (doing, action):
            tasks.start(doing, ActionFlow.opened)
    return action


def join_findings(
    *,
    action: Action,
    findings: Sequence[Finding],
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """Tie an action to the findings it answers."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_joins(action.audit, findings, by)
        action.findings.set(findings)
        doing.note("finding_joined", facts={"findings": [found.label for found in findings]})
    return action
