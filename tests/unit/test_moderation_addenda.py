"""After release: the panel's question to an agency, and what the agency adds to its return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.moderation import rules, services
from macfa.moderation.case_list import lines
from macfa.moderation.case_pack import CasePack
from macfa.overview import services as overview
from macfa.people.roles import Role
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from notifications.models import Notification
from tests import factories
from tests.cast import assemble
from workflows import clock, ledger, timeline
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import WorkItem
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def a_return(audit: Audit, agency: str = "POL") -> AgencyReturn:
    """A return of the audit's first case, which is with the panel."""
    return AgencyReturn.objects.get(audit=audit, case__number=1, agency__code=agency)


def asked(cast: Cast, audit: Audit, who: str = "chair") -> AgencyReturn:
    """The police are asked about their return."""
    return_ = a_return(audit)
    services.ask_agency(return_=return_, text="Who told the school?", by=cast[who])
    return a_return(audit)


def answered(cast: Cast, return_: AgencyReturn, who: str = "auditor.pol") -> None:
    """Somebody of the agency adds to its return."""
    services.add_addendum(return_=return_, text="The duty sergeant did.", by=cast[who])


def test_the_auditor_of_the_return_is_asked_and_the_return_stays_as_it_is(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    before = a_return(audit)
    return_ = asked(cast, audit)
    assert (return_.state, return_.grade) == (ReturnState.SUBMITTED, before.grade)
    item = WorkItem.objects.open().get(title="Answer the panel’s question")
    assert (item.owner, item.reference) == (cast["auditor.pol"], "NEG-01 POL")
    assert item.due == add_working_days(clock.today(), 5)
    line = timeline.lines(timeline.of_record(return_)[:2])[-1]
    assert "asked the agency a question for the panel" in line.sentence
    assert line.text == "Who told the school?"


def test_the_lead_is_asked_where_the_auditor_audits_no_longer(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    cast["auditor.pol"].memberships.update(until=clock.today().replace(year=2020))
    asked(cast, audit)
    item = WorkItem.objects.open().get(title="Answer the panel’s question")
    assert item.owner == cast["lead.pol"]


def test_the_case_waits_for_the_answer(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = asked(cast, audit)
    case = return_.case
    factories.parts_graded(cast, case)
    waits = "the answer of Police to the panel’s question"
    assert CasePack(case).missing == [waits]
    assert lines(audit, [case])[0].missing == "1 answer, the case grade"
    with pytest.raises(NotYet, match="comes last") as refused:
        rules.check_case_grade(case, cast["chair"])
    assert refused.value.missing == (waits,)
    answered(cast, return_)
    rules.check_case_grade(case, cast["chair"])


def test_an_answer_ends_the_task_and_stands_beside_the_return(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = asked(cast, audit)
    grade = return_.grade
    answered(cast, return_, "lead.pol")
    return_ = a_return(audit)
    addendum = return_.addenda.get()
    assert addendum.question is not None
    assert (addendum.question.text, addendum.by) == ("Who told the school?", cast["lead.pol"])
    assert (return_.state, return_.grade) == (ReturnState.SUBMITTED, grade)
    assert not WorkItem.objects.open().filter(title="Answer the panel’s question").exists()
    (column,) = [c for c in CasePack(return_.case).columns if c.agency_return == return_]
    assert (column.addenda, column.question) == ([addendum], None)
    assert list(ledger.faults()) == []


def test_chair_and_coordinator_hear_of_an_addendum(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    answered(cast, a_return(audit))
    told = Notification.objects.filter(event="return.addendum")
    assert {each.recipient for each in told} == {cast["chair"], cast["coordinator"]}
    assert {each.text for each in told} == {"NEG-01: Police added an addendum"}


def test_an_addendum_comes_from_the_auditor_of_the_return_or_a_lead(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    outsider = assemble("elsewhere")["lead.pol"]
    others = ("auditor2.pol", "lead.csc", "auditor.csc", "coordinator", "chair", "panel.pol")
    for person in (*(cast[name] for name in others), outsider):
        with pytest.raises(NotAllowed):
            services.add_addendum(return_=a_return(audit), text="More.", by=person)


def test_before_release_there_is_no_addendum_but_a_query(cast: Cast) -> None:
    audit = factories.audit_returned(cast)
    with pytest.raises(WrongState, match="not with the panel yet"):
        services.add_addendum(return_=a_return(audit), text="More.", by=cast["auditor.pol"])


def test_an_addendum_may_come_once_the_case_is_graded(cast: Cast) -> None:
    audit = factories.audit_moderated(cast)
    answered(cast, a_return(audit))
    assert a_return(audit).addenda.count() == 1


def test_an_addendum_and_a_question_say_something(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    with pytest.raises(NotYet, match="what the panel wants to know"):
        services.ask_agency(return_=a_return(audit), text=" ", by=cast["chair"])
    with pytest.raises(NotYet, match="what is to be added"):
        services.add_addendum(return_=a_return(audit), text=" ", by=cast["auditor.pol"])


def test_the_chair_or_the_coordinator_asks_and_nobody_else(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    outsider = assemble("elsewhere")["coordinator"]
    for person in (cast["panel.csc"], cast["lead.pol"], cast["qppa"], outsider):
        assert not rules.can_ask(a_return(audit), person)
        with pytest.raises(NotAllowed):
            services.ask_agency(return_=a_return(audit), text="Why?", by=person)
    asked(cast, audit, "coordinator")


def test_one_thing_is_asked_at_a_time_and_only_of_what_was_submitted(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    asked(cast, audit)
    with pytest.raises(WrongState, match="has a question to answer already"):
        services.ask_agency(return_=a_return(audit), text="And?", by=cast["chair"])
    with pytest.raises(WrongState, match="has not been submitted"):
        services.ask_agency(return_=a_return(audit, "EDU"), text="And?", by=cast["chair"])


def test_a_withdrawn_question_frees_the_case_and_whoever_had_it_is_told(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = asked(cast, audit)
    with pytest.raises(NotYet, match="Say why"):
        services.withdraw_question(return_=return_, why="", by=cast["chair"])
    services.withdraw_question(return_=return_, why="It is in the chronology.", by=cast["chair"])
    assert list(rules.awaited(return_.case)) == []
    assert Notification.objects.filter(
        recipient=cast["auditor.pol"], event="task.withdrawn"
    ).exists()
    with pytest.raises(WrongState, match="No question"):
        services.withdraw_question(return_=return_, why="Twice.", by=cast["chair"])
    asked(cast, audit)


def test_a_lead_who_is_new_sees_the_question_too(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = asked(cast, audit)
    cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    assert AgencyReturn.objects.visible_to(cast["lead2.pol"]).filter(pk=return_.pk).exists()
    answered(cast, return_, "lead2.pol")


def test_a_withdrawn_audit_leaves_no_question_open(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = asked(cast, audit)
    overview.withdraw(audit=audit, reason="Merged.", by=cast["coordinator"])
    assert not WorkItem.objects.open().filter(thread=audit.pk).exists()
    assert not return_.questions.open().exists()


def test_a_question_moves_on_with_a_paused_audit_and_cannot_be_answered(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    return_ = asked(cast, audit)
    until = add_working_days(clock.today(), 10)
    overview.pause_audit(audit=audit, reason="An inquiry.", until=until, by=cast["coordinator"])
    item = WorkItem.objects.open().get(title="Answer the panel’s question")
    assert item.due == add_working_days(clock.today(), 15)
    with pytest.raises(WrongState, match="paused"):
        answered(cast, return_)
