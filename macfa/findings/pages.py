"""What the pages of findings and reports show: findings by kind, grades as bars, next steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from macfa.audits.models import Audit
from macfa.audits.pages import MY_WORK, of_audit
from macfa.findings.contents import Contents, shown
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import READS_DRAFTS, READS_FINDINGS, Finding, Report
from macfa.findings.rules import can_decide, can_edit
from macfa.moderation.models import PanelGrade
from macfa.people.models import Agency, Membership
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from workflows import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from macfa.people.models import User

KINDS = (
    (Finding.Kind.GOOD_PRACTICE, "Good practice"),
    (Finding.Kind.LEARNING, "Learning"),
    (Finding.Kind.SYSTEM, "System findings"),
)
STATE_COLOURS = {
    ReportState.DRAFT: "grey",
    ReportState.WITH_QPPA: "blue",
    ReportState.SIGNED_OFF: "green",
}
#: What the three sets of grades are called on the report.
SERIES = (
    ("agencies", "Agency grades", "returns"),
    ("panel", "Panel grades", "returns"),
    ("cases", "Case grades", "cases"),
)


def of_findings(audit: Audit, *, below: bool = False) -> dict[str, object]:
    """What every page of findings shows around it; `below` for a page below the list."""
    context = of_audit(audit)
    if below:
        crumbs: Any = context["crumbs"]
        context["crumbs"] = [*crumbs, ("Findings", f"{audit.get_absolute_url()}findings/")]
    return context


# --- findings ------------------------------------------------------------------------------------


def findings_of(audit: Audit) -> list[Finding]:
    """The findings of an audit with all they are tied to, in a handful of statements."""
    tied = ("cases", "domains", "agencies", "actions__audit")
    return list(audit.findings.select_related("audit").prefetch_related(*tied))


def by_kind(findings: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Findings under the heading of their kind; kinds without any are left out."""
    rows = list(findings)
    groups = [(title, [row for row in rows if _kind(row) == kind]) for kind, title in KINDS]
    return [(title, found) for title, found in groups if found]


def _kind(finding: Any) -> str:
    return str(finding["kind"] if isinstance(finding, dict) else finding.kind)


def without_action(findings: Iterable[Finding]) -> list[Finding]:
    """Learning and system findings that nothing follows from yet."""
    return [
        finding
        for finding in findings
        if finding.kind != Finding.Kind.GOOD_PRACTICE and not finding.actions.all()
    ]


# --- grades as bars ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One grade: how many got it, and how long its bar is out of 100."""

    name: str
    tone: str
    count: int
    length: int


@dataclass(frozen=True)
class Chart:
    """One set of grades, with the number they are counted from (R36)."""

    title: str
    of: str
    total: int
    bars: list[Bar]


def charts(contents: Contents) -> list[Chart]:
    """The distribution of grades: the agencies' own, the panel's, and the cases'."""
    return [_chart(contents["grades"], *series) for series in SERIES]


def _chart(grades: Sequence[Contents], key: str, title: str, of: str) -> Chart:
    total = sum(grade[key] for grade in grades)
    bars = [
        Bar(grade["name"], grade["tone"], grade[key], round(100 * grade[key] / (total or 1)))
        for grade in grades
    ]
    return Chart(title, of, total, bars)


# --- reports -------------------------------------------------------------------------------------


def of_report(report: Report, person: User) -> dict[str, object]:
    """A report as somebody may read it, with what they may do."""
    said = shown(report)
    sees_audit = Audit.objects.visible_to(person).filter(pk=report.audit_id).exists()
    around = of_audit(report.audit) if sees_audit else {"crumbs": [MY_WORK]}
    crumbs: Any = around["crumbs"]
    return around | {
        "crumbs": [*crumbs, ("Reports", "/reports/")],
        "report": report,
        "said": said,
        "colour": STATE_COLOURS[ReportState(report.state)],
        "charts": charts(said),
        "grade_names": [grade["name"] for grade in said["grades"]],
        "findings": by_kind(said["findings"]),
        "sees_audit": sees_audit,
        "reads_drafts": holds(person, READS_DRAFTS, report.audit.partnership_id),
        # Whoever works with single cases reads which; the Board and the agencies how many (R38).
        "unnamed": not holds(person, READS_FINDINGS, report.audit.partnership_id),
        "edits": can_edit(report, person),
        "decides": can_decide(report, person),
    }


def below_report(report: Report) -> dict[str, object]:
    """What a page below a report shows around it."""
    context = of_audit(report.audit)
    crumbs: Any = context["crumbs"]
    above = [("Reports", "/reports/"), (f"Version {report.number}", report.get_absolute_url())]
    return context | {"crumbs": [*crumbs, *above], "report": report}


def sent_back_because(report: Report) -> str:
    """Why the QPPA sent the report back, while its author works on that."""
    if report.state != ReportState.DRAFT:
        return ""
    entry = timeline.of_record(report).filter(verb="send_back").first()
    return timeline.lines([entry])[0].text if entry else ""


def sent_back_by_board(report: Report) -> Report | None:
    """The version that the Board sent back, while the next one is made."""
    if report.state == ReportState.SIGNED_OFF:
        return None
    before = report.audit.reports.filter(number=report.number - 1)
    return before.exclude(board_on=None).first()


def newest_signed_off(audit: Audit) -> Report | None:
    """The version of the report that counts now."""
    return audit.reports.filter(state=ReportState.SIGNED_OFF).order_by("number").last()


# --- an agency's own grades ----------------------------------------------------------------------


@dataclass(frozen=True)
class OwnGrade:
    """One return of an agency: its own grade, and the panel's with the reason (R14)."""

    agency_return: AgencyReturn
    panel: PanelGrade | None

    @property
    def changed(self) -> bool:
        """Whether the panel came to another grade."""
        return self.panel is not None and self.panel.grade_id != self.agency_return.grade_id


def agencies_led(audit: Audit, person: User) -> QuerySet[Agency]:
    """The agencies of an audit's partnership that somebody leads today."""
    leads = Membership.objects.current().filter(
        person=person, team__role=Role.AGENCY_LEAD, team__partnership=audit.partnership_id
    )
    return Agency.objects.filter(pk__in=leads.values("team__agency"))


def own_grades(audit: Audit, person: User, agencies: QuerySet[Agency]) -> list[OwnGrade]:
    """What agencies returned and what the panel made of it; no case hidden from the person."""
    returns = AgencyReturn.objects.visible_to(person).filter(
        audit=audit, agency__in=agencies, state=ReturnState.SUBMITTED
    )
    rows = list(returns.select_related("case", "agency", "setting", "grade"))
    decided = PanelGrade.objects.filter(agency_return__in=rows, current=True)
    panel = {row.agency_return_id: row for row in decided.select_related("grade")}
    return [OwnGrade(row, panel.get(row.pk)) for row in rows]
