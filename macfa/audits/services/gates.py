"""Opening an audit, and moving it from stage to stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits import rules
from macfa.audits.flow import MacfaFlow
from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.people.models import Partnership
from workflows import clock, tasks
from workflows.errors import NotYet
from workflows.lifecycle import Act, act, begin, beginning

if TYPE_CHECKING:
    from macfa.people.models import User

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
    *,
    partnership: Partnership,
    prefix: str,
    title: str,
    period: str,
    by: User,
    token: str | None = None,
) -> Audit:
    """Open an audit, at theme selection, with its coordinator's first task.

    Args:
        prefix: its short reference, unique in the partnership, which prefixes its cases.
        period: when it is planned for, in words ("Q4 2026/27").

    Raises:
        NotAllowed: the person is not a coordinator there.
        NotYet: the short reference is taken, or is none.
    """
    rules.check_open(partnership, by)
    prefix = prefix.upper()
    rules.check_prefix(prefix)
    with beginning(token):
        _check_free(partnership, prefix)
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


def _check_free(partnership: Partnership, prefix: str) -> None:
    """No other audit has this short reference. One audit is opened at a time, so none will."""
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    if partnership.audits.filter(prefix=prefix).exists():
        raise NotYet(f"{prefix} is the short reference of another audit. Choose a new one.")


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
