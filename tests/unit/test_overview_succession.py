"""An agency is merged or renamed: what was said stays, what is open goes over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from macfa.improvement import services as improvement
from macfa.improvement.models import Action
from macfa.overview import services
from macfa.people import services as people
from macfa.people.models import Agency
from macfa.people.roles import Role
from macfa.people.rules import holds
from macfa.returns import services as returns
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from notifications.models import Notification
from tests import factories
from tests.cast import assemble
from workflows import clock, ledger, timeline
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.models import WorkItem

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import Succession
    from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHY = "Its services move to children’s social care."


def merged(cast: Cast, who: str = "coordinator", **changed: Any) -> Succession:
    """The police go over to children's social care."""
    given = {
        "agency": cast.agencies["POL"],
        "into": cast.agencies["CSC"],
        "on": clock.today(),
        "why": WHY,
        **changed,
    }
    return services.merge_agency(**given, by=cast[who])


def renamed(cast: Cast, **changed: Any) -> Succession:
    """The police get a new name."""
    given = {"code": "wmp", "name": "Westmarch Police", "on": clock.today(), **changed}
    given.setdefault("why", "A new name.")
    return services.rename_agency(agency=cast.agencies["POL"], **given, by=cast["coordinator"])


def of_the_police(audit: Audit) -> AgencyReturn:
    return AgencyReturn.objects.get(audit=audit, case__number=1, agency__code="POL")


