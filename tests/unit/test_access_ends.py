"""Access that ends: with the role it was given for, and with a conflict of interest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from macfa.findings import services as findings
from macfa.improvement import services as improvement
from macfa.improvement.models import Action
from macfa.moderation import services as moderation
from macfa.overview import pages, rules
from macfa.people.models import Membership, Setting, User
from macfa.people.roles import Role
from macfa.returns import services as returns
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from macfa.sampling.identity import open_identity
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from workflows import assignment, clock
from workflows.errors import NotAllowed, NotYet
from workflows.models import WorkItem

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

WHY = "To find the record in our system"
INVOLVED = AgencyReturn.Involvement.INVOLVED


def leaves(person: User) -> None:
    """All of somebody's roles ended yesterday; their account stays open."""
    yesterday = clock.today() - timedelta(days=1)
    Membership.objects.filter(person=person).update(until=yesterday)


def sees(person: User) -> list[int]:
    """How many cases, returns and actions somebody sees."""
    return [
        Case.objects.visible_to(person).count(),
        AgencyReturn.objects.visible_to(person).count(),
        Action.objects.visible_to(person).count(),
    ]


def open_item(return_: AgencyReturn) -> WorkItem:
    """What waits to be done on a return."""
    return WorkItem.objects.open().get(subject_id=return_.pk, reference=return_.reference)


# --- whoever has left ----------------------------------------------------------------------------


def test_an_auditor_who_has_left_sees_writes_and_opens_nothing(cast: Cast) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    auditor = cast["auditor.pol"]
    returns.save_answers(return_=return_, answers=factories.full_answers(return_), by=auditor)
    assert sees(auditor)[:2] == [1, 1]
    leaves(auditor)
    assert sees(auditor) == [0, 0, 0]
    with pytest.raises(NotAllowed, match="coordinator and for agencies"):
        open_identity(case=return_.case, reason=WHY, by=auditor)
    answers = {"involvement": returns.AnswerInput(value="More")}
    with pytest.raises(NotAllowed, match="auditor of Police"):
        returns.save_answers(return_=return_, answers=answers, by=auditor)
    with pytest.raises(NotAllowed, match="auditor of Police"):
        returns.submit(return_=return_, by=auditor)
    with pytest.raises(NotAllowed, match="auditor of Police"):
        returns.declare(return_=return_, independent=True, by=auditor)


def test_an_auditor_who_moves_to_another_agency_leaves_the_cases_behind(cast: Cast) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    leaves(cast["auditor.pol"])
    cast.add("auditor.pol", Role.AUDITOR, "CSC")
    assert not AgencyReturn.objects.visible_to(cast["auditor.pol"]).filter(pk=return_.pk).exists()


