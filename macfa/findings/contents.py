"""What a report says from the audit's own data: counts with their denominators, and findings.

Case-level tables and characteristics of children never leave the panel, so a report holds
distributions and references only (R36, R38).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.formats import date_format

from macfa.findings.lifecycle import ReportState
from macfa.moderation.models import CaseGrade, DomainGrade, PanelGrade, Sitting
from macfa.returns.lifecycle import OUTSTANDING, ReturnState

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from macfa.audits.models import Audit
    from macfa.findings.models import Finding, Report
    from macfa.returns.models import AgencyReturn
    from macfa.tools.models import Grade

Contents = dict[str, Any]


def shown(report: Report) -> Contents:
    """What a report says to whoever reads it now: from the moment it is put to the QPPA, what
    was frozen then (R40)."""
    if report.state == ReportState.DRAFT:
        return contents(report)
    assert report.contents is not None
    frozen: Contents = report.contents
    return frozen


def contents(report: Report) -> Contents:
    """Everything a report shows, as plain data, so that it can be frozen."""
    audit = report.audit
    return {
        "title": audit.title,
        "theme": str(audit.theme or audit.title),
        "period": audit.period,
        "purpose": audit.purpose,
        "enquiries": audit.enquiries,
        "criteria": audit.criteria,
        "looks_back": [_day(audit.looks_back_from), _day(audit.looks_back_to)],
        "summary": report.summary,
        "method": report.method,
        "limits": report.limits,
        "cases": audit.cases.counted().count(),
        "sample": _sample(audit),
        "sittings": _sittings(audit),
        "returns": return_counts(audit),
        "agencies": agency_counts(audit),
        "grades": grade_counts(audit),
        "changed": changed_by_panel(audit),
        "domains": domain_counts(audit),
        "findings": [_finding(finding) for finding in _findings(audit)],
        "actions": _actions(audit),
    }


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _sample(audit: Audit) -> Contents:
    """How many cases were drawn from how many, and how many left the sample again."""
    cases = audit.cases.count()
    draw = audit.draws.filter(cases__isnull=False).order_by("pk").last()
    return {
        "population": draw.population if draw else None,
        "method": draw.method if draw else "",
        "replaced": cases - audit.cases.counted().count(),
    }


def _sittings(audit: Audit) -> list[Contents]:
    """When the panel met, how many were there, and why it went ahead without its quorum (R31)."""
    sat = Sitting.objects.filter(panel__audit=audit).annotate(people=Count("present"))
    return [
        {
            "held_on": _day(sitting.held_on),
            "present": sitting.people,
            "not_quorate": sitting.note if sitting.people < sitting.panel.quorum else "",
        }
        for sitting in sat.select_related("panel")
    ]


# --- returns -------------------------------------------------------------------------------------


def _uncounted(audit: Audit) -> QuerySet[AgencyReturn]:
    """Returns that came when the panel had decided: published counts go without them."""
    late = audit.returns.filter(state=ReturnState.SUBMITTED, late=True)
    return late.exclude(panel_grades__current=True)


def _graded(audit: Audit) -> QuerySet[AgencyReturn]:
    submitted = audit.returns.filter(state=ReturnState.SUBMITTED)
    return submitted.exclude(pk__in=_uncounted(audit).values("pk"))


def return_counts(audit: Audit) -> Contents:
    """How many returns were asked for and came, with nil returns apart from not returned (R10).

    `asked` leaves nil returns out: it is what the return rate is counted from.
    """
    states = Counter(audit.returns.counted().values_list("state", flat=True))
    cells, nil = sum(states.values()), states[ReturnState.NIL]
    too_late = _uncounted(audit).count()
    return {
        "cells": cells,
        "asked": cells - nil,
        "graded": states[ReturnState.SUBMITTED] - too_late,
        "nil": nil,
        "not_returned": states[ReturnState.NOT_RETURNED],
        "outstanding": sum(states[state] for state in OUTSTANDING),
        "late": audit.returns.filter(late=True, state=ReturnState.SUBMITTED).count(),
        "too_late": too_late,
    }


def agency_counts(audit: Audit) -> list[Contents]:
    """The same for each agency, in the partnership's order."""
    too_late = set(_uncounted(audit).values_list("pk", flat=True))
    rows: dict[int, Contents] = {}
    returns = audit.returns.counted().order_by("agency__position", "agency__code", "pk")
    for return_ in returns:
        empty = {"name": return_.agency.name, "asked": 0, "graded": 0, "nil": 0, "missing": 0}
        row = rows.setdefault(return_.agency_id, empty)
        came = return_.state == ReturnState.SUBMITTED and return_.pk not in too_late
        kind = "nil" if return_.state == ReturnState.NIL else "graded" if came else "missing"
        row[kind] += 1
        row["asked"] += kind != "nil"
    return list(rows.values())


