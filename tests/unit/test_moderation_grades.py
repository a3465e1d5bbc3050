"""What the panel decides: three grades that never touch one another, who decided, who typed."""

from __future__ import annotations

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.moderation import services
from macfa.moderation.models import CaseGrade, DomainGrade, PanelGrade, PanelMember
from macfa.moderation.services import Chosen
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from macfa.tools.bank.scales import OFSTED
from macfa.tools.eight_domains import TOOL
from macfa.tools.models import Domain, Grade
from macfa.tools.services import store_tool
from tests import factories
from tests.cast import Cast, assemble
from tests.scenes import scene
from workflows import ledger, tasks, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import WorkItem

built, cast, audit = scene(factories.audit_convened)


@pytest.fixture
def case(audit: Audit) -> Case:
    return Case.objects.select_related("audit").filter(audit=audit).order_by("number")[0]


def fresh(case: Case) -> Case:
    return Case.objects.select_related("audit").get(pk=case.pk)


def grade(cast: Cast, code: str = "G") -> Grade:
    return cast.tool.scale.grades.get(code=code)


def domain(cast: Cast, code: str = "D1") -> Domain:
    return cast.tool.domains.get(code=code)


def return_of(case: Case, agency: str = "POL") -> AgencyReturn:
    return case.returns.select_related("agency", "case").get(agency__code=agency)


def grade_police(cast: Cast, case: Case, by: str = "chair", **changed: object) -> PanelGrade:
    given = {"grade": grade(cast), "reason": "Agreed", "decided_by": "The panel", **changed}
    return services.grade_agency(return_=return_of(case), by=cast[by], **given)  # type: ignore[arg-type]


def grade_d1(cast: Cast, case: Case, by: str = "chair", **changed: object) -> DomainGrade:
    given = {"grade": grade(cast), "reason": "Agreed", "decided_by": "The panel", **changed}
    return services.grade_domain(case=case, domain=domain(cast), by=cast[by], **given)  # type: ignore[arg-type]


def grade_it(cast: Cast, case: Case, by: str = "chair", **changed: object) -> CaseGrade:
    given = {"grade": grade(cast), "reason": "Agreed", "decided_by": "The panel", **changed}
    return services.grade_case(case=case, by=cast[by], **given)  # type: ignore[arg-type]


def preparing() -> list[WorkItem]:
    """Who is still asked to read the cases."""
    return list(WorkItem.objects.open().filter(title="Read the cases before the panel"))


def told(case: Case) -> tuple[str, str]:
    line = timeline.lines(timeline.of_record(case))[0]
    return line.sentence, line.text


def test_the_panels_grade_stands_beside_the_agencys_own(cast: Cast, case: Case) -> None:
    decision = grade_police(cast, case, grade=grade(cast, "RI"), reason="Partner not seen.")
    assert return_of(case).grade == grade(cast, "G")
    assert decision.grade == grade(cast, "RI")
    assert (decision.decided_by, decision.typed_by) == ("The panel", cast["chair"])
    assert told(case) == (
        "Chair recorded the panel grade Requires improvement for Police",
        "Partner not seen.\nDecided by: The panel.",
    )


def test_an_earlier_decision_is_kept_beside_the_new_one(cast: Cast, case: Case) -> None:
    first = grade_police(cast, case)
    second = grade_police(cast, case, grade=grade(cast, "I"), reason="On reflection")
    kept = PanelGrade.objects.order_by("pk")
    assert [(row.pk, row.current) for row in kept] == [(first.pk, False), (second.pk, True)]
    assert [row.reason for row in kept] == ["Agreed", "On reflection"]


@pytest.mark.parametrize("name", ["chair", "panel.csc", "panel.pol", "coordinator"])
def test_the_panel_and_the_coordinator_type(cast: Cast, case: Case, name: str) -> None:
    assert grade_police(cast, case, by=name).typed_by == cast[name]


@pytest.mark.parametrize("name", ["lead.pol", "auditor.pol", "panel.edu", "qppa", "admin"])
def test_nobody_else_types(cast: Cast, case: Case, name: str) -> None:
    for act in (grade_police, grade_d1, grade_it):
        with pytest.raises(NotAllowed, match="does not sit on the panel"):
            act(cast, case, by=name)


def test_nobody_of_another_partnership_types(cast: Cast, case: Case) -> None:
    cast.people["stranger"] = assemble("elsewhere")["coordinator"]
    with pytest.raises(NotAllowed):
        grade_police(cast, case, by="stranger")


def test_whoever_stepped_out_records_nothing(cast: Cast, case: Case) -> None:
    seat = PanelMember.objects.select_related("panel__audit").get(person=cast["panel.csc"])
    services.declare_conflict(member=seat, case=case, why="A relative", by=cast["panel.csc"])
    with pytest.raises(NotAllowed):
        grade_police(cast, case, by="panel.csc")


