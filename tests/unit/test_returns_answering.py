"""Writing a return, what it must hold before it goes in, and what is kept of it."""

from collections.abc import Mapping

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.moderation import services as moderation
from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Answer
from macfa.returns.paper import of_return, read_draft, read_submission
from macfa.returns.services import AnswerInput
from macfa.tools.models import Question
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from workflows import ledger
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import WorkItem

Answers = Mapping[str, AnswerInput]


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


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
    assert "Overall: Your agency's involvement in short" in named


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
    assert services.submit(return_=saved(cast, police), by=cast["auditor.pol"])


def test_a_question_that_follows_an_answer_is_missed_only_then(cast: Cast) -> None:
    return_ = social_care(cast)
    question = required(return_, "d1_referral")
    no, yes = AnswerInput(value="No, and none was needed"), AnswerInput(value="Yes")
    return_ = saved(cast, return_, d1_referred=yes, d1_referral=AnswerInput())
    assert missing(cast, return_)[0].endswith(question.text)
    return_ = saved(cast, return_, d1_referred=no, d1_referral=AnswerInput())
    services.submit(return_=return_, by=cast["auditor.csc"])


# --- submitting ----------------------------------------------------------------------------------


def test_a_submitted_return_has_its_grade_and_is_locked(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast), overall_grade=AnswerInput(grade="RI"))
    return_ = services.submit(return_=return_, by=cast["auditor.csc"])
    assert (return_.state, str(return_.grade)) == (ReturnState.SUBMITTED, "Requires improvement")
    assert (return_.submitted_by, return_.late) == (cast["auditor.csc"], False)
    assert not WorkItem.objects.open().filter(reference=return_.reference).exists()
    for act in (
        lambda: services.submit(return_=return_, by=cast["auditor.csc"]),
        lambda: services.save_answers(return_=return_, answers={}, by=cast["auditor.csc"]),
    ):
        with pytest.raises(WrongState):
            act()


def test_what_was_submitted_is_kept_and_can_be_read(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast), d6_grade=AnswerInput(no_grade="no_evidence"))
    return_ = services.submit(return_=return_, by=cast["auditor.csc"])
    [submission] = return_.submissions.all()
    assert submission.answers["d1_grade"] == {"value": "", "grade": "G", "no_grade": ""}
    read = {each.key: each for part in read_submission(return_, submission) for each in part.asked}
    assert (read["d1_grade"].given.grade_name, read["d1_grade"].given.tone) == ("Good", "good")
    assert read["d6_grade"].words == "No evidence on file"


def test_submitting_the_same_form_twice_has_one_effect(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast))
    by = cast["auditor.csc"]
    services.submit(return_=return_, by=by, expects=return_.version, token="one")
    with pytest.raises(AlreadyDone):
        services.submit(return_=return_, by=by, expects=return_.version, token="one")
    assert return_.submissions.count() == 1


def test_where_the_agency_wants_it_the_lead_signs_off_first(cast: Cast) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    return_ = services.submit(return_=saved(cast, return_), by=cast["auditor.pol"])
    assert (return_.state, return_.grade, return_.submitted_at) == (
        ReturnState.WITH_LEAD,
        None,
        None,
    )
    assert not return_.submissions.sent().exists()
    return_ = services.sign_off(return_=return_, by=cast["lead.pol"])
    assert (return_.state, str(return_.grade)) == (ReturnState.SUBMITTED, "Good")
    assert (return_.submitted_by, return_.auditor) == (cast["lead.pol"], cast["auditor.pol"])
    assert return_.submissions.sent().count() == 1


@pytest.mark.parametrize("name", ["auditor.pol", "lead.csc", "coordinator"])
def test_only_a_lead_of_the_agency_signs_off_or_hands_back(cast: Cast, name: str) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    return_ = services.submit(return_=saved(cast, return_), by=cast["auditor.pol"])
    with pytest.raises(NotAllowed):
        services.sign_off(return_=return_, by=cast[name])
    with pytest.raises(NotAllowed):
        services.hand_back(return_=return_, why="Dates", by=cast[name])


def test_a_lead_hands_back_and_both_versions_are_kept(cast: Cast) -> None:
    auditor, lead = cast["auditor.pol"], cast["lead.pol"]
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    return_ = services.submit(return_=saved(cast, return_), by=auditor)
    with pytest.raises(NotYet):
        services.hand_back(return_=return_, why="", by=lead)
    return_ = services.hand_back(return_=return_, why="Give the dates", by=lead)
    assert (return_.state, return_.auditor) == (ReturnState.DRAFTING, auditor)
    assert return_.queries.get().within_agency
    assert Notification.objects.filter(recipient=auditor, event="task.assigned").count() == 2
    return_ = saved(cast, return_, d1_evidence=AnswerInput(value="On 3 May"))
    return_ = services.submit(return_=return_, by=auditor)
    return_ = services.sign_off(return_=return_, by=lead)
    first, second = return_.submissions.all()
    assert (first.sent_at, second.sent_at) == (None, return_.submitted_at)
    assert first.answers["d1_evidence"] != second.answers["d1_evidence"]


