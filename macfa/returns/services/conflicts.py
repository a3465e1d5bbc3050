"""Somebody has a conflict of interest with a case: what they hold of its returns goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.returns.flow import ReturnFlow, who_sees_to_it
from macfa.returns.models import AgencyReturn
from workflows import tasks
from workflows.lifecycle import act, hold

if TYPE_CHECKING:
    from macfa.people.models import User
    from macfa.sampling.models import Case
    from workflows.lifecycle import Act
    from workflows.models import WorkItem

WHY = "A conflict of interest was declared."


def give_up(*, case: Case, by: User) -> None:
    """Whoever stepped out of a case gives up what they hold of its returns, as auditor or lead.

    Part of the act in which they stepped out: they cannot open the pages of that work any more,
    so it would wait for ever. The returns are taken in their one order, so that none is given to
    them meanwhile.
    """
    returns = {row.pk: row for row in hold(AgencyReturn.objects.filter(case=case))}
    held = [item for item in tasks.open_items(returns.values()) if item.owner_id == by.pk]
    for number in sorted(item.subject_id for item in held):
        with act(returns[number], by=by) as (doing, _return):
            let_go(doing, by)


def let_go(doing: Act, person: User) -> None:
    """What somebody holds of a return goes back to the agency's queue, and its leads are told;
    where none is left without a conflict of interest, the coordinators are."""
    return_: AgencyReturn = doing.record
    for item in tasks.put_back(doing, held_by=person, why=WHY):
        for reader in who_sees_to_it(return_):
            if reader.pk != person.pk:
                doing.tell(
                    reader.pk,
                    event="return.conflict",
                    event_key=f"conflict-{item.pk}-{person.pk}",
                    text=_words(item, return_),
                    url=return_.get_absolute_url(),
                )


def _words(item: WorkItem, return_: AgencyReturn) -> str:
    """Who stepped out of what, and what has to follow. Why they did is not said."""
    if item.node == ReturnFlow.audit_own_work:
        return (
            f"The auditor of {return_.reference} has a conflict of interest. "
            "Give the audit to somebody else."
        )
    return (
        f"The lead who had {return_.reference} has a conflict of interest. "
        f"Another lead of {return_.agency} has to take it on."
    )
