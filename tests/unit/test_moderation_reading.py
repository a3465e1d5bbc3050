"""The case pack and the list of cases: what the panel reads, and what it should talk about."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.audits.models import Audit
from macfa.moderation import services
from macfa.moderation.answers import NO_ANSWER, words
from macfa.moderation.case_list import lines
from macfa.moderation.case_pack import CasePack
from macfa.moderation.comparison import far_apart, spread
from macfa.returns import services as returns
from macfa.returns.services import AnswerInput
from macfa.sampling.models import Case
from macfa.tools.models import Grade, Question
from tests import factories
from tests.cast import Cast


def convened(cast: Cast, grades: dict[str, str], prefix: str = "NEG") -> Audit:
    """An audit in moderation whose agencies gave themselves these grades on every case."""
    audit = factories.audit_issued(cast, prefix)
    for return_ in audit.returns.select_related("case", "agency"):
        if grade := grades.get(return_.agency.code):
            factories.submitted(cast, return_, grade)
        else:
            factories.nil(cast, return_)
    services.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.csc"], cast["panel.pol"]],
        meets_on=audit.opened_on,
        by=cast["coordinator"],
    )
    services.release(audit=audit, by=cast["coordinator"])
    return audit


def first_case(audit: Audit) -> Case:
    return Case.objects.select_related("audit").filter(audit=audit).order_by("number")[0]


def scale(cast: Cast) -> dict[str, Grade]:
    return {grade.code: grade for grade in cast.tool.scale.grades.all()}


def test_grades_two_or_more_apart_are_far_apart(cast: Cast) -> None:
    grade = scale(cast)
    assert far_apart([grade["G"], grade["I"]])
    assert not far_apart([grade["G"], grade["RI"], None])
    assert not far_apart([])


def test_a_spread_counts_and_never_averages(cast: Cast) -> None:
    grade = scale(cast)
    given = [grade["RI"], grade["G"], grade["RI"], None]
    assert spread(given) == "1 Good, 2 Requires improvement"


def test_the_pack_sets_the_returns_side_by_side(cast: Cast) -> None:
    pack = CasePack(first_case(convened(cast, {"POL": "G", "CSC": "RI"})))
    assert [column.name for column in pack.columns] == ["Children’s Social Care", "Police"]
    assert [row.domain.code for row in pack.rows] == [*(f"D{n}" for n in range(1, 9)), "overall"]
    first = pack.rows[0]
    assert [said.grade.code for _column, said in first.cells if said.grade] == ["RI", "G"]
    assert [part.label for part in first.cells[0][1].texts][:1] == ["Evidence"]
    assert [(row.name, row.tag, row.why) for row in pack.others] == [
        ("Education", "Nil return", "Not known to us.")
    ]


def test_an_answer_that_is_no_grade_is_said_in_words(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    return_ = factories.drafting(cast, factories.a_return(audit))
    answers = factories.full_answers(return_)
    answers["d2_grade"] = AnswerInput(no_grade="not_told")
    returns.save_answers(return_=return_, answers=answers, by=cast["auditor.pol"])
    returns.submit(return_=return_, by=cast["auditor.pol"])
    returns.sign_off(return_=return_, by=cast["lead.pol"])
    pack = CasePack(first_case(audit))
    said = pack.columns[0].answers[cast.tool.domains.get(code="D2").pk]
    assert (said.grade, said.no_grade) == (None, "We were not told")


def test_answers_are_words_whatever_their_type() -> None:
    yes = Question(type=Question.Type.YES_NO_PARTLY)
    text = Question(type=Question.Type.TEXT)
    assert words(yes, {**NO_ANSWER, "value": "partly"}) == "Partly"
    assert words(text, {**NO_ANSWER, "value": "Seen twice"}) == "Seen twice"
    assert words(text, {**NO_ANSWER, "no_grade": "no_evidence"}) == "No evidence on file"
    assert words(text, NO_ANSWER) == ""


def test_drafts_are_never_read(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    return_ = factories.drafting(cast, factories.a_return(audit))
    returns.save_answers(
        return_=return_, answers=factories.full_answers(return_), by=cast["auditor.pol"]
    )
    pack = CasePack(first_case(audit))
    assert pack.columns == []
    assert return_ in [row.agency_return for row in pack.others]


def test_disagreement_is_flagged(cast: Cast) -> None:
    pack = CasePack(first_case(convened(cast, {"POL": "O", "CSC": "RI"})))
    assert pack.flags[0] == (
        "The agencies’ own grades are two or more apart: 1 Outstanding, 1 Requires improvement."
    )
    assert "D1, D2" in pack.flags[1]
    calm = CasePack(first_case(convened(cast, {"POL": "G", "CSC": "RI"}, "DAC")))
    assert calm.flags == []


def test_a_good_own_grade_beside_an_inadequate_case_is_flagged(cast: Cast) -> None:
    case = first_case(convened(cast, {"POL": "G", "CSC": "RI"}))
    factories.case_moderated(cast, case, grade="I")
    assert CasePack(case).flags == [
        "Police graded its own work Good, and the case grade is Inadequate."
    ]


def test_the_pack_keeps_what_a_decision_replaced(cast: Cast) -> None:
    case = first_case(convened(cast, {"POL": "G", "CSC": "RI"}))
    assert len(CasePack(case).missing) == 10
    factories.case_moderated(cast, case, grade="G")
    services.reopen_case(case=case, why="Again", by=cast["chair"])
    factories.case_moderated(cast, case, grade="RI")
    pack = CasePack(case)
    assert pack.missing == []
    police = pack.columns[1]
    assert police.changed
    assert not pack.columns[0].changed
    assert [row.grade.code for row in police.panel.earlier] == ["G"]
    assert [row.grade.code for row in pack.case_grade.earlier] == ["G"]


def test_the_list_says_where_each_case_stands(cast: Cast) -> None:
    audit = convened(cast, {"POL": "O", "CSC": "RI"})
    case = first_case(audit)
    factories.case_moderated(cast, case, grade="RI")
    done, open_ = lines(audit, audit.cases.counted())
    assert (done.moderated, done.missing, str(done.grade)) == (True, "", "Requires improvement")
    assert open_.missing == "2 panel grades, 8 domain grades, the case grade"
    assert open_.own_spread == "1 Outstanding, 1 Requires improvement"
    assert open_.apart


def statements(cast: Cast, case: Case) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        pack = CasePack(Case.objects.select_related("audit").get(pk=case.pk))
        assert pack.rows is not None
        assert pack.flags is not None
        assert pack.missing is not None
        assert pack.case_grade is not None
    return len(asked)


def test_the_pack_costs_the_same_however_many_agencies(cast: Cast) -> None:
    few = first_case(convened(cast, {"POL": "G"}))
    many = first_case(convened(cast, {"POL": "G", "CSC": "RI"}, "DAC"))
    factories.case_moderated(cast, many)
    assert statements(cast, few) == statements(cast, many)
