"""Whose turn it is with an immediate concern: the coordinator's, and a second person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.concerns.rules import check_is_coordinator, check_is_second, leads
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import only_one
from workflows import clock
from workflows.flow import End, Flow, HumanTask, Start, Work, this

if TYPE_CHECKING:
    from macfa.concerns.models import Concern

ACKNOWLEDGE = "Immediate concern: acknowledge"
CONFIRM = "Immediate concern: confirm what was done"


def coordinator_work(concern: Concern) -> Work:
    """The coordinators', due at once."""
    return _work(concern, Team.objects.for_role(concern.partnership, Role.COORDINATOR))


def second_work(concern: Concern) -> Work:
    """The agency's leads', or the scrutineer's where no lead can be asked; due at once."""
    role, agency = Role.SCRUTINEER, None
    if leads(concern):
        role, agency = Role.AGENCY_LEAD, concern.agency
    return _work(concern, Team.objects.for_role(concern.partnership, role, agency))


def _work(concern: Concern, team: Team) -> Work:
    """Everybody in the team is alerted already, so nobody watches its queue."""
    return Work(
        page=concern.get_absolute_url(),
        due=clock.today(),
        team=team,
        tenant_id=concern.partnership_id,
        owner=only_one(team),
    )


class ConcernFlow(Flow):
    """A concern at the coordinator.

    The coordinator acknowledges it, unless the second person was first, and confirms what was
    done.
    """

    raised = Start(this.acknowledge)
    acknowledge = HumanTask(ACKNOWLEDGE, work=coordinator_work, may_hold=check_is_coordinator).Next(
        this.confirm
    )
    confirm = HumanTask(CONFIRM, work=coordinator_work, may_hold=check_is_coordinator).Next(
        this.confirmed
    )
    confirmed = End()


class SecondPersonFlow(Flow):
    """A concern at the second person.

    A lead of the agency concerned, or the independent scrutineer, acknowledges it, unless the
    coordinator was first, and confirms what was done.
    """

    raised = Start(this.acknowledge)
    acknowledge = HumanTask(ACKNOWLEDGE, work=second_work, may_hold=check_is_second).Next(
        this.confirm
    )
    confirm = HumanTask(CONFIRM, work=second_work, may_hold=check_is_second).Next(this.confirmed)
    confirmed = End()
