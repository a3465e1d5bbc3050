"""Reminders, more time, and returns that never come."""

from datetime import UTC, datetime, timedelta

import pytest

from macfa.audits.models import Audit
from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Reminder
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import has_left
from workflows import clock, invariants, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, WrongState
from workflows.models import WorkItem


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_issued(cast)


def told(cast: Cast, name: str, event: str = "return.reminder") -> list[str]:
    rows = Notification.objects.filter(recipient=cast[name], event=event).order_by("seq")
    return [row.text for row in rows]


def test_whoever_has_the_work_is_reminded(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    services.remind(return_=return_, note="Panel pack", by=cast["coordinator"])
    due = f"{return_.due:%-d %B %Y}"
    assert told(cast, "auditor.pol") == [f"Reminder: your return on NEG-01 is due {due}"]
    assert told(cast, "lead.pol") == []
    [reminder] = Reminder.objects.all()
    assert (reminder.person, reminder.by) == (cast["auditor.pol"], cast["coordinator"])
    [line] = [x for x in timeline.lines(timeline.of_record(return_)) if "reminded" in x.sentence]
    assert (line.sentence, line.text) == ("Coordinator reminded Auditor Pol", "Panel pack")


def test_where_nobody_has_it_every_lead_is_reminded(cast: Cast) -> None:
    cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    return_ = factories.a_return(factories.audit_issued(cast))
    services.remind(return_=return_, by=cast["coordinator"])
    assert len(told(cast, "lead.pol")) == len(told(cast, "lead2.pol")) == 1


def test_a_reminder_says_when_it_was_due(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    after = datetime.combine(return_.due, datetime.min.time(), UTC) + timedelta(days=2, hours=9)
    with clock.playing(after):
        services.remind(return_=return_, by=cast["coordinator"])
    assert "was due" in told(cast, "lead.pol")[0]


def test_a_lead_reminds_their_auditor_and_nobody_themselves(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    with pytest.raises(NotYet, match="waiting for you"):
        services.remind(return_=return_, by=cast["lead.pol"])
    return_ = factories.drafting(cast, return_)
    services.remind(return_=return_, by=cast["lead.pol"])
    assert len(told(cast, "auditor.pol")) == 1


@pytest.mark.parametrize("name", ["auditor.pol", "lead.csc", "chair", "board"])
def test_others_do_not_remind(cast: Cast, audit: Audit, name: str) -> None:
    with pytest.raises(NotAllowed):
        services.remind(return_=factories.a_return(audit), by=cast[name])


def test_nobody_is_reminded_of_a_return_that_is_in(cast: Cast, audit: Audit) -> None:
    return_ = factories.nil(cast, factories.a_return(audit))
    with pytest.raises(WrongState):
        services.remind(return_=return_, by=cast["coordinator"])


def test_all_who_owe_are_reminded_once_a_day_and_told_once(cast: Cast, audit: Audit) -> None:
    factories.nil(cast, factories.a_return(audit, "EDU"))
    first = services.remind_all_outstanding(audit=audit, by=cast["coordinator"])
    again = services.remind_all_outstanding(audit=audit, by=cast["coordinator"])
    assert (len(first), len(again)) == (5, 0)
    due = f"{first[0].agency_return.due:%-d %B %Y}"
    assert told(cast, "lead.pol") == [
        f"Reminder: 2 returns are waiting for you. The earliest is due {due}"
    ]
    assert told(cast, "lead.edu") == [f"Reminder: your return on NEG-02 is due {due}"]
    with clock.playing(clock.now() + timedelta(days=1)):
        assert len(services.remind_all_outstanding(audit=audit, by=cast["coordinator"])) == 5


def test_only_the_coordinator_reminds_all(cast: Cast, audit: Audit) -> None:
    for by in (cast["lead.pol"], assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.remind_all_outstanding(audit=audit, by=by)


def test_an_extension_moves_the_return_and_its_work(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    later = return_.due + timedelta(days=7)
    old, new = f"{return_.due:%-d %B %Y}", f"{later:%-d %B %Y}"
    return_ = services.extend(
        return_=return_, due=later, reason="Half-term", by=cast["coordinator"]
    )
    assert return_.due == later
    assert WorkItem.objects.open().get(owner=cast["auditor.pol"]).due == later
    assert told(cast, "auditor.pol", "return.extended") == [
        f"New due date: your return on NEG-01 is due {new}"
    ]
    [line] = [x for x in timeline.lines(timeline.of_record(return_)) if "due date" in x.sentence]
    assert line.sentence == f"Coordinator moved the due date from {old} to {new}"


@pytest.mark.parametrize("days", [0, -1])
def test_an_extension_is_later_than_before(cast: Cast, audit: Audit, days: int) -> None:
    return_ = factories.a_return(audit)
    due = return_.due + timedelta(days=days)
    with pytest.raises(NotYet):
        services.extend(return_=return_, due=due, reason="Half-term", by=cast["coordinator"])


def test_a_return_that_never_comes_is_recorded_with_a_reason(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    by = cast["coordinator"]
    with pytest.raises(NotYet):
        services.record_not_returned(return_=return_, reason=" ", by=by)
    return_ = services.record_not_returned(return_=return_, reason="Staff left", by=by)
    assert (return_.state, return_.not_returned_because) == (ReturnState.NOT_RETURNED, "Staff left")
    assert not WorkItem.objects.open().filter(reference="NEG-01 POL").exists()
    assert len(told(cast, "auditor.pol", "task.withdrawn")) == 1


def test_it_may_still_come_late(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    by = cast["coordinator"]
    return_ = services.record_not_returned(return_=return_, reason="Staff left", by=by)
    return_ = services.accept_late(return_=return_, why="Found after all", by=by)
    assert (return_.state, return_.not_returned_because) == (ReturnState.DRAFTING, "")
    assert WorkItem.objects.open().get(reference="NEG-01 POL").owner == cast["auditor.pol"]


def test_an_agency_that_never_answered_says_first_whether_it_was_involved(cast: Cast) -> None:
    audit, by = factories.audit_convened(cast, missing="POL"), cast["coordinator"]
    late = factories.a_return(audit)
    late = services.accept_late(return_=late, why="Found after all", by=by)
    assert (late.state, late.auditor) == (ReturnState.ISSUED, None)
    [item] = WorkItem.objects.open().filter(reference="NEG-01 POL")
    assert (item.title, item.owner) == ("Say whether you were involved", cast["lead.pol"])
    line = timeline.lines(timeline.of_record(late))[1]
    assert line.sentence == "Coordinator let the agency answer late"
    late = factories.nil(cast, late)
    assert (late.state, late.late) == (ReturnState.NIL, True)
    assert list(invariants.faults()) == []


@pytest.mark.parametrize("name", ["lead.pol", "auditor.pol", "panel.pol", "chair"])
def test_only_the_coordinator_decides_about_time(cast: Cast, audit: Audit, name: str) -> None:
    return_ = factories.a_return(audit)
    due = return_.due + timedelta(days=7)
    with pytest.raises(NotAllowed):
        services.extend(return_=return_, due=due, reason="Leave", by=cast[name])
    with pytest.raises(NotAllowed):
        services.record_not_returned(return_=return_, reason="Leave", by=cast[name])
    with pytest.raises(NotAllowed):
        services.accept_late(return_=return_, why="Late", by=cast[name])


def test_the_same_reminder_form_reminds_once(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    services.remind(return_=return_, by=cast["coordinator"], token="one")
    with pytest.raises(AlreadyDone):
        services.remind(return_=return_, by=cast["coordinator"], token="one")
    assert AgencyReturn.objects.get(pk=return_.pk).reminders.count() == 1


# --- the last one --------------------------------------------------------------------------------

ALL_IN = "Every return of NEG is in or accounted for"


def leave_one(cast: Cast, audit: Audit, agency: str) -> AgencyReturn:
    """Every return is in but one."""
    last = factories.a_return(audit, agency)
    for return_ in audit.returns.exclude(pk=last.pk):
        factories.nil(cast, return_)
    assert told(cast, "coordinator", "returns.in") == []
    return last


@pytest.mark.parametrize("agency", ["CSC", "POL"])
def test_the_coordinator_hears_when_the_last_return_is_submitted(
    cast: Cast, audit: Audit, agency: str
) -> None:
    factories.submitted(cast, leave_one(cast, audit, agency))
    assert told(cast, "coordinator", "returns.in") == [ALL_IN]


def test_the_coordinator_hears_when_the_last_return_is_nil_each_time(
    cast: Cast, audit: Audit
) -> None:
    last = factories.nil(cast, leave_one(cast, audit, "CSC"))
    assert told(cast, "coordinator", "returns.in") == [ALL_IN]
    services.take_back_nil(return_=last, why="They were known", by=cast["lead.csc"])
    factories.nil(cast, last)
    assert told(cast, "coordinator", "returns.in") == [ALL_IN, ALL_IN]


def test_a_coordinator_who_accounts_for_the_last_return_needs_no_telling(
    cast: Cast, audit: Audit
) -> None:
    other = cast.add("coordinator2", Role.COORDINATOR)
    last = leave_one(cast, audit, "CSC")
    services.record_not_returned(return_=last, reason="Staff left", by=cast["coordinator"])
    assert told(cast, "coordinator", "returns.in") == []
    services.accept_late(return_=last, why="They asked", by=other)
    services.record_not_returned(return_=last, reason="Staff left", by=other)
    assert told(cast, "coordinator", "returns.in") == [ALL_IN]


def test_every_coordinator_hears_it_where_theirs_has_left(cast: Cast, audit: Audit) -> None:
    cast.add("coordinator2", Role.COORDINATOR)
    last = leave_one(cast, audit, "CSC")
    has_left(cast["coordinator"])
    factories.nil(cast, last)
    assert told(cast, "coordinator2", "returns.in") == [ALL_IN]
    assert told(cast, "coordinator", "returns.in") == []
