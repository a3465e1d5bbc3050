"""The panel’s pages of a case: side by side, grades, reopening, and the end of moderation."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.moderation import services
from macfa.moderation.models import CaseGrade, DomainGrade, Panel, PanelGrade
from macfa.returns import services as returns
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from tests import factories
from tests.cast import Cast
from tests.integration.browsing import Browsers, Posted, posted, text
from tests.integration.moderating import (
    a_grade,
    agency_page,
    case_page,
    list_page,
    panel_page,
)
from tests.scenes import scene
from workflows import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(cast: Cast) -> Audit:
    return factories.audit_returned(cast, "TWO")


#: In moderation, its cases released to a panel of two and the chair.
built, cast, audit = scene(factories.audit_convened)


@pytest.fixture
def case(audit: Audit) -> Case:
    return Case.objects.select_related("audit").filter(audit=audit).order_by("number")[0]


def test_the_room_sets_everything_side_by_side(cast: Cast, as_: Browsers, case: Case) -> None:
    page = text(as_("panel.pol"), case_page(case))
    assert page.count("<h1") == 1
    for words in (
        "NEG-01 before the panel",
        "No column: Education (nil return)",
        "Not known to us.",
        "What the file shows.",
        "D5 Voice and lived experience",
        "10 grades to record before the case grade",
        "Grade Children’s Social Care",
    ):
        assert words in page


def test_a_return_that_never_came_and_one_that_came_late_are_marked(
    cast: Cast, as_: Browsers
) -> None:
    audit = factories.audit_issued(cast, "TWO")
    for return_ in audit.returns.select_related("case", "agency"):
        if return_.agency.code == "CSC":
            factories.submitted(cast, return_)
        else:
            returns.record_not_returned(
                return_=return_, reason="Never answered", by=cast["coordinator"]
            )
    services.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.csc"], cast["panel.pol"]],
        meets_on=clock.today(),
        by=cast["coordinator"],
    )
    services.release(audit=audit, by=cast["coordinator"])
    case = audit.cases.all()[0]
    page = text(as_("chair"), case_page(case))
    assert page.count("Never answered") == 2
    late = returns.accept_late(
        return_=case.returns.get(agency__code="POL"), why="Asked again", by=cast["coordinator"]
    )
    assert "It will be stored as late when it comes" in text(as_("chair"), case_page(case))
    factories.submitted(cast, late)
    assert "Returned late" in text(as_("chair"), case_page(case))


def test_the_panel_grades_an_agency_and_a_second_post_changes_nothing(
    cast: Cast, as_: Browsers, case: Case
) -> None:
    client, address = as_("panel.csc"), agency_page(case)
    page = text(client, address)
    assert "Your agency failed this child" in page
    assert "Were signs that the child might need help" not in page
    given = a_grade(case)
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == case_page(case)
    decision = PanelGrade.objects.get()
    assert (decision.reason, decision.typed_by) == ("Two missed visits.", cast["panel.csc"])
    page = text(client, case_page(case))
    assert "<strong>Changed</strong>" in page
    assert "Decided by: The panel. Typed by Panel Csc" in page


def test_a_grade_typed_on_a_stale_page_is_refused_and_kept(as_: Browsers, case: Case) -> None:
    given = a_grade(case, token="one")
    assert as_("panel.csc").post(agency_page(case), given).status_code == 302
    late = {**given, "token": "two", "reason": "Seen by nobody."}
    page = posted(as_("panel.pol"), agency_page(case), late, 409)
    assert "Panel Csc recorded the panel grade Requires improvement for Police" in page
    assert "Seen by nobody." in page
    assert PanelGrade.objects.count() == 1


def test_what_is_missing_and_who_may_not_decide_stand_beside_the_field(
    as_: Browsers, case: Case
) -> None:
    page = posted(as_("panel.pol"), agency_page(case), a_grade(case, grade="", reason=""))
    assert 'href="#id_grade_0">Select a grade' in page
    page = posted(as_("panel.pol"), agency_page(case), a_grade(case, decided_by="Panel Pol"))
    assert 'href="#id_decided_by">Panel Pol is from Police, whose work this grades' in page
    page = posted(as_("coordinator"), agency_page(case), a_grade(case, decided_by="me"))
    assert "The coordinator types for the panel and decides no grade" in page
    assert "Two missed visits." in page


def test_a_return_without_answers_has_no_page_for_a_grade(as_: Browsers, case: Case) -> None:
    assert as_("chair").get(agency_page(case, "EDU")).status_code == 404
    assert as_("chair").get(case_page(case, "agencies/nobody/")).status_code == 404
    for code in ("D9", "overall"):
        assert as_("chair").get(case_page(case, f"domains/{code}/")).status_code == 404


def test_a_domain_is_graded_on_its_own_page(as_: Browsers, case: Case) -> None:
    client, address = as_("coordinator"), case_page(case, "domains/D5/")
    assert "The child is vivid on every page" in text(client, address)
    assert client.post(address, a_grade(case)).headers["Location"] == case_page(case)
    decision = DomainGrade.objects.get()
    assert (decision.domain.code, decision.grade.code) == ("D5", "RI")
    client.post(address, a_grade(case, token="again", grade="I"))
    assert "Earlier decisions (1)" in text(client, address)


def domains(case: Case, **changed: object) -> Posted:
    grades = {f"grade_D{n}": "G" for n in range(1, 9)}
    reasons = {f"reason_D{n}": f"Reason {n}" for n in range(1, 9)}
    return {
        **grades,
        **reasons,
        "decided_by": "The panel",
        "token": "a-token",
        "version": Case.objects.get(pk=case.pk).version,
        **changed,
    }


def test_all_domains_are_graded_on_one_page(as_: Browsers, case: Case) -> None:
    client, address = as_("chair"), case_page(case, "domains/")
    assert text(client, address).count("<fieldset") == 8
    page = posted(client, address, domains(case, reason_D2="", grade_D3=""))
    assert "Give the reason for the grade of D2 Information sharing" in page
    assert "Select a grade for D3" in page
    assert "Reason 1" in page
    assert not DomainGrade.objects.exists()
    given = domains(case, grade_D8="", reason_D8="")
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == case_page(case)
    assert DomainGrade.objects.count() == 7
    again = domains(case, token="again", reason_D1="Another")
    assert client.post(address, again).status_code == 302
    assert DomainGrade.objects.count() == 9
    assert DomainGrade.objects.filter(current=True).count() == 8
    nothing = {"decided_by": "The panel", "token": "none", "version": again["version"]}
    assert "Grade at least one domain" in posted(client, address, nothing)


def test_the_case_grade_comes_last_with_dissent(cast: Cast, as_: Browsers, case: Case) -> None:
    client, address = as_("chair"), case_page(case, "grade/")
    page = text(client, address)
    assert "the panel grade for Police" in page
    assert "Record the case grade" not in page
    page = posted(client, address, a_grade(case))
    assert "comes last. Still missing: the panel grade for" in page
    assert "Two missed visits." in page
    factories.case_moderated(cast, case)
    services.reopen_case(case=case, why="Again", by=cast["chair"])
    given = a_grade(case, grade="I", dissent="Police saw it as better")
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == case_page(case)
    assert CaseGrade.objects.filter(case=case).count() == 2
    page = text(client, case_page(case))
    assert "Police saw it as better" in page
    assert "Police graded its own work Good, and the case grade is Inadequate." in page
    assert "Earlier decisions (1)" in page


def test_a_case_that_no_agency_audited_is_graded_with_a_warning(cast: Cast, as_: Browsers) -> None:
    audit = factories.audit_issued(cast, "TWO")
    for return_ in audit.returns.select_related("case", "agency"):
        give = factories.submitted if return_.case.number == 1 else factories.nil
        give(cast, return_)
    case = factories.released(cast, audit).cases.get(number=2)
    page = text(as_("chair"), case_page(case, "grade/"))
    assert "No agency audited this case" in page
    other = text(as_("chair"), case_page(audit.cases.get(number=1), "grade/"))
    assert "No agency audited this case" not in other


def test_the_wide_table_says_that_it_scrolls(as_: Browsers, case: Case) -> None:
    few = text(as_("chair"), case_page(case))
    assert "Scroll sideways" not in few
    assert "app-table-scroll--shadow" in few


def test_a_case_grade_leads_on_to_the_next_case_that_has_none(
    cast: Cast, as_: Browsers, audit: Audit, case: Case
) -> None:
    other = audit.cases.counted().exclude(pk=case.pk).get()
    assert "Go on to" not in text(as_("panel.pol"), case_page(case))
    factories.case_moderated(cast, case)
    page = text(as_("panel.pol"), case_page(case))
    assert f"Go on to {other.label}" in page
    assert f'href="{case_page(other)}"' in page
    factories.case_moderated(cast, other)
    page = text(as_("panel.pol"), case_page(case))
    assert "Go on to" not in page
    assert "Back to the cases" in page
    assert "Conclude moderation" in text(as_("coordinator"), case_page(case))


def test_what_comes_next_stands_above_everything_else(
    cast: Cast, as_: Browsers, case: Case
) -> None:
    client = as_("panel.csc")
    page = text(client, case_page(case))
    assert page.index("Grade Children’s Social Care") < page.index("Parts of this page")
    client.post(agency_page(case, "CSC"), a_grade(case, token="csc"))
    page = text(client, case_page(case))
    assert page.index("Panel grade for Children’s Social Care") < page.index(">Grade Police<")


def test_a_moderated_case_is_read_and_reopened_with_a_reason(
    cast: Cast, as_: Browsers, case: Case
) -> None:
    factories.case_moderated(cast, case)
    for below in ("grade/", "domains/"):
        assert "is not with the panel" in text(as_("chair"), case_page(case, below), 409)
    assert "Record the panel grade" not in text(as_("chair"), agency_page(case))
    address = case_page(case, "reopen/")
    assert address not in text(as_("panel.pol"), case_page(case))
    assert as_("panel.pol").get(address).status_code == 403
    assert address in text(as_("chair"), case_page(case))
    version = Case.objects.get(pk=case.pk).version
    empty = posted(as_("coordinator"), address, {"token": "same", "version": version})
    assert 'href="#id_why"' in empty
    for _time in range(2):
        given = {"why": "A late return", "token": "same", "version": version}
        answer = as_("coordinator").post(address, given)
        assert answer.headers["Location"] == case_page(case)
    assert Case.objects.get(pk=case.pk).state == CaseState.RELEASED


def test_the_list_says_where_each_case_stands(
    cast: Cast, as_: Browsers, audit: Audit, case: Case
) -> None:
    factories.case_moderated(cast, case)
    page = text(as_("panel.pol"), list_page(audit))
    assert "1 of 2 cases moderated" in page
    assert "2 panel grades, 8 domain grades, the case grade" in page
    assert "Conclude moderation" not in page
    assert "Conclude moderation" in text(as_("coordinator"), list_page(audit))


def test_moderation_is_concluded_when_nothing_is_missing(
    cast: Cast, as_: Browsers, audit: Audit, case: Case
) -> None:
    client, address = as_("coordinator"), list_page(audit, "conclude/")
    factories.case_moderated(cast, case)
    page = text(client, address)
    assert "NEG-02: released to the panel" in page
    assert "Moderate NEG-02" in page
    version = Audit.objects.get(pk=audit.pk).version
    given: Posted = {"token": "same", "version": version}
    assert "NEG-02: released" in posted(client, address, {**given, "token": "early"}, 409)
    for other in audit.cases.exclude(pk=case.pk):
        factories.case_moderated(cast, other)
    page = text(client, address)
    assert "No sitting of the panel is recorded" in page
    assert f'<a class="govuk-link" href="{panel_page(audit, "sittings/")}">Record a sitting' in page
    assert "Conclude moderation" not in text(client, panel_page(audit)).split("<main")[1]
    factories.panel_sat(cast, audit)
    assert f'href="{address}"' in text(client, panel_page(audit))
    assert f'href="{address}"' not in text(as_("chair"), panel_page(audit))
    assert as_("chair").get(address).status_code == 403
    assert as_("chair").post(address, given).status_code == 403
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == audit.get_absolute_url()
    assert Audit.objects.get(pk=audit.pk).stage == Stage.FINDINGS
    assert "not at moderation" in text(client, address)


def test_opening_a_page_changes_nothing(cast: Cast, as_: Browsers, audit: Audit) -> None:
    case = audit.cases.all()[0]
    client = as_("chair")
    before = (Case.objects.get(pk=case.pk).version, Audit.objects.get(pk=audit.pk).version)
    for address in (panel_page(audit), list_page(audit), case_page(case), agency_page(case)):
        text(client, address)
    assert before == (Case.objects.get(pk=case.pk).version, Audit.objects.get(pk=audit.pk).version)


def statements(client: Client, address: str) -> int:
    text(client, address)
    with CaptureQueriesContext(connection) as asked:
        text(client, address)
    return len(asked)


def sit(cast: Cast, audit: Audit) -> None:
    panel = Panel.objects.get(audit=audit)
    everybody = list(panel.members.all())
    services.record_sitting(panel=panel, held_on=clock.today(), present=everybody, by=cast["chair"])


def test_pages_cost_the_same_however_much_they_show(cast: Cast, as_: Browsers) -> None:
    audit = factories.audit_convened(cast, "TWO")
    sit(cast, audit)
    case = moderated(cast, audit.cases.all()[0])
    chair = as_("chair")
    pages = (case_page(case), list_page(audit), panel_page(audit), agency_page(case))
    before = [statements(chair, page) for page in pages]
    panel = Panel.objects.get(audit=audit)
    services.add_member(panel=panel, person=cast["panel.edu"], by=cast["coordinator"])
    for _time in range(3):
        sit(cast, audit)
    for grade in ("RI", "I"):
        services.reopen_case(case=case, why="Again", by=cast["chair"])
        factories.case_moderated(cast, case, grade)
    assert [statements(chair, page) for page in pages] == before
    assert max(before) <= 40


def moderated(cast: Cast, case: Case) -> Case:
    factories.case_moderated(cast, case)
    return Case.objects.get(pk=case.pk)