# --- grades --------------------------------------------------------------------------------------


def _scale(audit: Audit) -> list[Grade]:
    version = audit.tool_version
    return list(version.scale.grades.all()) if version else []


def grade_counts(audit: Audit) -> list[Contents]:
    """For each grade of the scale: agencies' own, the panel's, and the cases'."""
    counted = _graded(audit)
    own = Counter(counted.values_list("grade", flat=True))
    panel = Counter(
        PanelGrade.objects.filter(agency_return__in=counted, current=True).values_list(
            "grade", flat=True
        )
    )
    cases = Counter(
        CaseGrade.objects.filter(case__in=audit.cases.counted(), current=True).values_list(
            "grade", flat=True
        )
    )
    return [
        {
            "code": grade.code,
            "name": grade.name,
            "tone": grade.tone,
            "agencies": own[grade.pk],
            "panel": panel[grade.pk],
            "cases": cases[grade.pk],
        }
        for grade in _scale(audit)
    ]


def changed_by_panel(audit: Audit) -> Contents:
    """How many agency grades the panel changed, of how many, and how many of them downward."""
    pairs = list(
        PanelGrade.objects.filter(
            agency_return__in=_graded(audit), current=True, agency_return__grade__isnull=False
        ).values_list("agency_return__grade__position", "grade__position")
    )
    changed = [(own, panel) for own, panel in pairs if own != panel]
    return {
        "of": len(pairs),
        "changed": len(changed),
        "downward": sum(panel > own for own, panel in changed),
    }


def domain_counts(audit: Audit) -> list[Contents]:
    """How many cases got each grade, domain by domain; the grades in the order of the scale."""
    version = audit.tool_version
    if version is None:
        return []
    given = DomainGrade.objects.filter(case__in=audit.cases.counted(), current=True)
    counted = Counter(given.values_list("domain", "grade"))
    scale = _scale(audit)
    rows = [
        {"title": str(domain), "counts": [counted[domain.pk, grade.pk] for grade in scale]}
        for domain in version.domains.filter(graded=True)
    ]
    return [row for row in rows if any(row["counts"])]


# --- findings and what follows from them ---------------------------------------------------------


def _findings(audit: Audit) -> QuerySet[Finding]:
    return audit.findings.prefetch_related("cases", "domains", "agencies")


def _finding(finding: Finding) -> Contents:
    return {
        "label": finding.label,
        "kind": finding.kind,
        "title": finding.title,
        "text": finding.text,
        "repeats": finding.repeats,
        "cases": [case.label for case in finding.cases.all()],
        "domains": [str(domain) for domain in finding.domains.all()],
        "agencies": [str(agency) for agency in finding.agencies.all()],
    }


def _actions(audit: Audit) -> list[Contents]:
    """The actions that were open by then. Owners are named on the action plan, not in a report."""
    actions = audit.actions.select_related("agency").prefetch_related("findings")
    return [
        {
            "reference": action.reference,
            "title": action.title,
            "findings": [finding.label for finding in action.findings.all()],
            "lead": str(action.agency or audit.partnership),
            "due": _day(action.due),
            "measure": action.measure,
        }
        for action in actions
    ]
