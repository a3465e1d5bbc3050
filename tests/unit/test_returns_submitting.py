"""Submitting a return, signing it off, queries, late returns, and what is kept (R18, R19)."""

from collections.abc import Callable, Mapping

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.moderation import services as moderation
from macfa.people.roles import Role
from macfa.returns import rules, services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from macfa.returns.paper import read_submission
from macfa.returns.services import AnswerInput
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from workflows import ledger
from workflows.errors import AlreadyDone, NotAllowed, NotYet, WrongState
from workflows.models import WorkItem

Answers = Mapping[str, AnswerInput]


def social_care(cast: Cast) -> AgencyReturn:
    """A draft of children's social care, whose lead does not sign off."""
    return factories.drafting(cast, factories.a_return(factories.audit_issued(cast), "CSC"))


def saved(cast: Cast, return_: AgencyReturn, **changed: AnswerInput) -> AgencyReturn:
    """A draft with every answer it needs, some of them changed."""
    short = return_.agency.code.lower()
    answers: Answers = {**factories.full_answers(return_), **changed}
    return services.save_answers(return_=return_, answers=answers, by=cast[f"auditor.{short}"])


# --- submitting ----------------------------------------------------------------------------------


def test_a_submitted_return_has_its_grade_and_is_locked(cast: Cast) -> None:
    return_ = saved(cast, social_care(cast), overall_grade=AnswerInput(grade="RI"))
    return_ = services.submit(return_=return_, by=cast["auditor.csc"])
    assert (return_.state, str(return_.grade)) == (ReturnState.SUBMITTED, "Requires improvement")
    assert (return_.submitted_by, return_.late) == (cast["auditor.csc"], False)
    assert not WorkItem.objects.open().filter(reference=return_.reference).exists()
    with pytest.raises(WrongState):
        services.submit(return_=return_, by=cast["auditor.csc"])
    with pytest.raises(WrongState):
        services.save_answers(return_=return_, answers={}, by=cast["auditor.csc"])


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
    late = factories.drafting(cast, late)
    late = services.submit(return_=saved(cast, late), by=cast["auditor.csc"])
    assert (late.state, late.late) == (ReturnState.SUBMITTED, True)


# --- an audit that has ended ---------------------------------------------------------------------


def test_nobody_answers_signs_off_or_submits_when_the_audit_is_closed(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    asked = factories.a_return(audit, "EDU")
    drafted = saved(cast, factories.drafting(cast, factories.a_return(audit, "CSC")))
    handed_in = saved(cast, factories.drafting(cast, factories.a_return(audit)))
    handed_in = services.submit(return_=handed_in, by=cast["auditor.pol"])
    Audit.objects.update(state=Stage.CLOSED)
    acts: list[Callable[[], object]] = [
        lambda: factories.nil(cast, asked),
        lambda: factories.drafting(cast, asked),
        lambda: saved(cast, drafted),
        lambda: services.submit(return_=drafted, by=cast["auditor.csc"]),
        lambda: services.sign_off(return_=handed_in, by=cast["lead.pol"]),
    ]
    for refused in acts:
        with pytest.raises(WrongState, match="NEG is closed"):
            refused()
    drafted = AgencyReturn.objects.get(pk=drafted.pk)
    assert not rules.can_write(drafted, cast["auditor.csc"])


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
