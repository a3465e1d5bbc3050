"""What a report says in figures: each with what it is counted from, and no table of cases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from macfa.audits.models import Audit
from macfa.findings import services
from macfa.findings.contents import Contents, contents, return_counts, shown
from macfa.findings.models import Report
from macfa.findings.pages import charts
from macfa.moderation import services as moderation
from macfa.moderation.models import Panel
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case
from tests import factories
from tests.cast import Cast
from workflows import clock

#: The agencies' own grades; what is not here is a nil return, `NR` never came.
OWN = {("NEG-01", "CSC"): "G", ("NEG-02", "CSC"): "RI", ("NEG-01", "POL"): "O"}
MISSING = ("NEG-02", "POL")
PANEL = {("NEG-01", "CSC"): "RI", ("NEG-02", "CSC"): "G", ("NEG-01", "POL"): "O"}
CASES = {"NEG-01": "RI", "NEG-02": "I"}


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """Six cells: three graded, two nil, one not returned."""
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.all():
        answer(cast, return_)
    by = cast["coordinator"]
    panel = moderation.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.csc"], cast["panel.pol"]],
        meets_on=clock.today() + timedelta(days=10),
        by=by,
    )
    moderation.release(audit=audit, by=by)
    sit(cast, panel)
    for case in audit.cases.all():
        moderate(cast, case)
    return moderation.conclude(audit=audit, by=by)


def answer(cast: Cast, return_: AgencyReturn) -> None:
    """The agency's answer as the tables above have it."""
    key = (return_.case.label, return_.agency.code)
    if key in OWN:
        factories.submitted(cast, return_, OWN[key])
    elif key == MISSING:
        returns.record_not_returned(
            return_=return_, reason="Asked three times", by=cast["coordinator"]
        )
    else:
        factories.nil(cast, return_)


def sit(cast: Cast, panel: Panel) -> None:
    moderation.record_sitting(
        panel=panel, held_on=clock.today(), present=list(panel.members.all()), by=cast["chair"]
    )


def moderate(cast: Cast, case: Case) -> None:
    """The panel's decisions as the tables above have them."""
    by, scale = cast["chair"], cast.tool.scale.grades
    given = {"reason": "Agreed", "decided_by": "The panel", "by": by}
    for return_ in case.returns.filter(state="submitted"):
        grade = scale.get(code=PANEL[case.label, return_.agency.code])
        moderation.grade_agency(return_=return_, grade=grade, **given)  # type: ignore[arg-type]
    for domain in cast.tool.domains.filter(graded=True):
        moderation.grade_domain(case=case, domain=domain, grade=scale.get(code="G"), **given)  # type: ignore[arg-type]
    moderation.grade_case(case=case, grade=scale.get(code=CASES[case.label]), **given)  # type: ignore[arg-type]


def said(cast: Cast, audit: Audit) -> Contents:
    report = services.start_report(audit=audit, by=cast["coordinator"])
    return contents(report)


def counted(told: Contents, key: str) -> dict[str, int]:
    return {grade["code"]: grade[key] for grade in told["grades"]}


def test_nil_returns_leave_the_denominator_and_are_apart_from_not_returned(
    cast: Cast, audit: Audit
) -> None:
    told = said(cast, audit)["returns"]
    assert told == {
        "cells": 6,
        "asked": 4,
        "graded": 3,
        "nil": 2,
        "not_returned": 1,
        "outstanding": 0,
        "late": 0,
        "too_late": 0,
    }


def test_returns_are_counted_for_each_agency(cast: Cast, audit: Audit) -> None:
    rows = {row["name"]: row for row in said(cast, audit)["agencies"]}
    police = {"name": "Police", "asked": 2, "graded": 1, "nil": 0, "missing": 1}
    assert rows["Police"] == police
    assert rows["Education"]["asked"] == 0
    assert rows["Education"]["nil"] == 2


def test_the_three_grades_are_counted_apart(cast: Cast, audit: Audit) -> None:
    told = said(cast, audit)
    assert counted(told, "agencies") == {"O": 1, "G": 1, "RI": 1, "I": 0}
    assert counted(told, "panel") == {"O": 1, "G": 1, "RI": 1, "I": 0}
    assert counted(told, "cases") == {"O": 0, "G": 0, "RI": 1, "I": 1}