@pytest.mark.parametrize("said", ["Coordinator", "the coordinator", "me", "  I "])
def test_the_coordinator_types_and_decides_nothing(cast: Cast, case: Case, said: str) -> None:
    for act in (grade_police, grade_d1):
        with pytest.raises(NotAllowed, match="decides no grade"):
            act(cast, case, by="coordinator", decided_by=said)


@pytest.mark.parametrize("said", ["Panel Pol", "panel  pol", "me"])
def test_nobody_alone_decides_about_their_own_agency(cast: Cast, case: Case, said: str) -> None:
    with pytest.raises(NotAllowed, match="is from Police, whose work this grades"):
        grade_police(cast, case, by="panel.pol", decided_by=said)
    with pytest.raises(NotAllowed, match="cannot decide it alone"):
        grade_d1(cast, case, by="panel.pol", decided_by=said)


def test_that_holds_whoever_types(cast: Cast, case: Case) -> None:
    with pytest.raises(NotAllowed, match="is from Police"):
        grade_police(cast, case, by="coordinator", decided_by="Panel Pol")
    assert grade_police(cast, case, by="panel.pol", decided_by="The panel").current
    assert grade_police(cast, case, by="panel.pol", decided_by="The chair").current
    assert grade_police(cast, case, by="panel.pol", decided_by="Panel Csc").current


def test_a_chair_of_the_agency_graded_does_not_decide_alone(cast: Cast) -> None:
    audit = factories.audit_returned(cast, "TWO")
    services.convene(
        audit=audit,
        chair=cast["panel.pol"],
        members=[cast["panel.csc"], cast["chair"]],
        meets_on=audit.opened_on,
        by=cast["coordinator"],
    )
    services.release(audit=audit, by=cast["coordinator"])
    with pytest.raises(NotAllowed, match="is from Police"):
        grade_police(cast, audit.cases.all()[0], by="coordinator", decided_by="The chair")


def test_somebody_has_to_have_decided(cast: Cast, case: Case) -> None:
    with pytest.raises(NotYet, match="Say who decided"):
        grade_police(cast, case, decided_by=" ")


def test_only_a_submitted_return_gets_a_panel_grade(cast: Cast, case: Case) -> None:
    with pytest.raises(WrongState, match="has not been submitted"):
        services.grade_agency(
            return_=return_of(case, "EDU"),
            grade=grade(cast),
            reason="Agreed",
            decided_by="The panel",
            by=cast["chair"],
        )


def test_a_grade_is_of_the_audits_own_scale_and_tool(cast: Cast, case: Case) -> None:
    other = store_tool(partnership=cast.partnership, tool=TOOL, scale=OFSTED)
    with pytest.raises(NotAllowed, match="tool of this audit"):
        services.grade_domain(
            case=case,
            domain=other.domains.get(code="D1"),
            grade=grade(cast),
            reason="Agreed",
            decided_by="The panel",
            by=cast["chair"],
        )
    foreign = assemble("elsewhere")
    with pytest.raises(NotAllowed, match="tool of this audit"):
        grade_police(cast, case, grade=grade(foreign))


def test_two_people_on_one_grade_are_told_apart(cast: Cast, case: Case) -> None:
    seen = case.version
    grade_police(cast, case, by="panel.csc", expects=seen, token="first")
    with pytest.raises(Stale, match="Panel Csc recorded the panel grade Good for Police"):
        grade_police(cast, case, by="panel.pol", expects=seen, token="second")
    with pytest.raises(AlreadyDone):
        grade_police(cast, case, by="panel.csc", expects=seen, token="first")
    assert PanelGrade.objects.count() == 1


def test_several_domains_are_graded_in_one_act(cast: Cast, case: Case) -> None:
    version = case.version
    chosen = {
        each: Chosen(grade(cast, "RI"), f"Reason for {each.code}")
        for each in cast.tool.domains.filter(graded=True)
    }
    recorded = services.grade_domains(
        case=case, decisions=chosen, decided_by="The panel", by=cast["coordinator"]
    )
    assert len(recorded) == 8
    assert fresh(case).version == version + 1
    again = {**chosen, domain(cast): Chosen(grade(cast, "I"), "Worse")}
    services.grade_domains(case=case, decisions=again, decided_by="The panel", by=cast["chair"])
    assert DomainGrade.objects.filter(case=case).count() == 9
    assert DomainGrade.objects.filter(case=case, current=True).count() == 8


