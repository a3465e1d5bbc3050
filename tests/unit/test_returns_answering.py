"""Writing a return, and what it must hold before it goes in (R16, R17)."""

from collections.abc import Mapping

import pytest

from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Answer
from macfa.returns.paper import of_return, read_draft
from macfa.returns.services import AnswerInput
from macfa.tools.models import Question
from tests import factories
from tests.cast import Cast, assemble
from workflows.errors import NotAllowed, NotYet, Stale

Answers = Mapping[str, AnswerInput]


def social_care(cast: Cast) -> AgencyReturn:
    """A draft of children's social care, whose lead does not sign off."""
    return factories.drafting(cast, factories.a_return(factories.audit_issued(cast), "CSC"))


def saved(cast: Cast, return_: AgencyReturn, **changed: AnswerInput) -> AgencyReturn:
    """A draft with every answer it needs, some of them changed."""
    short = return_.agency.code.lower()
    answers: Answers = {**factories.full_answers(return_), **changed}
    return services.save_answers(return_=return_, answers=answers, by=cast[f"auditor.{short}"])


def missing(cast: Cast, return_: AgencyReturn) -> tuple[str, ...]:
    with pytest.raises(NotYet) as refused:
        services.submit(return_=return_, by=cast[f"auditor.{return_.agency.code.lower()}"])
    return refused.value.missing


# --- drafts --------------------------------------------------------------------------------------


def test_answers_are_saved_and_others_stay(cast: Cast) -> None:
    return_ = social_care(cast)
    by = cast["auditor.csc"]
    for key, value in (("d1_evidence", "Seen"), ("d2_evidence", "Told")):
        answers = {key: AnswerInput(value=value)}
        return_ = services.save_answers(return_=return_, answers=answers, by=by)
    values = dict(return_.answers.values_list("question__key", "value"))
    assert values == {"d1_evidence": "Seen", "d2_evidence": "Told"}
    assert return_.drafted_at is not None


def test_saving_again_changes_and_clears_an_answer(cast: Cast) -> None:
    return_ = social_care(cast)
    by = cast["auditor.csc"]
    for given in (AnswerInput(grade="RI"), AnswerInput(no_grade="not_told"), AnswerInput()):
        return_ = services.save_answers(return_=return_, answers={"d1_grade": given}, by=by)
    [answer] = return_.answers.all()
    assert answer.is_empty


def test_saving_what_is_saved_changes_nothing(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast))
    again = saved(cast, return_)
    assert again.version == return_.version


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("no_such_question", AnswerInput(value="x")),
        ("d1_grade", AnswerInput(grade="A+")),
        ("d1_grade", AnswerInput(no_grade="never")),
        ("d1_grade", AnswerInput(grade="G", no_grade="not_told")),
        ("d1_grade", AnswerInput(value="Good")),
        ("d1_evidence", AnswerInput(grade="G")),
        ("d7_risk", AnswerInput(value="Much lower")),
        ("d7_better", AnswerInput(value="Perhaps")),
        ("dates_from", AnswerInput(value="last spring")),
        ("d6_discussions", AnswerInput(value="-5")),
        ("d6_discussions", AnswerInput(value="3.7")),
        ("d6_discussions", AnswerInput(value="10000")),
    ],
)
def test_an_answer_that_is_not_offered_is_refused(cast: Cast, key: str, given: AnswerInput) -> None:
    return_ = social_care(cast)
    good = {"d2_evidence": AnswerInput(value="Told")}
    with pytest.raises(NotYet):
        services.save_answers(return_=return_, answers={**good, key: given}, by=cast["auditor.csc"])
    assert not Answer.objects.exists()


def test_answers_are_stored_in_the_words_offered(cast: Cast) -> None:
    return_ = social_care(cast)
    answers = {
        "d7_better": AnswerInput(value="partly"),
        "d7_risk": AnswerInput(value="Lower"),
        "dates_from": AnswerInput(value="2026-01-05"),
    }
    services.save_answers(return_=return_, answers=answers, by=cast["auditor.csc"])
    values = dict(Answer.objects.values_list("question__key", "value"))
    assert values == {"d7_better": "Partly", "d7_risk": "Lower", "dates_from": "2026-01-05"}
    draft = read_draft(return_, cast["auditor.csc"])
    words = {each.key: each.words for each in draft.asked}
    assert words["dates_from"] == "5 January 2026"


@pytest.mark.parametrize(
    "name", ["lead.csc", "auditor2.csc", "auditor.pol", "coordinator", "panel.csc"]
)
def test_only_whoever_has_the_audit_writes_and_submits_it(cast: Cast, name: str) -> None:
    return_ = saved(cast, social_care(cast))
    with pytest.raises(NotAllowed):
        services.save_answers(
            return_=return_, answers={"d1_evidence": AnswerInput(value="x")}, by=cast[name]
        )
    with pytest.raises(NotAllowed):
        services.submit(return_=return_, by=cast[name])


