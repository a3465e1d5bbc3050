"""Issuing an audit, and replacing a case, before and after."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.people import services as people
from macfa.people.models import Agency, Setting, Team, User
from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.desks import desk_of, desks_of
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from workflows import clock, ledger, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, WrongState
from workflows.models import Assignment, LedgerEntry, WorkItem
from workflows.working_days import add_working_days


def test_every_case_goes_to_every_agency(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    cells = set(audit.returns.values_list("case__label", "agency__code"))
    assert cells == {(case, code) for case in ("NEG-01", "NEG-02") for code in cast.agencies}
    assert {return_.state for return_ in audit.returns.all()} == {ReturnState.ISSUED}
    assert {return_.due for return_ in audit.returns.all()} == {audit.due(Stage.AGENCY_AUDITS)}


def test_an_audit_issued_late_leaves_the_agencies_their_time(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    after = clock.now() + timedelta(days=120)
    with clock.playing(after):
        assert audit.due(Stage.AGENCY_AUDITS) < clock.today()
        returns = services.issue(audit=audit, by=cast["coordinator"])
        due = add_working_days(clock.today(), 10)
    assert {return_.due for return_ in returns} == {due}
    assert {item.due for item in WorkItem.objects.open().filter(owner=cast["lead.pol"])} == {due}


def test_a_rapid_audit_keeps_the_short_time_that_was_planned(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    soon = add_working_days(clock.today(), 3)
    audit.stage_dates.filter(stage=Stage.AGENCY_AUDITS).update(planned=soon)
    returns = services.issue(audit=audit, by=cast["coordinator"])
    assert {return_.due for return_ in returns} == {soon}


def test_the_audit_and_its_cases_move_on(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    assert audit.stage == Stage.AGENCY_AUDITS
    assert {case.state for case in audit.cases.all()} == {CaseState.WITH_AGENCIES}


def test_each_lead_has_a_task_an_assignment_and_a_notification_for_each_case(cast: Cast) -> None:
    factories.audit_issued(cast)
    lead = cast["lead.pol"]
    items = WorkItem.objects.open().filter(owner=lead)
    assert {item.reference for item in items} == {"NEG-01 POL", "NEG-02 POL"}
    assert Assignment.objects.filter(person=lead).count() == 2
    told = Notification.objects.filter(recipient=lead, event="task.assigned")
    assert told.count() == 2


def test_with_two_leads_the_work_waits_for_one_of_them(cast: Cast) -> None:
    cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    factories.audit_issued(cast)
    items = WorkItem.objects.open().filter(team__agency=cast.agencies["POL"])
    assert [item.owner for item in items] == [None, None]
    told = Notification.objects.filter(recipient=cast["lead2.pol"], event="task.waiting")
    assert told.count() == 1


def test_an_agency_without_a_lead_has_its_work_in_the_queue(cast: Cast) -> None:
    housing = people.add_agency(partnership=cast.partnership, code="HOU", name="Housing")
    audit = factories.audit_drawn(cast)
    audit.agencies.add(housing)
    services.issue(audit=audit, by=cast["coordinator"])
    assert WorkItem.objects.open().filter(team__agency=housing, owner=None).count() == 2


def test_looking_up_an_agency_where_nobody_works_writes_nothing(cast: Cast) -> None:
    agency = Agency.objects.create(partnership=cast.partnership, code="NEW", name="New")
    before = Team.objects.count()
    assert desk_of(agency, Role.AGENCY_LEAD, case=0).people == ()
    assert desks_of([agency], Role.AUDITOR)[agency.pk].only_one is None
    assert Team.objects.count() == before
    assert desk_of(agency, Role.AUDITOR, case=0).team.agency == agency


def test_a_case_goes_to_the_settings_chosen_for_it(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    hill, brook = Setting.objects.filter(agency=cast.agencies["EDU"]).order_by("-name")
    first, second = audit.cases.all()
    services.issue(audit=audit, settings={first.pk: [hill, brook]}, by=cast["coordinator"])
    education = audit.returns.filter(agency__code="EDU")
    assert {return_.setting for return_ in education.filter(case=first)} == {hill, brook}
    assert [return_.setting for return_ in education.filter(case=second)] == [None]
    assert str(education.get(setting=hill)) == "NEG-01 Hill School"


def test_a_setting_of_an_agency_that_takes_no_part_is_refused(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    stranger = Setting.objects.filter(agency=assemble("elsewhere").agencies["EDU"])
    chosen = {audit.cases.all()[0].pk: list(stranger)}
    with pytest.raises(NotAllowed):
        services.issue(audit=audit, settings=chosen, by=cast["coordinator"])
    assert not AgencyReturn.objects.exists()


def test_nothing_is_issued_without_a_case(cast: Cast) -> None:
    audit = factories.audit_scoped(cast)
    with pytest.raises(NotYet, match="no case"):
        services.issue(audit=audit, by=cast["coordinator"])


@pytest.mark.parametrize("name", ["lead.pol", "chair", "admin"])
def test_only_the_coordinator_issues(cast: Cast, name: str) -> None:
    audit = factories.audit_drawn(cast)
    with pytest.raises(NotAllowed):
        services.issue(audit=audit, by=cast[name])


def test_a_coordinator_of_another_partnership_does_not_issue(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    with pytest.raises(NotAllowed):
        services.issue(audit=audit, by=assemble("elsewhere")["coordinator"])


def test_an_audit_is_issued_once(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    with pytest.raises(WrongState):
        services.issue(audit=audit, by=cast["coordinator"])


def test_the_same_form_issues_once(cast: Cast) -> None:
    audit = Audit.objects.get(pk=factories.audit_drawn(cast).pk)
    services.issue(audit=audit, by=cast["coordinator"], expects=audit.version, token="one")
    with pytest.raises(AlreadyDone):
        services.issue(audit=audit, by=cast["coordinator"], expects=audit.version, token="one")
    assert audit.returns.count() == 6


def test_leads_see_their_own_agencys_returns_and_no_others(cast: Cast) -> None:
    factories.audit_issued(cast)
    seen = AgencyReturn.objects.visible_to(cast["lead.pol"])
    assert {return_.agency.code for return_ in seen} == {"POL"}
    assert AgencyReturn.objects.visible_to(cast["coordinator"]).count() == 6
    for name in ("auditor.pol", "panel.pol", "qppa", "board", "admin"):
        assert not AgencyReturn.objects.visible_to(cast[name]).exists()
    stranger = assemble("elsewhere")["coordinator"]
    assert not AgencyReturn.objects.visible_to(stranger).exists()


def test_every_return_has_its_first_entry_in_a_whole_ledger(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    entries = LedgerEntry.objects.filter(record_type="returns.agencyreturn", verb="issued")
    assert entries.count() == audit.returns.count()
    assert not list(ledger.faults())


def large_audit(cast: Cast, prefix: str, cases: int) -> Audit:
    """An audit with more cases than a draw of the tests has."""
    audit = factories.audit_drawn(cast, prefix)
    first = audit.cases.all()[0]
    Case.objects.bulk_create(
        Case(audit=audit, draw=first.draw, number=number, label=f"{prefix}-{number:02}")
        for number in range(3, cases + 1)
    )
    return audit


def with_ten_agencies(cast: Cast) -> None:
    for number in range(7):
        code = f"A{number}"
        cast.agencies[code] = people.add_agency(
            partnership=cast.partnership, code=code, name=f"Agency {number}"
        )
        cast.add(f"lead.{code.lower()}", Role.AGENCY_LEAD, code)


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_statements_grow_with_batches_and_not_with_returns(cast: Cast) -> None:
    with_ten_agencies(cast)
    few, many = large_audit(cast, "FEW", 10), large_audit(cast, "MNY", 40)
    by = cast["coordinator"]
    of_few = statements(lambda: services.issue(audit=few, by=by))
    of_many = statements(lambda: services.issue(audit=many, by=by))
    assert (few.returns.count(), many.returns.count()) == (100, 400)
    # Each statement carries tens of rows even where a database takes few values in one.
    assert of_few < 100
    assert of_many - of_few < 300 / 3


# --- replacing a case ----------------------------------------------------------------------------


def test_a_reserve_takes_the_place_of_a_case(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    case = audit.cases.get(label="NEG-02")
    fresh = services.replace_case(case=case, reason="Moved area", by=cast["coordinator"])
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.replaced_by, case.label) == (CaseState.REPLACED, fresh, "NEG-02")
    assert case.replaced_because == "Moved area"
    assert (fresh.label, fresh.stratum) == ("NEG-03", case.stratum)
    assert [each.label for each in audit.cases.counted()] == ["NEG-01", "NEG-03"]


def test_the_returns_of_a_replaced_case_are_withdrawn_and_their_owners_told(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    case = audit.cases.get(label="NEG-02")
    education = audit.returns.get(case=case, agency__code="EDU")
    factories.nil(cast, education)
    police = factories.drafting(cast, audit.returns.get(case=case, agency__code="POL"))
    services.replace_case(case=case, reason="Moved area", by=cast["coordinator"])
    assert {return_.state for return_ in case.returns.all()} == {ReturnState.WITHDRAWN}
    assert not WorkItem.objects.open().filter(subject_id=police.pk, reference="NEG-02 POL").exists()
    told = Notification.objects.filter(recipient=cast["auditor.pol"], event="task.withdrawn")
    assert [message.text for message in told] == [
        "No longer needed: Audit your agency’s work NEG-02 POL"
    ]


def test_the_new_case_goes_out_with_due_dates_of_its_own(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    audit.stage_dates.filter(stage=Stage.AGENCY_AUDITS).update(planned=clock.today())
    case = audit.cases.get(label="NEG-02")
    fresh = services.replace_case(case=case, reason="Moved area", by=cast["coordinator"])
    assert {return_.due for return_ in fresh.returns.all()} == {add_working_days(clock.today(), 10)}
    assert fresh.returns.count() == 3
    assert WorkItem.objects.open().filter(owner=cast["lead.pol"], reference="NEG-03 POL").exists()
    assert fresh.returns.first() in AgencyReturn.objects.visible_to(cast["lead.csc"])


def test_before_issue_the_new_case_waits_with_the_others(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    case = audit.cases.get(label="NEG-02")
    fresh = services.replace_case(case=case, reason="Moved area", by=cast["coordinator"])
    assert fresh.state == CaseState.DRAWN
    assert not fresh.returns.exists()
    services.issue(audit=audit, by=cast["coordinator"])
    assert {r.case.label for r in audit.returns.all()} == {"NEG-01", "NEG-03"}


def test_a_case_is_replaced_only_with_a_reason_and_a_reserve(cast: Cast) -> None:
    by = cast["coordinator"]
    audit = factories.audit_issued(cast)
    case = audit.cases.get(label="NEG-02")
    with pytest.raises(NotYet, match="Say why NEG-02"):
        services.replace_case(case=case, reason=" ", by=by)
    case = services.replace_case(case=case, reason="Moved area", by=by)
    with pytest.raises(NotYet, match="No reserve"):
        services.replace_case(case=case, reason="Moved area", by=by)
    assert Case.objects.get(pk=case.pk).state == CaseState.WITH_AGENCIES


def test_a_released_case_is_not_replaced(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    with pytest.raises(WrongState):
        services.replace_case(case=audit.cases.all()[0], reason="Late", by=cast["coordinator"])


@pytest.mark.parametrize("who", ["lead.pol", "auditor.pol", "chair"])
def test_only_the_coordinator_replaces(cast: Cast, who: str) -> None:
    audit = factories.audit_issued(cast)
    by: User = cast[who]
    with pytest.raises(NotAllowed):
        services.replace_case(case=audit.cases.all()[0], reason="Moved", by=by)


# --- a case more ---------------------------------------------------------------------------------


def added(cast: Cast, audit: Audit, who: str = "coordinator", **changed: Any) -> Case:
    """Another child on a protection plan, as the QPPA asked."""
    given = {"stratum": "CP", "reason": "A second plan", "approved_by": "The QPPA chair", **changed}
    return services.add_case(audit=audit, **given, by=cast[who])


def test_a_case_joins_an_audit_that_is_out_with_a_reason_and_an_approver(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    audit.stage_dates.filter(stage=Stage.AGENCY_AUDITS).update(planned=clock.today())
    case = added(cast, audit)
    assert (case.label, case.stratum, case.state) == ("NEG-03", "CP", CaseState.WITH_AGENCIES)
    assert (case.added_because, case.added_approved_by) == ("A second plan", "The QPPA chair")
    assert {return_.due for return_ in case.returns.all()} == {add_working_days(clock.today(), 10)}
    assert case.returns.count() == audit.agencies.count()
    assert WorkItem.objects.open().filter(owner=cast["lead.pol"], reference="NEG-03 POL").exists()
    assert Case.objects.visible_to(cast["lead.csc"]).filter(pk=case.pk).exists()
    said = [line.sentence for line in timeline.lines(timeline.of_record(case))]
    assert (
        "Coordinator added the case to the audit under way, from the reserve of stratum CP" in said
    )
    assert "Coordinator added the case NEG-03" in [
        line.sentence for line in timeline.lines(timeline.of_record(audit))
    ]
    assert not list(ledger.faults())


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"reason": " "}, "Say why the case is added"),
        ({"approved_by": ""}, "Say who approved it"),
        ({"stratum": "nowhere"}, "No reserve is left"),
    ],
)
def test_a_case_is_not_added_without(cast: Cast, changed: dict[str, str], missing: str) -> None:
    audit = factories.audit_issued(cast)
    with pytest.raises(NotYet, match=missing):
        added(cast, audit, **changed)
    assert audit.cases.count() == 2


@pytest.mark.parametrize("who", ["lead.pol", "auditor.pol", "chair"])
def test_only_the_coordinator_adds_a_case(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        added(cast, factories.audit_issued(cast), who)


def test_no_case_is_added_once_the_panel_has_begun(cast: Cast) -> None:
    with pytest.raises(WrongState, match="during agency audits"):
        added(cast, factories.audit_convened(cast))
