"""Whose turn it is with the audit as a whole: the coordinator's gates, and the QPPA's views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.people.models import Team
from macfa.people.roles import Role
from workflows.flow import End, Flow, HumanTask, Start, Work, this

if TYPE_CHECKING:
    from collections.abc import Callable

    from macfa.audits.models import Audit, ThemeView


def gate(stage: Stage) -> Callable[[Audit], Work]:
    """The coordinator's work at the gate that ends a stage."""

    def work(audit: Audit) -> Work:
        return Work(
            page=audit.get_absolute_url(),
            due=audit.due(stage),
            team=Team.objects.for_role(audit.partnership, Role.COORDINATOR),
            tenant_id=audit.partnership_id,
            owner=audit.coordinator,
        )

    return work


def view_work(view: ThemeView) -> Work:
    """A QPPA member is asked to comment on the candidate themes and rank them."""
    audit = view.audit
    return Work(
        page=f"{view.get_absolute_url()}view/",
        due=audit.due(Stage.THEME_SELECTION),
        team=Team.objects.for_role(audit.partnership, Role.QPPA),
        tenant_id=audit.partnership_id,
        owner=view.person,
    )


class MacfaFlow(Flow):
    """The audit, gate by gate.

    At the end of each stage the coordinator decides that the audit may go on; a guard says what
    is still missing.
    """

    opened = Start(this.select_theme)
    select_theme = HumanTask(
        "Choose the theme and agree the scope", work=gate(Stage.THEME_SELECTION)
    ).Next(this.draw_sample)
    draw_sample = HumanTask(
        "Draw the sample and issue the audit", work=gate(Stage.CASE_SAMPLING)
    ).Next(this.collect_returns)
    collect_returns = HumanTask(
        "Collect the agency returns and convene the panel", work=gate(Stage.AGENCY_AUDITS)
    ).Next(this.moderate)
    moderate = HumanTask("See every case moderated", work=gate(Stage.MODERATION)).Next(
        this.agree_findings
    )
    agree_findings = HumanTask(
        "Agree the findings and get the report signed off", work=gate(Stage.FINDINGS)
    ).Next(this.track_actions)
    track_actions = HumanTask(
        "Follow the actions until practice has changed", work=gate(Stage.ACTION_TRACKING)
    ).Next(this.closed)
    closed = End()


class ThemeViewFlow(Flow):
    """A QPPA member's view of the candidate themes."""

    asked = Start(this.give_view)
    give_view = HumanTask("Comment on the candidate themes", work=view_work, personal=True).Next(
        this.given
    )
    given = End()