def test_a_panel_member_who_has_left_reads_nothing_more(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    member, colleague = cast["panel.pol"], cast["panel.csc"]
    assert sees(member)[0] == sees(colleague)[0] == audit.cases.count()
    leaves(member)
    assert sees(member) == [0, 0, 0]
    assert sees(colleague)[0] == audit.cases.count()


def test_an_owner_who_has_left_neither_reads_nor_reports(cast: Cast) -> None:
    action = factories.audit_published(cast).actions.get()
    owner = cast["owner.csc"]
    assert sees(owner)[2] == 1
    leaves(owner)
    assert sees(owner) == [0, 0, 0]
    with pytest.raises(NotAllowed, match="has to be handed over"):
        improvement.update(action=action, text="On track", at_risk=False, by=owner)


# --- conflicts of interest -----------------------------------------------------------------------


def steps_out(cast: Cast, audit: Audit, name: str) -> Case:
    """A panel member has a conflict of interest with the audit's first case."""
    case: Case = audit.cases.order_by("pk")[0]
    member = audit.panel.members.get(person=cast[name])
    moderation.declare_conflict(member=member, case=case, why="A neighbour", by=cast[name])
    return case


def test_a_conflict_hides_the_case_in_the_history_of_the_audit(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    assert rules.hidden_by_conflict(audit, cast["chair"]) == []
    case = steps_out(cast, audit, "chair")
    hidden = rules.hidden_by_conflict(audit, cast["chair"])
    assert set(hidden) == {case.public_id, *case.returns.values_list("public_id", flat=True)}
    assert rules.hidden_by_conflict(audit, cast["coordinator"]) == []


def test_a_conflict_with_a_case_gives_up_every_audit_of_it(cast: Cast) -> None:
    auditor, lead = cast["auditor.edu"], cast["lead.edu"]
    mine = two_schools(cast)[::-1]
    assert len(mine) == 2
    for return_ in mine:
        returns.say_involved(return_=return_, involvement=INVOLVED, auditor=auditor, by=lead)
    returns.declare(return_=mine[0], independent=False, conflict="My nephew", by=auditor)
    assert {open_item(return_).owner for return_ in mine} == {None}
    assert sees(auditor)[:2] == [0, 0]


def two_schools(cast: Cast) -> list[AgencyReturn]:
    """A case that was sent to two schools, each with a return of its own."""
    audit = factories.audit_drawn(cast)
    case = audit.cases.order_by("pk")[0]
    schools = list(Setting.objects.filter(agency=cast.agencies["EDU"])[:2])
    returns.issue(audit=audit, settings={case.pk: schools}, by=cast["coordinator"])
    return list(case.returns.filter(agency__code="EDU").order_by("pk"))


def test_a_lead_in_conflict_gives_up_what_is_asked_of_the_lead_too(cast: Cast) -> None:
    lead, (first, second) = cast["lead.edu"], two_schools(cast)
    with_conflict(cast, "lead.edu", second)
    assert open_item(first).owner is None
    told = Notification.objects.filter(event="return.conflict", recipient=cast["coordinator"])
    assert sorted(row.text for row in told) == [
        "The auditor of NEG-01 EDU has a conflict of interest. Give the audit to somebody else.",
        "The lead who had NEG-01 EDU has a conflict of interest. "
        "Another lead of Education has to take it on.",
    ]
    other = cast.add("lead2.edu", Role.AGENCY_LEAD, "EDU")
    for person in (lead, cast["lead.csc"], cast["coordinator"]):
        with pytest.raises(NotAllowed):
            assignment.claim(item=open_item(first), by=person)
    assignment.claim(item=open_item(first), by=other)
    cast.people["lead.edu"] = other
    assert factories.nil(cast, first).state == ReturnState.NIL


def test_nobody_is_reminded_of_a_case_that_is_hidden_from_them(cast: Cast) -> None:
    second = cast.add("lead2.edu", Role.AGENCY_LEAD, "EDU")
    first, other = two_schools(cast)
    with_conflict(cast, "lead.edu", other)
    [reminder] = returns.remind(return_=first, by=cast["coordinator"])
    assert reminder.person == second
    leaves(second)
    with pytest.raises(NotYet, match="ask Education to name another lead"):
        returns.remind(return_=first, by=cast["coordinator"])


def test_a_conflict_leaves_others_what_they_hold_of_the_case(cast: Cast) -> None:
    auditor, lead = cast["auditor.edu"], cast["lead.edu"]
    cast.agencies["EDU"].signs_off = True
    cast.agencies["EDU"].save()
    first, second = two_schools(cast)
    first = factories.drafting(cast, first)
    returns.save_answers(return_=first, answers=factories.full_answers(first), by=auditor)
    first = returns.submit(return_=first, by=auditor)
    assert open_item(first).owner == lead
    returns.say_involved(return_=second, involvement=INVOLVED, auditor=auditor, by=lead)
    returns.declare(return_=second, independent=False, conflict="My nephew", by=auditor)
    assert open_item(first).owner == lead
    assert returns.sign_off(return_=first, by=lead).state == ReturnState.SUBMITTED


def test_a_conflict_declared_on_the_panel_gives_up_a_late_audit_of_the_case(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.select_related("case", "agency"):
        returns.record_not_returned(return_=return_, reason="No answer", by=cast["coordinator"])
    members = [cast["panel.csc"], cast["panel.pol"]]
    moderation.convene(
        audit=audit,
        chair=cast["chair"],
        members=members,
        meets_on=clock.today() + timedelta(days=10),
        by=cast["coordinator"],
    )
    moderation.release(audit=audit, by=cast["coordinator"])
    return_ = factories.a_return(audit)
    cast.add("panel.pol", Role.AUDITOR, "POL")
    late = returns.accept_late(return_=return_, why="They ask", by=cast["coordinator"])
    returns.say_involved(
        return_=late, involvement=INVOLVED, auditor=cast["panel.pol"], by=cast["lead.pol"]
    )
    assert open_item(late).owner == cast["panel.pol"]
    member = audit.panel.members.get(person=cast["panel.pol"])
    moderation.prepared(member=member, conflicts=[return_.case], why="Kin", by=cast["panel.pol"])
    assert open_item(late).owner is None
    assert AgencyReturn.objects.get(pk=late.pk).auditor is None


def with_conflict(cast: Cast, name: str, return_: AgencyReturn) -> None:
    """A lead who began to audit the case themselves has a conflict of interest with it."""
    lead = cast[name]
    returns.say_involved(return_=return_, involvement=INVOLVED, auditor=lead, by=lead)
    returns.declare(return_=return_, independent=False, conflict="A cousin", by=lead)


def test_a_lead_in_conflict_is_not_asked_to_sign_off_and_cannot(cast: Cast) -> None:
    second = cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    return_ = factories.a_return(factories.audit_issued(cast))
    with_conflict(cast, "lead.pol", return_)
    auditor = cast["auditor.pol"]
    returns.assign_auditor(return_=return_, auditor=auditor, by=second)
    returns.declare(return_=return_, independent=True, by=auditor)
    returns.save_answers(return_=return_, answers=factories.full_answers(return_), by=auditor)
    return_ = returns.submit(return_=return_, by=auditor)
    assert open_item(return_).owner == second
    with pytest.raises(NotAllowed, match="conflict of interest"):
        returns.sign_off(return_=return_, by=cast["lead.pol"])
    with pytest.raises(NotAllowed, match="conflict of interest"):
        returns.hand_back(return_=return_, why="Dates", by=cast["lead.pol"])
    assert returns.sign_off(return_=return_, by=second).state == ReturnState.SUBMITTED


def test_where_every_lead_is_in_conflict_the_coordinator_hears_of_it(cast: Cast) -> None:
    return_ = factories.a_return(factories.audit_issued(cast))
    with_conflict(cast, "lead.pol", return_)
    auditor = cast["auditor.pol"]
    returns.assign_auditor(return_=return_, auditor=auditor, by=cast["coordinator"])
    returns.declare(return_=return_, independent=True, by=auditor)
    returns.save_answers(return_=return_, answers=factories.full_answers(return_), by=auditor)
    return_ = returns.submit(return_=return_, by=auditor)
    item = open_item(return_)
    assert item.owner is None
    told = Notification.objects.filter(event="task.waiting", event_key=f"waiting-{item.pk}")
    assert {row.recipient for row in told} == {cast["coordinator"]}
    second = cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    assignment.give(item=item, to=second, by=cast["coordinator"])
    assert returns.sign_off(return_=return_, by=second).state == ReturnState.SUBMITTED


@pytest.mark.parametrize("name", ["coordinator", "auditor.pol", "lead.csc"])
def test_what_is_asked_of_an_agencys_lead_is_held_by_its_leads_alone(cast: Cast, name: str) -> None:
    item = open_item(factories.a_return(factories.audit_issued(cast)))
    with pytest.raises(NotAllowed):
        assignment.give(item=item, to=cast[name], by=cast["coordinator"], why="Please")


def test_whoever_stepped_out_is_not_named_as_the_one_who_decided(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    case = steps_out(cast, audit, "panel.csc")
    return_ = factories.a_return(audit)
    [grade] = cast.tool.scale.grades.filter(code="G")
    given: dict[str, Any] = {"return_": return_, "grade": grade, "reason": "Agreed"}
    for said, refusal in {
        "Panel Csc": "conflict of interest",
        "Panel Csc alone": "Say who decided",
        "Coordinator Jo": "Say who decided",
        "the chair and I": "Say who decided",
    }.items():
        with pytest.raises((NotAllowed, NotYet), match=refusal):
            moderation.grade_agency(**given, decided_by=said, by=cast["chair"])
    assert return_.case == case
    assert moderation.grade_agency(**given, decided_by="The panel", by=cast["chair"]).current


def test_a_chair_in_conflict_does_not_decide_alone(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    steps_out(cast, audit, "chair")
    return_ = factories.a_return(audit)
    [grade] = cast.tool.scale.grades.filter(code="G")
    for said in ("The chair", "Chair"):
        with pytest.raises(NotAllowed, match="conflict of interest"):
            moderation.grade_agency(
                return_=return_,
                grade=grade,
                reason="Agreed",
                decided_by=said,
                by=cast["coordinator"],
            )


def test_nobody_records_what_a_case_shows_that_is_hidden_from_them(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    case = steps_out(cast, audit, "panel.csc")
    for each in audit.cases.all():
        factories.case_moderated(cast, each)
    factories.panel_sat(cast, audit)
    audit = moderation.conclude(audit=audit, by=cast["coordinator"])
    told: dict[str, Any] = {
        "audit": audit,
        "kind": "learning",
        "title": "T",
        "text": "T",
        "cases": [case],
    }
    with pytest.raises(NotAllowed, match="conflict of interest"):
        findings.record_finding(**told, by=cast["panel.csc"])
    finding = findings.record_finding(**told, by=cast["panel.pol"])
    changed: dict[str, Any] = {
        "title": "U",
        "text": "U",
        "cases": [case],
        "domains": (),
        "agencies": (),
    }
    assert findings.edit_finding(finding=finding, **changed, by=cast["panel.csc"]).title == "U"


# --- links and pages agree -----------------------------------------------------------------------


def test_the_stage_of_moderation_is_linked_for_whoever_has_a_seat(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    names = ("coordinator", "chair", "panel.pol", "panel.csc", "panel.edu", "qppa", "board")
    seated = {name for name in names if pages.page_of(audit, audit.stage, cast[name])}
    sitting = {member.person for member in audit.panel.members.all()}
    assert {cast[name] for name in seated} == {cast["coordinator"], *sitting}
