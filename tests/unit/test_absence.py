"""Being away: who says so, who covers, and where work goes meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from macfa.people import absences, away
from macfa.people.models import Absence, User
from macfa.returns import services as returns
from macfa.sampling.access import step_out
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import waiting
from workflows import clock, timeline
from workflows.assignment import give
from workflows.candidates import candidates, unfit
from workflows.errors import AlreadyDone, NotAllowed, NotYet
from workflows.handing_over import holders
from workflows.models import WorkItem

if TYPE_CHECKING:
    from workflows.models import Assignment

pytestmark = pytest.mark.django_db


def days(first: int, last: int) -> dict[str, Any]:
    today = clock.today()
    return {"first": today + timedelta(days=first), "last": today + timedelta(days=last)}


def gone(cast: Cast, name: str = "auditor.csc", by: str = "", **changed: Any) -> Absence:
    """Somebody is away this week."""
    given = {**days(0, 6), "cover": cast["auditor2.csc"], **changed}
    return absences.record_absence(person=fresh(cast, name), by=cast[by or name], **given)


def fresh(cast: Cast, name: str) -> User:
    return User.objects.get(pk=cast[name].pk)


def told(person: User) -> list[str]:
    return [row.text for row in Notification.objects.of(person.pk).filter(event="absence.recorded")]


# --- saying so ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["auditor.csc", "lead.csc", "coordinator"])
def test_the_person_their_lead_and_the_coordinator_record_it(cast: Cast, by: str) -> None:
    absence = gone(cast, by=by)
    assert fresh(cast, "auditor.csc").absence == absence
    line = timeline.lines(timeline.of_record(absence))[0].sentence
    assert "recorded that Auditor Csc is away from" in line


@pytest.mark.parametrize("by", ["auditor2.csc", "lead.pol", "chair", "admin"])
def test_nobody_else_records_it_or_says_that_they_are_back(cast: Cast, by: str) -> None:
    with pytest.raises(NotAllowed):
        gone(cast, by=by)
    absence = gone(cast)
    with pytest.raises(NotAllowed):
        absences.end_absence(absence=absence, by=cast[by])
    assert not Absence.objects.visible_to(cast[by]).exists()


def test_a_coordinator_of_another_partnership_does_not_either(cast: Cast) -> None:
    outsider = assemble("elsewhere")["coordinator"]
    with pytest.raises(NotAllowed):
        absences.record_absence(person=cast["auditor.csc"], **days(0, 1), by=outsider)


def test_whoever_covers_is_told_and_so_is_who_is_away_where_another_says_so(cast: Cast) -> None:
    gone(cast, by="lead.csc")
    [covers], [is_away] = told(cast["auditor2.csc"]), told(cast["auditor.csc"])
    assert covers.startswith("You cover for Auditor Csc from")
    assert is_away.startswith("Lead Csc recorded that you are away from")
    assert told(cast["lead.csc"]) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (days(3, 1), "cannot be before"),
        (days(-4, -1), "passed already"),
        (days(0, 400), "more than a year"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    cast: Cast, changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(NotYet, match=says):
        gone(cast, **changed)


@pytest.mark.parametrize("name", ["auditor.csc", "auditor.pol", "lead.csc"])
def test_only_somebody_else_of_the_same_team_covers(cast: Cast, name: str) -> None:
    with pytest.raises(NotYet, match="same team"):
        gone(cast, cover=cast[name])


def test_somebody_who_is_away_themselves_does_not_cover(cast: Cast) -> None:
    gone(cast, "auditor2.csc", cover=None, **days(5, 9))
    with pytest.raises(NotYet, match="away themselves"):
        gone(cast)
    gone(cast, **days(0, 4))


def test_one_absence_at_a_time_and_one_for_a_form_sent_twice(cast: Cast) -> None:
    gone(cast, token="form")
    with pytest.raises(AlreadyDone):
        gone(cast, token="form")
    with pytest.raises(NotYet, match="End that one first"):
        gone(cast, **days(20, 25))


# --- where work goes ------------------------------------------------------------------------------


def test_somebody_away_is_not_offered_and_it_is_said_until_when(cast: Cast) -> None:
    item = waiting(cast)
    gone(cast)
    assert cast["auditor.csc"] not in [each.person for each in candidates([item], cast["lead.csc"])]
    [found] = unfit([item])
    assert found.why.startswith("away until ")
    assert found.why.endswith("Auditor2 Csc covers")
    assert [each.person for each in unfit([item, item])] == [cast["auditor.csc"]]


def test_before_the_first_and_after_the_last_day_they_are_offered(cast: Cast) -> None:
    item = waiting(cast)
    gone(cast, **days(2, 6))
    for later in (0, 7):
        with clock.playing(clock.now() + timedelta(days=later)):
            offered = [each.person for each in candidates([item], cast["lead.csc"])]
            assert cast["auditor.csc"] in offered


def test_who_holds_work_and_is_away_is_listed_first(cast: Cast) -> None:
    item = waiting(cast)
    give(item=item, to=cast["auditor.csc"], by=cast["lead.csc"])
    gone(cast)
    [holder] = holders(cast["lead.csc"])
    assert (holder.serves, holder.away.startswith("away until")) == (True, True)


def queried(cast: Cast) -> WorkItem:
    """The coordinator sends a return back to its auditor, who is the police's first."""
    return_ = factories.submitted(cast, factories.a_return(factories.audit_issued(cast)))
    gone_back = returns.query(return_=return_, text="Which visit?", by=cast["coordinator"])
    return WorkItem.objects.open().get(subject_id=gone_back.pk, title__startswith="Answer the")


