"""Whose turn it is with an immediate concern: the coordinator's, and a second person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.concerns.rules import (
    check_is_coordinator,
    check_is_second,
    coordinators,
    leads,
    needs_scrutineer,
    scrutineers,
)
from macfa.people.models import Team
from macfa.people.roles import Role
from workflows import clock
from workflows.flow import End, Flow, HumanTask, Start, Work, this

if TYPE_CHECKING:
    from macfa.concerns.models import Concern
    from macfa.people.models import User

ACKNOWLEDGE = "Immediate concern: acknowledge"
CONFIRM = "Immediate concern: confirm what was done"


def coordinator_work(concern: Concern) -> Work:
    """The coordinators', due at once."""
    team = Team.objects.for_role(concern.partnership, Role.COORDINATOR)
    return _work(concern, team, coordinators(concern))


def second_work(concern: Concern) -> Work:
    """The agency's leads', or the scrutineer's where no lead can be asked; due at once."""
    if needs_scrutineer(concern):
        team = Team.objects.for_role(concern.partnership, Role.SCRUTINEER)
        return _work(concern, team, scrutineers(concern))
    team = Team.objects.for_role(concern.partnership, Role.AGENCY_LEAD, concern.agency)
    return _work(concern, team, leads(concern))


def _work(concern: Concern, team: Team, people: set[User]) -> Work:
    """Everybody it needs is alerted already, so nobody watches the team's queue."""
    return Work(
        page=concern.get_absolute_url(),
        due=clock.today(),
        team=team,
        tenant_id=concern.partnership_id,
        owner=next(iter(people)) if len(people) == 1 else None,
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
