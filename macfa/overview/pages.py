"""What the audit's page shows: its stages, what is next, and the counts behind both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.formats import date_format

from macfa.audits.lifecycle import WORKING_STAGES, Stage
from macfa.audits.rules import can_coordinate, missing_scope
from macfa.findings.contents import grade_counts, return_counts
from macfa.findings.lifecycle import ReportState
from macfa.findings.pages import agencies_led
from macfa.improvement.lifecycle import RUNNING
from macfa.moderation.access import PanelAudits
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import CaseState
from workflows import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from macfa.audits.models import Audit
    from macfa.people.models import User

#: The page on which the work of a stage is done, below the audit's own address.
STAGE_PAGES = {
    Stage.THEME_SELECTION: "themes/",
    Stage.CASE_SAMPLING: "sample/",
    Stage.AGENCY_AUDITS: "returns/",
    Stage.MODERATION: "moderation/",
    Stage.FINDINGS: "findings/",
    Stage.ACTION_TRACKING: "actions/",
}
#: Who may open the page of a stage besides the coordinator.
READERS = {
    Stage.THEME_SELECTION: (Role.QPPA, Role.SCRUTINEER),
    Stage.CASE_SAMPLING: (Role.SCRUTINEER,),
    Stage.AGENCY_AUDITS: (),
    Stage.MODERATION: (Role.PANEL, Role.SCRUTINEER),
    Stage.FINDINGS: (Role.PANEL, Role.SCRUTINEER, Role.QPPA),
    Stage.ACTION_TRACKING: (
        Role.PANEL,
        Role.SCRUTINEER,
        Role.QPPA,
        Role.BOARD,
        Role.AGENCY_LEAD,
    ),
}


@dataclass(frozen=True)
class Step:
    """One stage on the stepper."""

    title: str
    state: str
    href: str
    note: str
    overdue: bool = False


@dataclass(frozen=True)
class Next:
    """What has to happen for the audit to go on, in words, with a page to do it on."""

    text: str
    href: str
    button: str
    missing: tuple[str, ...] = ()


def steps(audit: Audit, person: User) -> list[Step]:
    """The six stages with where the audit stands, when each should end, and its page."""
    dates = {row.stage: row for row in audit.stage_dates.all()}
    order = list(WORKING_STAGES)
    at = order.index(audit.stage) if audit.stage in order else len(order)
    shown = []
    for number, stage in enumerate(order):
        state = "done" if number < at else "current" if number == at else "next"
        planned = dates.get(stage)
        day = (planned.actual if state == "done" else None) or planned.planned if planned else None
        href = page_of(audit, stage, person) if number <= at else ""
        note = f"by {date_format(day, 'j F Y')}" if day and state != "done" else ""
        if day and state == "done":
            note = date_format(day, "j F Y")
        late = state == "current" and bool(day and day < clock.today())
        shown.append(Step(str(stage.label), state, href, note, late))
    return shown


def page_of(audit: Audit, stage: Stage, person: User) -> str:
    """The address of a stage's page, for who may open it."""
    if stage == Stage.MODERATION and not PanelAudits.visible_to(person).filter(pk=audit.pk):
        return ""
    if can_coordinate(audit, person) or holds(person, READERS[stage], audit.partnership_id):
        return audit.get_absolute_url() + STAGE_PAGES[stage]
    return ""


def own_returns(audit: Audit, person: User) -> QuerySet[AgencyReturn]:
    """The returns somebody works on: those of the agencies they lead, and those they audit. Not
    those they read on the panel."""
    led = Q(agency__in=agencies_led(audit, person))
    visible = AgencyReturn.objects.visible_to(person).filter(led | Q(auditor=person), audit=audit)
    return visible.select_related("setting")


def what_next(audit: Audit, person: User) -> Next | None:
    """What somebody has to see to now: the coordinator in every stage, the panel in its own."""
    if can_coordinate(audit, person):
        return _for_coordinator(audit)
    page = page_of(audit, audit.stage, person) if audit.stage == Stage.MODERATION else ""
    return Next("The cases are with the panel.", page, "See the cases") if page else None


def _for_coordinator(audit: Audit) -> Next | None:
    asks = {
        Stage.THEME_SELECTION: _theme,
        Stage.CASE_SAMPLING: _sample,
        Stage.AGENCY_AUDITS: _returns,
        Stage.MODERATION: _moderation,
        Stage.FINDINGS: _findings,
        Stage.ACTION_TRACKING: _actions,
    }
    ask = asks.get(audit.stage)
    return ask(audit) if ask else None


