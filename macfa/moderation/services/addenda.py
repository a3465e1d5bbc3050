"""What is said about a return once the panel has it: a question, and the agency's addendum.

The return itself is never reopened, and the agency's own grade stays as it was submitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.rules import coordinator_of
from macfa.moderation import rules
from macfa.moderation.access import sits_on
from macfa.moderation.models import Panel
from macfa.returns.flow import ReturnFlow
from macfa.returns.models import Addendum, PanelQuestion
from macfa.returns.rules import check_adds
from workflows import clock, tasks
from workflows.lifecycle import Act, act
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.people.models import User
    from macfa.returns.models import AgencyReturn


def ask_agency(
    *,
    return_: AgencyReturn,
    text: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> PanelQuestion:
    """The panel asks an agency about its return. The case is not graded before it answers."""
    with act(return_, by=by, expects=expects, token=token, within=return_.case) as (doing, return_):
        rules.check_asks(return_, by)
        check_says(text, "Say what the panel wants to know.")
        question = PanelQuestion.objects.create(
            agency_return=return_, text=text.strip(), asked_by=by
        )
        doing.note("panel_asked", text=question.text)
        tasks.start(doing, ReturnFlow.asked)
    return question


def withdraw_question(
    *,
    return_: AgencyReturn,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The panel need not know any more; whoever has the question to answer is told."""
    with act(return_, by=by, expects=expects, token=token, within=return_.case) as (doing, return_):
        rules.check_withdraws_question(return_, by)
        check_says(why, "Say why the question is withdrawn.")
        close_question(doing, why)
    return return_


def close_question(doing: Act, why: str) -> None:
    """The open question about the act's return need not be answered."""
    PanelQuestion.objects.open().filter(agency_return=doing.record).update(
        closed_at=clock.now(), withdrawn_because=why
    )
    doing.note("question_withdrawn", text=why)
    tasks.withdraw(doing, why=why)


def add_addendum(
    *,
    return_: AgencyReturn,
    text: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Addendum:
    """The agency adds to its return; where the panel has asked, this is the answer.

    The chair of the panel and the coordinator are told.
    """
    with act(return_, by=by, expects=expects, token=token, within=return_.case) as (doing, return_):
        check_adds(return_, by)
        check_says(text, "Write what is to be added to the return.")
        question = return_.questions.open().first()
        addendum = Addendum.objects.create(
            agency_return=return_, question=question, text=text.strip(), by=by
        )
        doing.note("addendum", text=addendum.text)
        if question:
            question.closed_at = clock.now()
            question.save(update_fields=["closed_at"])
            tasks.finish(doing, ReturnFlow.answer_question, owned=False)
        _tell(doing, addendum)
    return addendum


def _tell(doing: Act, addendum: Addendum) -> None:
    return_: AgencyReturn = doing.record
    panel = Panel.objects.select_related("chair").get(audit=return_.audit_id)
    chair = panel.chair if sits_on(return_.case, panel.chair) else None
    told = {person for person in (chair, coordinator_of(return_.audit)) if person}
    what = "answered the panel’s question" if addendum.question_id else "added an addendum"
    for person in sorted(told, key=lambda person: person.pk):
        doing.tell(
            person.pk,
            event="return.addendum",
            event_key=f"addendum-{addendum.pk}",
            text=f"{return_.case.label}: {rules.answerer(return_)} {what}",
            url=f"/moderation/cases/{return_.case.public_id}/",
        )