def test_one_domain_that_may_not_be_graded_undoes_them_all(cast: Cast, case: Case) -> None:
    chosen = {domain(cast, code): Chosen(grade(cast), "Agreed") for code in ("D1", "overall")}
    with pytest.raises(NotAllowed):
        services.grade_domains(
            case=case, decisions=chosen, decided_by="The panel", by=cast["chair"]
        )
    assert not DomainGrade.objects.exists()


def test_the_case_grade_comes_last_and_says_what_is_missing(cast: Cast, case: Case) -> None:
    with pytest.raises(NotYet) as refused:
        grade_it(cast, case)
    assert refused.value.missing[:2] == (
        "the panel grade for Children’s Social Care",
        "the panel grade for Police",
    )
    assert len(refused.value.missing) == 10


def test_the_case_grade_is_the_panels_own_and_ends_the_chairs_task(cast: Cast, case: Case) -> None:
    factories.case_moderated(cast, case, grade="G")
    assert fresh(case).state == CaseState.MODERATED
    assert tasks.open_items([case]) == []
    services.reopen_case(case=case, why="A late return", by=cast["chair"])
    decision = grade_it(cast, case, grade=grade(cast, "I"), dissent="Police saw RI")
    assert decision.dissent == "Police saw RI"
    assert {row.grade.code for row in PanelGrade.objects.filter(current=True)} == {"G"}
    assert {row.grade.code for row in DomainGrade.objects.filter(current=True)} == {"G"}
    assert [row.grade.code for row in CaseGrade.objects.order_by("pk")] == ["G", "I"]
    assert list(ledger.faults()) == []


def test_no_grade_stands_without_a_reason_and_no_case_is_reopened_without_one(
    cast: Cast, case: Case
) -> None:
    for act in (grade_police, grade_d1):
        with pytest.raises(NotYet, match="Give the reason for the grade of"):
            act(cast, case, reason=" ")
    factories.case_moderated(cast, case)
    with pytest.raises(NotYet, match="Say why the panel looks"):
        services.reopen_case(case=case, why="", by=cast["chair"])
    services.reopen_case(case=case, why="A late return", by=cast["chair"])
    with pytest.raises(NotYet, match="Give the reason for the grade of NEG-01"):
        grade_it(cast, case, reason="")


def test_a_moderated_case_takes_no_more_decisions_until_it_is_reopened(
    cast: Cast, case: Case
) -> None:
    factories.case_moderated(cast, case)
    for act in (grade_police, grade_d1, grade_it):
        with pytest.raises(WrongState, match="moderated"):
            act(cast, case)
    services.reopen_case(case=case, why="A late return", by=cast["coordinator"])
    assert [item.owner for item in tasks.open_items([case])] == [cast["chair"]]
    assert told(case)[0].startswith("The task “Moderate the case” went to Chair")
    assert grade_d1(cast, case).current


@pytest.mark.parametrize("name", ["panel.pol", "lead.pol", "qppa"])
def test_a_case_is_reopened_by_chair_or_coordinator(cast: Cast, case: Case, name: str) -> None:
    factories.case_moderated(cast, case)
    with pytest.raises(NotAllowed, match="chair of its panel or the coordinator"):
        services.reopen_case(case=case, why="Again", by=cast[name])


def test_moderation_is_concluded_when_every_case_has_its_grade(cast: Cast, audit: Audit) -> None:
    first, second = audit.cases.counted()
    factories.case_moderated(cast, first)
    with pytest.raises(NotYet) as refused:
        services.conclude(audit=audit, by=cast["coordinator"])
    assert refused.value.missing == (
        "NEG-02: released to the panel",
        "No sitting of the panel is recorded: when it sat, and who was present.",
    )
    factories.case_moderated(cast, second)
    with pytest.raises(NotYet) as refused:
        services.conclude(audit=audit, by=cast["coordinator"])
    assert len(refused.value.missing) == 1
    factories.panel_sat(cast, audit)
    for name in ("chair", "panel.pol", "lead.pol"):
        with pytest.raises(NotAllowed):
            services.conclude(audit=audit, by=cast[name])
    assert len(preparing()) == 3
    services.conclude(audit=audit, by=cast["coordinator"])
    assert preparing() == []
    assert Audit.objects.get(pk=audit.pk).stage == Stage.FINDINGS
    with pytest.raises(WrongState):
        services.reopen_case(case=first, why="Too late", by=cast["coordinator"])


def test_a_task_of_a_case_goes_only_to_who_may_grade_it(cast: Cast, case: Case) -> None:
    [item] = tasks.open_items([case])
    item.node.check_may_hold(case, cast["panel.pol"])
    item.node.check_may_hold(case, cast["coordinator"])
    with pytest.raises(NotAllowed, match="Panel Edu does not sit"):
        item.node.check_may_hold(case, cast["panel.edu"])
