"""Whose turn it is with the report: its author, then the QPPA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from macfa.findings.lifecycle import ReportState
from macfa.findings.rules import check_may_write, check_signs_off
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.people.rules import people_in
from workflows.flow import End, Flow, HumanTask, Start, Switch, Work, this

if TYPE_CHECKING:
    from macfa.findings.models import Report
    from macfa.people.models import User
    from workflows.lifecycle import Act


def author_work(report: Report) -> Work:
    """The author writes the report."""
    audit = report.audit
    return Work(
        page=report.get_absolute_url(),
        due=audit.due(Stage.FINDINGS),
        team=Team.objects.for_role(audit.partnership, Role.COORDINATOR),
        tenant_id=audit.partnership_id,
        owner=report.author,
    )


def hold_as_author(doing: Act, person: User) -> None:
    """Whoever holds the writing of a report is its author."""
    report: Report = doing.record
    if report.author_id != person.pk:
        doing.change(author=person)


def qppa_work(report: Report) -> Work:
    """The QPPA signs the report off; any member who did not write it may claim that."""
    audit = report.audit
    team = Team.objects.for_role(audit.partnership, Role.QPPA)
    return Work(
        page=report.get_absolute_url(),
        due=audit.due(Stage.FINDINGS),
        team=team,
        tenant_id=audit.partnership_id,
        watchers=tuple(people_in(team)),
    )


def is_back_with_author(report: Report) -> bool:
    """The QPPA asked for changes."""
    return bool(report.state == ReportState.DRAFT)


class ReportFlow(Flow):
    """The report is written and signed off.

    The author puts it to the QPPA, who sign it off or send it back.
    """

    started = Start(this.write)
    write = HumanTask(
        "Write the report",
        work=author_work,
        may_hold=check_may_write,
        on_hold=hold_as_author,
        weight=5,
    ).Next(this.sign_off)
    sign_off = HumanTask("Sign off the report", work=qppa_work, may_hold=check_signs_off).Next(
        this.agreed
    )
    agreed = Switch().Case(this.write, is_back_with_author).Default(this.signed_off)
    signed_off = End()