def test_it_says_how_many_grades_the_panel_changed_and_which_way(cast: Cast, audit: Audit) -> None:
    assert said(cast, audit)["changed"] == {"of": 3, "changed": 2, "downward": 1}


def test_each_bar_is_as_long_as_its_share(cast: Cast, audit: Audit) -> None:
    agencies, _panel, cases = charts(said(cast, audit))
    assert (agencies.total, [bar.length for bar in agencies.bars]) == (3, [33, 33, 33, 0])
    assert (cases.total, [bar.length for bar in cases.bars]) == (2, [0, 0, 50, 50])


def test_domains_are_counted_over_cases(cast: Cast, audit: Audit) -> None:
    rows = said(cast, audit)["domains"]
    assert len(rows) == cast.tool.domains.filter(graded=True).count()
    assert {tuple(row["counts"]) for row in rows} == {(0, 2, 0, 0)}


def test_it_says_how_the_sample_was_drawn_and_when_the_panel_met(cast: Cast, audit: Audit) -> None:
    told = said(cast, audit)
    assert told["sample"] == {"population": 12, "method": "sha256-order/1", "replaced": 0}
    assert told["cases"] == 2
    assert [sitting["present"] for sitting in told["sittings"]] == [3]


def test_a_replaced_case_is_not_counted(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    case = audit.cases.order_by("number")[0]
    returns.replace_case(case=case, reason="Moved away", by=cast["coordinator"])
    assert return_counts(audit)["cells"] == 6
    assert audit.cases.count() == 3


def test_a_return_that_comes_when_the_panel_has_decided_changes_no_count(
    cast: Cast, audit: Audit
) -> None:
    before = said(cast, audit)
    late = audit.returns.get(case__label=MISSING[0], agency__code=MISSING[1])
    late = returns.accept_late(return_=late, why="They asked", by=cast["coordinator"])
    assert return_counts(audit)["outstanding"] == 1
    factories.submitted(cast, late, "I")
    after = contents(Report.objects.get())
    assert after["grades"] == before["grades"]
    assert after["returns"]["graded"] == 3
    assert after["returns"]["too_late"] == 1
    assert {row["name"]: row["missing"] for row in after["agencies"]}["Police"] == 1


def test_findings_and_actions_are_told_by_reference_without_names(cast: Cast, audit: Audit) -> None:
    finding = factories.a_finding(cast, audit)
    action = factories.an_action(cast, audit, finding)
    told = said(cast, audit)
    assert [found["label"] for found in told["findings"]] == ["F1"]
    assert told["findings"][0]["cases"] == ["NEG-01"]
    [planned] = told["actions"]
    assert planned["reference"] == action.reference == "NEG-A1"
    assert planned["findings"] == ["F1"]
    assert planned["lead"] == "Children’s Social Care"
    assert cast["owner.csc"].name not in json.dumps(told)


def test_nothing_about_a_single_child_is_in_a_report(cast: Cast, audit: Audit) -> None:
    moved = audit.cases.order_by("number")[0]
    text = json.dumps(said(cast, audit))
    assert moved.stratum not in text
    assert "NEG-01" not in text
    assert "Invented" not in text


def test_a_draft_follows_the_audit_and_what_the_qppa_reads_does_not(
    cast: Cast, audit: Audit
) -> None:
    finding = factories.a_finding(cast, audit)
    report = services.start_report(audit=audit, by=cast["coordinator"])
    report = services.edit_report(
        report=report, summary="s", method="m", limits="", by=cast["coordinator"]
    )
    assert shown(report)["actions"] == []
    factories.an_action(cast, audit, finding)
    assert len(shown(report)["actions"]) == 1
    report = services.put_forward(report=report, by=cast["coordinator"])
    factories.an_action(cast, audit, finding)
    report = services.sign_off(report=report, by=cast["qppa"])
    report.refresh_from_db()
    assert len(shown(report)["actions"]) == 1
    assert shown(report)["summary"] == "s"
