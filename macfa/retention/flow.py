"""Whose turn it is with a destruction: the second person's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import only_one, people_in
from macfa.retention.rules import check_may_confirm
from workflows import clock
from workflows.flow import End, Flow, HumanTask, Start, Work, this
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.retention.models import Destruction

#: Working days to look at what is proposed.
ANSWERED_WITHIN = 10


def confirming_work(destruction: Destruction) -> Work:
    """The independent scrutineer's; of several whoever claims it."""
    team = Team.objects.for_role(destruction.partnership, Role.SCRUTINEER)
    owner = only_one(team)
    return Work(
        page=destruction.get_absolute_url(),
        due=add_working_days(clock.today(), ANSWERED_WITHIN),
        team=team,
        tenant_id=destruction.partnership_id,
        owner=None if owner and owner.pk == destruction.proposed_by_id else owner,
        watchers=tuple(people_in(team)),
    )


class DestructionFlow(Flow):
    """A destruction at the second person.

    The coordinator proposed to destroy what is due; the independent scrutineer sees the counts
    again and confirms, or says no.
    """

    proposed = Start(this.confirm)
    confirm = HumanTask(
        "Confirm a destruction", work=confirming_work, may_hold=check_may_confirm
    ).Next(this.decided)
    decided = End()