def _theme(audit: Audit) -> Next:
    base = audit.get_absolute_url()
    if audit.theme_id is None:
        return Next(
            "Collect candidate themes and record the choice.", f"{base}themes/", "See the themes"
        )
    missing = tuple(missing_scope(audit))
    if missing:
        only_dates = missing == ("the stage dates",)
        page, button = (
            ("dates/", "Set the stage dates") if only_dates else ("scope/", "Agree the scope")
        )
        return Next("Still missing:", f"{base}{page}", button, missing)
    return Next(
        "Theme, scope and dates are agreed.", f"{base}begin-sampling/", "Move to case sampling"
    )


def _sample(audit: Audit) -> Next:
    base = audit.get_absolute_url()
    if not audit.cases.exists():
        return Next(
            "Load the pool of cases and draw the sample.", f"{base}sample/", "Draw the sample"
        )
    return Next("The sample is drawn.", f"{base}issue/", "Issue the audit to the agencies")


def _returns(audit: Audit) -> Next:
    base = audit.get_absolute_url()
    owed = audit.returns.outstanding().count()
    if owed:
        count = "1 return is" if owed == 1 else f"{owed} returns are"
        return Next(f"{count} outstanding.", f"{base}returns/", "See who owes what")
    return Next("Every return is in or accounted for.", f"{base}panel/", "Convene the panel")


def _moderation(audit: Audit) -> Next:
    base = audit.get_absolute_url()
    cases = audit.cases.counted()
    if cases.filter(state=CaseState.WITH_AGENCIES).exists():
        return Next("The cases are not released yet.", f"{base}panel/", "Release the cases")
    waiting = cases.exclude(state=CaseState.MODERATED)
    if waiting:
        missing = tuple(case.label for case in waiting)
        return Next("Cases to moderate:", f"{base}moderation/", "See the cases", missing)
    if not audit.panel.sittings.exists():
        return Next(
            "Every case has its grade. It is not recorded yet who sat on the panel.",
            f"{base}panel/sittings/",
            "Record a sitting",
        )
    return Next("Every case has its grade.", f"{base}moderation/conclude/", "Conclude moderation")


def _findings(audit: Audit) -> Next:
    base = audit.get_absolute_url()
    report = audit.reports.order_by("number").last()
    if report is None:
        return Next(
            "Record the findings and write the report.", f"{base}findings/", "Record the findings"
        )
    if report.state != ReportState.SIGNED_OFF:
        return Next(
            "The report is not signed off yet.", report.get_absolute_url(), "See the report"
        )
    return Next("The report is signed off.", f"{base}findings/publish/", "Move to action tracking")


def _actions(audit: Audit) -> Next:
    base = audit.get_absolute_url()
    running = audit.actions.filter(state__in=RUNNING).count()
    if running:
        count = "1 action is running" if running == 1 else f"{running} actions are running"
        return Next(f"{count}.", f"{base}actions/", "See the actions")
    return Next("No action runs any more.", f"{base}close/", "Close the audit")


def counts(audit: Audit) -> list[dict[str, object]]:
    """The audit in numbers, each with what it is counted from (R36)."""
    returns = return_counts(audit)
    cases = audit.cases.counted().count()
    asked = returns["cells"] - returns["nil"]
    rows: list[dict[str, object]] = [{"key": "Cases", "value": cases}]
    if returns["cells"]:
        rows += [
            {"key": "Returns asked for", "value": returns["cells"]},
            {"key": "Audited and submitted", "value": f"{returns['graded']} of {asked}"},
            {"key": "Nil returns", "value": returns["nil"]},
            {"key": "Outstanding", "value": returns["outstanding"]},
            {"key": "Not returned", "value": returns["not_returned"]},
        ]
    return rows


def grade_table(audit: Audit) -> list[list[object]]:
    """For each grade: how many agencies gave themselves it, the panel, and how many cases.

    Empty until the first return is submitted; the three are never mixed (R29).
    """
    rows = grade_counts(audit)
    if not any(row["agencies"] for row in rows):
        return []
    return [[{"grade": row}, row["agencies"], row["panel"], row["cases"]] for row in rows]


GRADE_COLUMNS: tuple[dict[str, object], ...] = (
    {"label": "Grade"},
    {"label": "Agencies’ own", "numeric": True},
    {"label": "Panel, for agencies", "numeric": True},
    {"label": "Cases", "numeric": True},
)