def test_the_successors_lead_sees_to_the_open_returns(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    return_ = of_the_police(audit)
    merged(cast)
    item = WorkItem.objects.open().get(reference="NEG-01 POL")
    assert item.owner is None
    assert AgencyReturn.objects.visible_to(cast["lead.csc"]).filter(pk=return_.pk).exists()
    assert not AgencyReturn.objects.visible_to(cast["lead.pol"]).filter(pk=return_.pk).exists()
    returns.say_involved(
        return_=return_, involvement="involved", auditor=cast["auditor.csc"], by=cast["lead.csc"]
    )
    return_ = of_the_police(audit)
    assert (return_.agency.name, return_.auditor) == ("Police", cast["auditor.csc"])
    with pytest.raises(NotAllowed):
        returns.take_back_involved(return_=return_, why="No.", by=cast["lead.pol"])
    assert list(ledger.faults()) == []


def test_a_draft_goes_back_to_the_queue_and_its_auditor_loses_the_case(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    return_ = factories.drafting(cast, of_the_police(audit))
    merged(cast)
    return_ = of_the_police(audit)
    assert (return_.state, return_.auditor) == (ReturnState.DRAFTING, None)
    assert not AgencyReturn.objects.visible_to(cast["auditor.pol"]).exists()
    sentences = [line.sentence for line in timeline.lines(timeline.of_record(return_))]
    assert any("Children’s Social Care carries on for Police" in each for each in sentences)


def test_whoever_works_for_both_keeps_what_they_hold(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    factories.drafting(cast, of_the_police(audit))
    people.join(
        person=cast["auditor.pol"],
        partnership=cast.partnership,
        role=Role.AUDITOR,
        agency=cast.agencies["CSC"],
    )
    merged(cast)
    assert of_the_police(audit).auditor == cast["auditor.pol"]


def test_what_was_submitted_keeps_its_name_and_grade(cast: Cast) -> None:
    audit = factories.audit_returned(cast)
    before = of_the_police(audit)
    merged(cast)
    after = of_the_police(audit)
    assert (after.agency, after.grade, after.version) == (
        before.agency,
        before.grade,
        before.version,
    )


def test_actions_move_to_a_lead_of_the_successor_with_number_and_due_date(cast: Cast) -> None:
    audit = factories.audit_published(cast)
    before = audit.actions.get()
    merged(cast, agency=cast.agencies["CSC"], into=cast.agencies["POL"])
    after = Action.objects.get()
    assert (after.agency, after.owner) == (cast.agencies["POL"], cast["lead.pol"])
    assert (after.number, after.due, after.measure) == (before.number, before.due, before.measure)
    assert WorkItem.objects.open().get(title="Carry out the action").owner == cast["lead.pol"]


def test_an_action_that_is_offered_elsewhere_moves_too_and_nobody_else_is_asked(
    cast: Cast,
) -> None:
    action = factories.audit_published(cast).actions.get()
    csc, edu, pol = (cast.agencies[code] for code in ("CSC", "EDU", "POL"))
    improvement.offer(action=action, agency=edu, why="Theirs.", by=cast["coordinator"])
    merged(cast, agency=csc, into=pol)
    after = Action.objects.get()
    assert (after.agency, after.owner, after.offered_to) == (pol, cast["lead.pol"], None)
    of_action = WorkItem.objects.open().filter(reference=action.reference)
    assert [item.title for item in of_action] == ["Carry out the action"]
    told = Notification.objects.of(cast["lead.edu"].pk).get(event="task.withdrawn")
    assert action.reference in told.text


def test_an_action_carries_on_only_at_the_successor_of_its_agency(cast: Cast) -> None:
    action = factories.audit_published(cast).actions.get()
    with pytest.raises(NotYet, match="No other agency carries on"):
        improvement.carry_on(
            action=action, owner=cast["lead.pol"], why="Theirs.", by=cast["coordinator"]
        )


def test_the_successors_leads_are_told_once_what_comes_to_them(cast: Cast) -> None:
    factories.audit_issued(cast)
    merged(cast)
    told = Notification.objects.get(event="agency.succeeded")
    assert told.recipient == cast["lead.csc"]
    assert told.text == (
        "Children’s Social Care carries on for Police. Open returns: 2, actions: 0."
    )


def test_audits_not_issued_yet_ask_the_successor(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    merged(cast)
    assert set(audit.agencies.all()) == {cast.agencies["CSC"], cast.agencies["EDU"]}
    line = timeline.lines(timeline.of_record(audit)[:1])[0]
    assert "Children’s Social Care carries on for Police" in line.sentence


def test_a_case_added_later_goes_to_the_successor_alone(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    new = renamed(cast).successor
    case = returns.replace_case(
        case=audit.cases.get(number=1), reason="Moved.", by=cast["coordinator"]
    )
    asked = {return_.agency for return_ in case.returns.all()}
    assert new in asked
    assert cast.agencies["POL"] not in asked


def test_a_renamed_agency_keeps_its_people_and_their_work(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    factories.drafting(cast, of_the_police(audit))
    done = renamed(cast)
    assert (done.successor.code, done.successor.name) == ("WMP", "Westmarch Police")
    for name, role in (("lead.pol", Role.AGENCY_LEAD), ("panel.pol", Role.PANEL)):
        assert holds(cast[name], role, cast.partnership, done.successor)
    assert of_the_police(audit).auditor == cast["auditor.pol"]
    factories.nil(cast, AgencyReturn.objects.get(audit=audit, case__number=2, agency__code="POL"))


def test_the_agency_ends_the_day_before_and_is_offered_no_more(cast: Cast) -> None:
    done = merged(cast)
    old = Agency.objects.get(code="POL")
    assert (old.until, old.successor) == (clock.today() - timedelta(days=1), done.successor)
    assert old not in cast.partnership.agencies.on(clock.today())
    line = timeline.lines(timeline.of_record(done))[0]
    assert "recorded that Children’s Social Care carries on for Police from" in line.sentence
    assert line.text == WHY


def test_only_a_coordinator_of_the_partnership_records_it(cast: Cast) -> None:
    elsewhere = assemble("elsewhere")
    for who in ("lead.pol", "lead.csc", "chair", "qppa", "admin"):
        with pytest.raises(NotAllowed):
            merged(cast, who)
    with pytest.raises(NotAllowed):
        services.merge_agency(
            agency=cast.agencies["POL"],
            into=cast.agencies["CSC"],
            on=clock.today(),
            why=WHY,
            by=elsewhere["coordinator"],
        )
    with pytest.raises(NotAllowed, match="your own partnership"):
        merged(cast, into=elsewhere.agencies["CSC"])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"why": " "}, "what happens"), ({"on": clock.today() + timedelta(days=9)}, "today or an")],
)
def test_it_says_why_and_from_a_day_that_has_come(
    cast: Cast, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotYet, match=sentence):
        merged(cast, **changed)


def test_the_successor_goes_on_and_has_a_lead(cast: Cast) -> None:
    empty = people.add_agency(partnership=cast.partnership, code="NEW", name="New Trust")
    with pytest.raises(NotYet, match="no lead yet"):
        merged(cast, into=empty)
    with pytest.raises(NotYet, match="goes on after"):
        merged(cast, into=cast.agencies["POL"])
    merged(cast)
    with pytest.raises(WrongState, match="ended already"):
        merged(cast)


def test_a_new_agency_has_a_name_and_a_short_name_of_its_own(cast: Cast) -> None:
    with pytest.raises(NotYet, match="Enter the name"):
        renamed(cast, name=" ")
    with pytest.raises(NotYet, match="CSC is the short name"):
        renamed(cast, code="csc")
    assert not Agency.objects.filter(name="Westmarch Police").exists()
