"""The agency lead's check of a return before it goes in, and its arrival with the coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.rules import coordinators_now
from macfa.returns import rules
from macfa.returns.flow import ReturnFlow
from macfa.returns.models import AgencyReturn, ReturnQuery
from macfa.sampling.models import Case
from workflows import clock, tasks
from workflows.lifecycle import act
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.people.models import User
    from macfa.returns.models import Submission
    from workflows.lifecycle import Act


def case_by_now(return_: AgencyReturn) -> Case:
    """The case of a return that is locked, read anew.

    A release takes the returns before it moves the case on: where this act waited for one, the
    case that was read beside the return is the one of before.
    """
    return Case.objects.get(pk=return_.case_id)


def arrive(doing: Act, submission: Submission, *, case_state: str) -> None:
    """The return reaches the coordinator: its grade and its time stand from now on.

    `case_state` is where its case is, read after the return was locked (see `case_by_now`).
    """
    doing.change(
        grade_id=submission.grade_id,
        submitted_at=submission.sent_at,
        submitted_by=doing.by,
        late=rules.is_late(case_state),
    )


def others_owed(return_: AgencyReturn) -> bool:
    """Whether agencies still owe other returns of the same audit."""
    owed = AgencyReturn.objects.outstanding().filter(audit=return_.audit_id)
    return owed.exclude(pk=return_.pk).exists()


def tell_if_last(doing: Act, *, others: bool) -> None:
    """The coordinator hears when no return of the audit is owed any more.

    `others` is whether some were, read after this one was locked. Returns do not wait for each
    other: of two that come in the same instant each may find the other owed. The audit's page
    says it all the same.
    """
    if others:
        return
    return_: AgencyReturn = doing.record
    audit = return_.audit
    for person in coordinators_now(audit):
        if doing.by is None or person.pk != doing.by.pk:
            doing.tell(
                person.pk,
                event="returns.in",
                event_key=f"returns-in-{return_.public_id}-{return_.version}",
                text=f"Every return of {audit.prefix} is in or accounted for",
                url=f"{audit.get_absolute_url()}returns/",
            )


def sign_off(
    *, return_: AgencyReturn, by: User, expects: int | None = None, token: str | None = None
) -> AgencyReturn:
    """The agency's lead signs the return off; it goes to the coordinator as handed in (R19)."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_sign_off(return_, by)
        submission = return_.submissions.order_by("-number")[:1].get()
        submission.sent_at = clock.now()
        submission.save(update_fields=["sent_at"])
        doing.move("sign_off")
        arrive(doing, submission, case_state=case_by_now(return_).state)
        tasks.finish(doing, ReturnFlow.sign_off, owned=False)
        tell_if_last(doing, others=others_owed(return_))
    return return_


def hand_back(
    *,
    return_: AgencyReturn,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The agency's lead asks the auditor to look again, and says at what."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_hand_back(return_, by)
        check_says(why, "Say what the auditor should look at again.")
        ReturnQuery.objects.create(
            agency_return=return_, within_agency=True, text=why.strip(), asked_by=by
        )
        doing.move("hand_back")
        tasks.finish(doing, ReturnFlow.sign_off, owned=False)
    return return_
