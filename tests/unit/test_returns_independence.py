"""Whether the auditor is independent, and who audits (R12)."""

from datetime import timedelta

import pytest

from macfa.people.models import Setting
from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn, Independence
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from tests.cast import Cast
from workflows import assignment, clock
from workflows.errors import NotAllowed, NotYet
from workflows.models import LedgerText, WorkItem

INVOLVED = AgencyReturn.Involvement.INVOLVED


@pytest.fixture
def police(cast: Cast) -> AgencyReturn:
    """A return the police have been asked for, and nothing more."""
    return factories.a_return(factories.audit_issued(cast))


def item_of(return_: AgencyReturn) -> WorkItem:
    return WorkItem.objects.open().get(subject_id=return_.pk, reference=return_.reference)


def with_auditor(cast: Cast, return_: AgencyReturn, name: str = "auditor.pol") -> AgencyReturn:
    return services.say_involved(
        return_=return_, involvement=INVOLVED, auditor=cast[name], by=cast["lead.pol"]
    )


def test_nothing_is_written_before_independence_is_declared(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = with_auditor(cast, police)
    answers = {"involvement": services.AnswerInput(value="Two calls")}
    with pytest.raises(NotAllowed, match="independent"):
        services.save_answers(return_=return_, answers=answers, by=cast["auditor.pol"])
    services.declare(return_=return_, independent=True, by=cast["auditor.pol"])
    services.save_answers(return_=return_, answers=answers, by=cast["auditor.pol"])


@pytest.mark.parametrize("name", ["auditor2.pol", "lead.pol", "auditor.csc", "coordinator"])
def test_only_whoever_has_the_audit_declares(cast: Cast, police: AgencyReturn, name: str) -> None:
    return_ = with_auditor(cast, police)
    with pytest.raises(NotAllowed):
        services.declare(return_=return_, independent=True, by=cast[name])


def test_a_conflict_hides_the_case_and_puts_the_audit_back(
    cast: Cast, police: AgencyReturn
) -> None:
    auditor = cast["auditor.pol"]
    return_ = with_auditor(cast, police)
    services.declare(return_=return_, independent=False, conflict="I attended", by=auditor)
    return_ = AgencyReturn.objects.get(pk=return_.pk)
    assert (return_.state, return_.auditor) == (ReturnState.DRAFTING, None)
    assert item_of(return_).owner is None
    assert not AgencyReturn.objects.visible_to(auditor).exists()
    assert not Case.objects.visible_to(auditor).exists()
    with pytest.raises(NotAllowed, match="conflict"):
        assignment.claim(item=item_of(return_), by=auditor)
    assignment.claim(item=item_of(return_), by=cast["auditor2.pol"])


def test_the_lead_is_told_of_a_conflict_without_its_reason(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = with_auditor(cast, police)
    services.declare(
        return_=return_, independent=False, conflict="I attended", by=cast["auditor.pol"]
    )
    [told] = Notification.objects.filter(event="return.conflict")
    assert (told.recipient, told.url) == (cast["lead.pol"], return_.get_absolute_url())
    assert "attended" not in told.text
    assert Independence.objects.get().why == "I attended"
    assert not LedgerText.objects.filter(text__contains="attended").exists()


def test_where_the_only_lead_audits_the_coordinator_is_told_of_a_conflict(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = with_auditor(cast, police, "lead.pol")
    services.declare(
        return_=return_, independent=False, conflict="I was there", by=cast["lead.pol"]
    )
    [told] = Notification.objects.filter(event="return.conflict")
    assert told.recipient == cast["coordinator"]


def test_a_conflict_has_a_reason(cast: Cast, police: AgencyReturn) -> None:
    return_ = with_auditor(cast, police)
    with pytest.raises(NotYet):
        services.declare(return_=return_, independent=False, by=cast["auditor.pol"])


# --- who audits ----------------------------------------------------------------------------------


def test_a_moved_audit_is_lost_to_the_one_and_open_to_the_other(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = factories.drafting(cast, police)
    return_ = services.assign_auditor(
        return_=return_, auditor=cast["auditor2.pol"], why="On leave", by=cast["lead.pol"]
    )
    assert return_.auditor == cast["auditor2.pol"]
    assert not AgencyReturn.objects.visible_to(cast["auditor.pol"]).exists()
    with pytest.raises(NotAllowed, match="independent"):
        services.submit(return_=return_, by=cast["auditor2.pol"])
    with pytest.raises(NotAllowed):
        services.save_answers(return_=return_, answers={}, by=cast["auditor.pol"])


def test_put_back_in_the_queue_it_is_nobodys(cast: Cast, police: AgencyReturn) -> None:
    return_ = factories.drafting(cast, police)
    assignment.release(item=item_of(return_), why="On leave", by=cast["auditor.pol"])
    return_ = AgencyReturn.objects.get(pk=return_.pk)
    assert return_.auditor is None
    assert not AgencyReturn.objects.visible_to(cast["auditor.pol"]).exists()
    with pytest.raises(NotAllowed):
        services.submit(return_=return_, by=cast["auditor.pol"])


def test_an_auditor_of_two_settings_keeps_the_one_when_the_other_is_moved(cast: Cast) -> None:
    audit = factories.audit_drawn(cast)
    settings = list(Setting.objects.filter(agency=cast.agencies["EDU"]))
    case = audit.cases.all()[0]
    services.issue(audit=audit, settings={case.pk: settings}, by=cast["coordinator"])
    first, second = audit.returns.filter(case=case, agency__code="EDU")
    for return_ in (first, second):
        factories.drafting(cast, return_)
    services.assign_auditor(
        return_=first, auditor=cast["auditor2.edu"], why="On leave", by=cast["lead.edu"]
    )
    assert list(AgencyReturn.objects.visible_to(cast["auditor.edu"])) == [second]
    assert list(AgencyReturn.objects.visible_to(cast["auditor2.edu"])) == [first]


def test_the_coordinator_or_the_lead_gives_the_audit_to_somebody(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = services.say_involved(
        return_=police, involvement=INVOLVED, auditor=None, by=cast["lead.pol"]
    )
    for name in ("lead.csc", "auditor.pol", "chair"):
        with pytest.raises(NotAllowed):
            services.assign_auditor(return_=return_, auditor=cast["auditor.pol"], by=cast[name])
    return_ = services.assign_auditor(
        return_=return_, auditor=cast["auditor.pol"], by=cast["coordinator"]
    )
    assert return_.auditor == cast["auditor.pol"]


def test_work_does_not_go_back_to_somebody_who_has_left(cast: Cast, police: AgencyReturn) -> None:
    return_ = factories.submitted(cast, police)
    left = clock.today() - timedelta(days=1)
    cast["auditor.pol"].memberships.filter(team__role=Role.AUDITOR).update(until=left)
    return_ = services.query(return_=return_, text="Which dates?", by=cast["coordinator"])
    assert item_of(return_).owner is None
