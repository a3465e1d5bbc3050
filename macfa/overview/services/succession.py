"""An agency ends and another carries on for it: what is open goes over, what was said stays.

Returns keep the name under which they were asked for. The successor's people act for both names,
so that an agency that was itself asked about a case answers for each file apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from macfa.audits.lifecycle import ENDED, Stage
from macfa.audits.models import Audit
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action
from macfa.improvement.rules import AGENCY_OWNERS
from macfa.improvement.services import carry_on
from macfa.people import services as people
from macfa.people.rules import check_ends_agency, holds, leads_of
from macfa.returns.lifecycle import OUTSTANDING
from macfa.returns.models import AgencyReturn
from notifications.inbox import Message
from workflows import clock, tasks
from workflows.lifecycle import act, beginning, tell_at_the_end

if TYPE_CHECKING:
    from datetime import date

    from macfa.people.models import Agency, Succession, User

NOT_ISSUED = (Stage.THEME_SELECTION, Stage.CASE_SAMPLING)


def rename_agency(
    *,
    agency: Agency,
    code: str,
    name: str,
    on: date,
    why: str,
    by: User,
    token: str | None = None,
) -> Succession:
    """The same people carry on as a new agency from a day on."""
    with beginning(token):
        check_ends_agency(agency, on, why, by)
        fresh = people.new_name(agency=agency, code=code, name=name, on=on)
        return merge_agency(agency=agency, into=fresh, on=on, why=why, by=by, token=token)


def merge_agency(
    *, agency: Agency, into: Agency, on: date, why: str, by: User, token: str | None = None
) -> Succession:
    """Another agency carries on from a day on: its leads see to what is open, and are told.

    Actions under way move to it. One whose completion is claimed moves when that is decided, by
    being offered to it.
    """
    with beginning(token):
        done = people.succeed(agency=agency, successor=into, on=on, why=why, by=by, token=token)
        _succeed_in_audits(done, by)
        returns = _move_returns(done, by)
        actions = _move_actions(done, by)
        _tell_leads(done, returns, actions, by)
    return done


def _succeed_in_audits(done: Succession, by: User) -> None:
    """What is asked from now on is asked of the successor."""
    audits = Audit.objects.filter(
        agencies=done.agency, state__in=(*NOT_ISSUED, Stage.AGENCY_AUDITS)
    )
    for audit in audits.order_by("pk"):
        with act(audit, by=by) as (doing, fresh):
            fresh.agencies.add(done.successor)
            if fresh.stage in NOT_ISSUED:
                fresh.agencies.remove(done.agency)
            doing.note("agency_succeeded", facts=_names(done), text=done.why)


def _names(done: Succession) -> dict[str, str]:
    return {"agency": done.agency.name, "successor": done.successor.name}


def _move_returns(done: Succession, by: User) -> int:
    """Work that somebody holds who no longer acts for the agency goes back to its leads."""
    ours = AgencyReturn.objects.filter(agency=done.agency).exclude(audit__state__in=ENDED)
    waiting = ours.filter(Q(state__in=OUTSTANDING) | Q(pk__in=ours.asked().values("pk")))
    found = list(waiting.order_by("pk"))
    for return_ in found:
        with act(return_, by=by) as (doing, _fresh):
            doing.note("agency_succeeded", facts=_names(done))
            tasks.put_back_barred(doing, why=f"{done.successor} carries on for {done.agency}.")
    return len(found)


def _move_actions(done: Succession, by: User) -> int:
    """Actions go to the successor: to their owner where that is one of its own, else to a lead."""
    running = Action.objects.filter(agency=done.agency, state=ActionState.UNDER_WAY)
    lead = leads_of(done.successor)[0]
    found = list(running.select_related("audit", "owner").order_by("pk"))
    for action in found:
        partnership = done.agency.partnership_id
        stays = holds(action.owner, AGENCY_OWNERS, partnership, done.successor)
        carry_on(action=action, owner=action.owner if stays else lead, why=done.why, by=by)
    return len(found)


def _tell_leads(done: Succession, returns: int, actions: int, by: User) -> None:
    open_work = f"Open returns: {returns}, actions: {actions}."
    text = f"{done.successor} carries on for {done.agency}. {open_work}"
    tell_at_the_end(
        [
            Message(
                lead.pk,
                event="agency.succeeded",
                event_key=f"succession-{done.public_id}",
                text=text,
                url="/tasks/team/",
                at=clock.now(),
            )
            for lead in leads_of(done.successor)
            if lead.pk != by.pk
        ]
    )
