"""Whose turn it is with the audit as a whole: the coordinator's gates, and the QPPA's views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import check_coordinates, coordinator_of
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import people_in
from workflows.flow import End, Flow, HumanTask, Start, Work, this

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from macfa.audits.models import Audit, ThemeView
    from macfa.people.models import User
    from workflows.lifecycle import Act


def gate(stage: Stage) -> Callable[[Audit], Work]:
    """The coordinator's work at the gate that ends a stage."""

    def work(audit: Audit) -> Work:
        return coordinator_work(audit, page=audit.get_absolute_url(), due=audit.due(stage))

    return work


def coordinator_work(audit: Audit, *, page: str, due: date, never: User | None = None) -> Work:
    """Work of whoever coordinates the audit; of all coordinators once that person has left.

    `never` may not do it, and so is not told that it waits.
    """
    team = Team.objects.for_role(audit.partnership, Role.COORDINATOR)
    owner = coordinator_of(audit)
    return Work(
        page=page,
        due=due,
        team=team,
        tenant_id=audit.partnership_id,
        owner=owner,
        watchers=() if owner else tuple(one for one in people_in(team) if one != never),
    )


def hold_as_coordinator(doing: Act, person: User) -> None:
    """Whoever holds the gate of an audit coordinates it from then on."""
    audit: Audit = doing.record
    if audit.coordinator_id != person.pk:
        doing.change(coordinator=person)


def gate_task(title: str, stage: Stage) -> HumanTask:
    """The task of the gate that ends a stage: a coordinator's."""
    return HumanTask(
        title, work=gate(stage), may_hold=check_coordinates, on_hold=hold_as_coordinator
    )


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
    is still missing. Whoever holds the gate coordinates the audit.
    """

    opened = Start(this.select_theme)
    select_theme = gate_task("Choose the theme and agree the scope", Stage.THEME_SELECTION).Next(
        this.draw_sample
    )
    draw_sample = gate_task("Draw the sample and issue the audit", Stage.CASE_SAMPLING).Next(
        this.collect_returns
    )
    collect_returns = gate_task(
        "Collect the agency returns and convene the panel", Stage.AGENCY_AUDITS
    ).Next(this.moderate)
    moderate = gate_task("See every case moderated", Stage.MODERATION).Next(this.agree_findings)
    agree_findings = gate_task(
        "Agree the findings and get the report signed off", Stage.FINDINGS
    ).Next(this.track_actions)
    track_actions = gate_task(
        "Follow the actions until practice has changed", Stage.ACTION_TRACKING
    ).Next(this.closed)
    closed = End()


class ThemeViewFlow(Flow):
    """A QPPA member's view of the candidate themes."""

    asked = Start(this.give_view)
    give_view = HumanTask("Comment on the candidate themes", work=view_work, personal=True).Next(
        this.given
    )
    given = End()