def last_given(item: WorkItem) -> Assignment:
    row: Assignment = item.assignments.latest("pk")
    return row


def test_the_next_step_goes_to_whoever_covers_and_says_so(cast: Cast) -> None:
    gone(cast, "auditor.pol", cover=cast["auditor2.pol"])
    item = queried(cast)
    assert item.owner == cast["auditor2.pol"]
    assert last_given(item).why.endswith("Covers for Auditor Pol.")


def test_it_stays_with_them_where_nobody_covers(cast: Cast) -> None:
    gone(cast, "auditor.pol", cover=None)
    assert queried(cast).owner == cast["auditor.pol"]


def test_a_cover_in_conflict_with_the_case_gets_nothing_of_it(cast: Cast) -> None:
    gone(cast, "auditor.pol", cover=cast["auditor2.pol"])
    return_ = factories.submitted(cast, factories.a_return(factories.audit_issued(cast)))
    step_out(return_.case, cast["auditor2.pol"], "Their neighbour")
    returns.query(return_=return_, text="Which visit?", by=cast["coordinator"])
    item = WorkItem.objects.open().get(subject_id=return_.pk, title__startswith="Answer the")
    assert item.owner == cast["auditor.pol"]


def test_somebody_back_early_gets_their_work_again(cast: Cast) -> None:
    absence = gone(cast, "auditor.pol", cover=cast["auditor2.pol"])
    absences.end_absence(absence=absence, by=cast["auditor.pol"])
    with pytest.raises(NotYet, match="is back already"):
        absences.end_absence(absence=absence, by=cast["auditor.pol"])
    assert away.stand_in(fresh(cast, "auditor.pol")) is None
    assert queried(cast).owner == cast["auditor.pol"]


def test_whoever_covers_and_is_away_too_gets_nothing_until_they_are_back(cast: Cast) -> None:
    gone(cast, "auditor.pol", cover=cast["auditor2.pol"])
    theirs = gone(cast, "auditor2.pol", cover=None, **days(8, 9))
    assert away.stand_in(fresh(cast, "auditor.pol")) == cast["auditor2.pol"]
    Absence.objects.filter(pk=theirs.pk).update(**days(0, 2))
    assert away.stand_in(fresh(cast, "auditor.pol")) is None


def test_the_worker_forgets_an_absence_that_is_over(cast: Cast) -> None:
    gone(cast, **days(0, 2))
    assert absences.forget_past() == 0
    with clock.playing(clock.now() + timedelta(days=3)):
        assert absences.forget_past() == 1
        assert absences.forget_past() == 0
    assert fresh(cast, "auditor.csc").absence is None
    assert absences.forget_past in [import_string(path) for path in settings.SWEEPS]


def test_a_cover_who_has_left_covers_nothing(cast: Cast) -> None:
    gone(cast, "auditor.pol", cover=cast["auditor2.pol"])
    yesterday = clock.today() - timedelta(days=1)
    cast["auditor2.pol"].memberships.update(since=yesterday, until=yesterday)
    assert queried(cast).owner == cast["auditor.pol"]
