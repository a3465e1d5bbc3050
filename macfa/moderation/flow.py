"""Whose turn it is in moderation: each panel member prepares; the chair sees a case decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.flow import coordinator_work
from macfa.moderation.access import sits_on
from macfa.moderation.models import Panel
from macfa.moderation.rules import check_is, check_may_moderate
from macfa.people.models import Team
from macfa.people.roles import Role
from workflows.flow import End, Flow, HumanTask, Start, Work, this

if TYPE_CHECKING:
    from macfa.moderation.models import PanelMember
    from macfa.sampling.models import Case


def chair_work(case: Case) -> Work:
    """The chair holds each case until its grade is recorded.

    Where the chair has a conflict of interest with it or has left, the coordinator does, and
    finds somebody else to lead the panel through it.
    """
    panel = Panel.objects.select_related("chair").get(audit=case.audit_id)
    page = f"/moderation/cases/{case.public_id}/"
    if not sits_on(case, panel.chair):
        return coordinator_work(case.audit, page=page, due=panel.meets_on)
    return Work(
        page=page,
        due=panel.meets_on,
        team=Team.objects.for_role(case.audit.partnership, Role.SCRUTINEER),
        tenant_id=case.audit.partnership_id,
        owner=panel.chair,
    )


def preparation_work(member: PanelMember) -> Work:
    """A panel member reads the cases before the day."""
    panel = member.panel
    return Work(
        page=panel.get_absolute_url(),
        due=panel.meets_on,
        team=Team.objects.for_role(panel.audit.partnership, Role.PANEL, member.agency),
        tenant_id=panel.audit.partnership_id,
        owner=member.person,
    )


class PanelFlow(Flow):
    """A panel member prepares for the panel.

    They read the released cases and declare any conflict of interest.
    """

    joined = Start(this.prepare)
    prepare = HumanTask(
        "Read the cases before the panel",
        work=preparation_work,
        may_hold=check_is,
        personal=True,
        weight=5,
    ).Next(this.prepared)
    prepared = End()


class ModerationFlow(Flow):
    """The panel moderates one case.

    It records a panel grade for each agency, a grade for each domain, and the case grade.
    """

    released = Start(this.moderate)
    moderate = HumanTask(
        "Moderate the case", work=chair_work, may_hold=check_may_moderate, weight=3
    ).Next(this.moderated)
    moderated = End()