def test_nobody_signs_off_their_own_audit_where_another_lead_could(cast: Cast) -> None:
    lead = cast["lead.pol"]
    return_ = factories.a_return(factories.audit_issued(cast))
    return_ = factories.drafting(cast, return_, lead)
    services.save_answers(return_=return_, answers=factories.full_answers(return_), by=lead)
    return_ = services.submit(return_=return_, by=lead)
    other = cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    with pytest.raises(NotAllowed, match="another lead"):
        services.sign_off(return_=return_, by=lead)
    assert services.sign_off(return_=return_, by=other).state == ReturnState.SUBMITTED


def test_the_only_lead_of_an_agency_may_sign_off_what_they_audited(cast: Cast) -> None:
    lead = cast["lead.pol"]
    return_ = factories.a_return(factories.audit_issued(cast))
    return_ = factories.drafting(cast, return_, lead)
    services.save_answers(return_=return_, answers=factories.full_answers(return_), by=lead)
    return_ = services.submit(return_=return_, by=lead)
    assert services.sign_off(return_=return_, by=lead).state == ReturnState.SUBMITTED


# --- queries and late returns --------------------------------------------------------------------


def test_a_query_is_answered_and_every_version_kept(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast))
    return_ = services.submit(return_=return_, by=cast["auditor.csc"])
    return_ = services.query(return_=return_, text="Which dates?", by=cast["coordinator"])
    assert (return_.state, return_.auditor) == (ReturnState.DRAFTING, cast["auditor.csc"])
    with pytest.raises(NotYet, match="query"):
        services.submit(return_=return_, by=cast["auditor.csc"])
    return_ = services.submit(return_=return_, answer_to_query="Added them", by=cast["auditor.csc"])
    [query] = return_.queries.all()
    assert (query.answer, query.answered_at is not None) == ("Added them", True)
    assert [each.number for each in return_.submissions.all()] == [1, 2]


@pytest.mark.parametrize("name", ["lead.csc", "auditor.csc", "panel.csc", "chair"])
def test_only_the_coordinator_queries(cast: Cast, name: str) -> None:
    return_ = services.submit(return_=saved(cast, social_care(cast)), by=cast["auditor.csc"])
    with pytest.raises(NotAllowed):
        services.query(return_=return_, text="Which dates?", by=cast[name])


def test_after_release_a_return_is_not_reopened(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    with pytest.raises(WrongState, match="released to the panel"):
        services.query(
            return_=factories.a_return(audit), text="Which dates?", by=cast["coordinator"]
        )


def test_a_return_that_comes_after_release_is_late(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    late, *others = audit.returns.all()
    services.record_not_returned(return_=late, reason="Staff left", by=cast["coordinator"])
    for return_ in others:
        factories.nil(cast, return_)
    moderation.convene(
        audit=audit,
        chair=cast["chair"],
        members=[cast["panel.pol"], cast["panel.edu"]],
        meets_on=audit.opened_on,
        by=cast["coordinator"],
    )
    moderation.release(audit=audit, by=cast["coordinator"])
    late = services.accept_late(return_=late, why="Found after all", by=cast["coordinator"])
    late = services.assign_auditor(return_=late, auditor=cast["auditor.csc"], by=cast["lead.csc"])
    services.declare(return_=late, independent=True, by=cast["auditor.csc"])
    late = services.submit(return_=saved(cast, late), by=cast["auditor.csc"])
    assert (late.state, late.late) == (ReturnState.SUBMITTED, True)


# --- what it costs -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("code", "at_most"), [("POL", 14), ("CSC", 10)])
def test_submitting_takes_few_statements(code: str, at_most: int) -> None:
    """Fourteen with BEGIN and COMMIT where the lead signs off: a new task, assignment, notice."""
    cast = assemble()
    audit = factories.audit_issued(cast)
    for issued in audit.returns.filter(agency__code=code):
        return_ = saved(cast, factories.drafting(cast, issued))
        by = cast[f"auditor.{code.lower()}"]
        with CaptureQueriesContext(connection) as captured:
            services.submit(
                return_=return_, by=by, expects=return_.version, token=return_.reference
            )
        assert len(captured) <= at_most, [query["sql"][:80] for query in captured]
    assert not list(ledger.faults())