def test_an_auditor_elsewhere_does_not_write(cast: Cast) -> None:
    return_ = social_care(cast)
    with pytest.raises(NotAllowed):
        services.save_answers(return_=return_, answers={}, by=assemble("elsewhere")["auditor.csc"])


def test_a_page_out_of_date_is_refused_only_where_its_domain_changed(cast: Cast) -> None:
    return_, by = social_care(cast), cast["auditor.csc"]
    seen = read_draft(return_, by).fingerprint({"D1"})

    def save(key: str, value: str) -> None:
        answers = {key: AnswerInput(value=value)}
        services.save_answers(return_=return_, answers=answers, seen=seen, by=by)

    services.save_answers(return_=return_, answers={"d2_evidence": AnswerInput("x")}, by=by)
    services.remind(return_=return_, by=cast["coordinator"])
    save("d1_evidence", "From this page")
    save("d1_evidence", "From this page")  # the same form again: nothing to save, no harm
    with pytest.raises(Stale, match="another page or device"):
        save("d1_evidence", "From another page")
    assert Answer.objects.get(question__key="d1_evidence").value == "From this page"


# --- what has to be there ------------------------------------------------------------------------


def test_everything_missing_is_named(cast: Cast) -> None:
    named = missing(cast, social_care(cast))
    assert len(named) == 8 * 2 + 3
    assert named[0] == (
        "D1 Recognition, threshold and referral: choose a grade, or say why there is none"
    )
    assert "Overall: Your agency’s involvement in short" in named


def test_a_grade_needs_evidence(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast), d3_evidence=AnswerInput())
    assert [name.split(": ")[1] for name in missing(cast, return_)] == ["Evidence"]


@pytest.mark.parametrize(
    ("grade", "lacking", "sentence"),
    [
        ("RI", "d4_development", "What should change (needed for Requires improvement)"),
        ("I", "d4_development", "What should change (needed for Inadequate)"),
        ("O", "d4_strengths", "What was good (needed for Outstanding)"),
    ],
)
def test_a_grade_asks_for_its_point(cast: Cast, grade: str, lacking: str, sentence: str) -> None:
    changed = {"d4_grade": AnswerInput(grade=grade), lacking: AnswerInput(value=" ")}
    return_ = saved(cast, social_care(cast), **changed)
    assert [name.split(": ")[1] for name in missing(cast, return_)] == [sentence]


@pytest.mark.parametrize("lacking", ["d4_development", "d4_strengths"])
def test_good_asks_for_no_point(cast: Cast, lacking: str) -> None:
    return_ = saved(cast, social_care(cast), **{lacking: AnswerInput()})
    return_ = services.submit(return_=return_, by=cast["auditor.csc"])
    assert return_.state == ReturnState.SUBMITTED


@pytest.mark.parametrize("answer", ["not_applicable", "not_told", "no_evidence"])
def test_an_answer_that_is_not_a_grade_needs_no_evidence(cast: Cast, answer: str) -> None:
    return_ = saved(
        cast,
        social_care(cast),
        d5_grade=AnswerInput(no_grade=answer),
        d5_evidence=AnswerInput(),
    )
    assert services.submit(return_=return_, by=cast["auditor.csc"]).grade is not None


def test_the_overall_judgement_always_has_its_reason(cast: Cast) -> None:
    return_ = saved(
        cast,
        social_care(cast),
        overall_grade=AnswerInput(no_grade="not_told"),
        overall_evidence=AnswerInput(),
    )
    assert missing(cast, return_) == ("Overall: Reason for the overall grade",)
    return_ = saved(cast, return_, overall_grade=AnswerInput(no_grade="not_told"))
    assert services.submit(return_=return_, by=cast["auditor.csc"]).grade is None


def required(return_: AgencyReturn, key: str) -> Question:
    question = Question.objects.get(domain__version__audit=return_.audit, key=key)
    question.required = True
    question.save()
    return question


def test_a_question_of_another_agency_is_not_missed(cast: Cast) -> None:
    police = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    question = required(police, "d2_right_people")
    assert question.agencies == ["CSC"]
    assert "d2_right_people" not in {
        each.key for each in of_return(read_draft(police, cast["auditor.pol"]).asked, police)
    }
    police = services.submit(return_=saved(cast, police), by=cast["auditor.pol"])
    assert police.state == ReturnState.WITH_LEAD


def test_a_question_that_follows_an_answer_is_missed_only_then(cast: Cast) -> None:
    return_ = social_care(cast)
    question = required(return_, "d1_referral")
    no, yes = AnswerInput(value="No, and none was needed"), AnswerInput(value="Yes")
    return_ = saved(cast, return_, d1_referred=yes, d1_referral=AnswerInput())
    assert missing(cast, return_)[0].endswith(question.text)
    return_ = saved(cast, return_, d1_referred=no, d1_referral=AnswerInput())
    services.submit(return_=return_, by=cast["auditor.csc"])
