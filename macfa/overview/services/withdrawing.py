"""An audit is given up: what waits on it in any room is withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.improvement.lifecycle import RUNNING
from macfa.improvement.services import end
from macfa.moderation.services import close_question
from macfa.overview import rules
from macfa.returns.lifecycle import OUTSTANDING
from workflows import tasks
from workflows.lifecycle import act, hold
from workflows.models import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn


def withdraw(
    *, audit: Audit, reason: str, by: User, expects: int | None = None, token: str | None = None
) -> Audit:
    """Give an audit up, with a reason. Open work is withdrawn and its owners are told; nothing
    that was written is deleted."""
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_withdraw(audit, reason, by)
        doing.move("withdraw", text=reason)
        doing.change(withdrawn_because=reason)
        tasks.withdraw(doing, why=reason)
        _withdraw_work([*audit.theme_views.order_by("pk"), *audit.cases.order_by("pk")], reason, by)
        hold(audit.returns.all())
        for return_ in audit.returns.filter(state__in=OUTSTANDING).order_by("pk"):
            _withdraw_return(return_, reason, by)
        for return_ in audit.returns.asked().order_by("pk"):
            with act(return_, by=by) as (of_return, _return):
                close_question(of_return, reason)
        _withdraw_work([*seats(audit), *audit.reports.order_by("pk")], reason, by)
        for action in audit.actions.filter(state__in=RUNNING).order_by("pk"):
            end(action=action, reason=reason, by=by)
    return audit


def seats(audit: Audit) -> Iterable[Record]:
    """Who sits on the panel, where there is one."""
    panel = getattr(audit, "panel", None)
    return panel.members.order_by("pk") if panel else ()


def _withdraw_return(return_: AgencyReturn, why: str, by: User) -> None:
    with act(return_, by=by) as (doing, _return):
        doing.move("withdraw", text=why)
        tasks.withdraw(doing, why=why)


def _withdraw_work(records: Iterable[Record], why: str, by: User) -> None:
    for record in records:
        with act(record, by=by) as (doing, _record):
            tasks.withdraw(doing, why=why)
