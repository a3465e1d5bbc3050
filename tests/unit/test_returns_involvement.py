"""Involved or nil: the agency’s first answer (R10)."""

from datetime import timedelta
from typing import Any

import pytest

from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from notifications import inbox
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from workflows import assignment, clock, timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import LedgerText, WorkItem

INVOLVED = AgencyReturn.Involvement.INVOLVED


@pytest.fixture
def police(cast: Cast) -> AgencyReturn:
    """A return the police have been asked for, and nothing more."""
    return factories.a_return(factories.audit_issued(cast))


def item_of(return_: AgencyReturn) -> WorkItem:
    return WorkItem.objects.open().get(subject_id=return_.pk, reference=return_.reference)


def say_nil(return_: AgencyReturn, cast: Cast, **changed: Any) -> AgencyReturn:
    statement: dict[str, Any] = {
        "kind": "not_known",
        "looked_for": ["child"],
        "looked_by": "Records officer",
        "looked_on": clock.today(),
        "by": cast["lead.pol"],
    }
    return services.say_nil(return_=return_, **(statement | changed))


def test_the_lead_says_involved_and_gives_the_audit_to_an_auditor(
    cast: Cast, police: AgencyReturn
) -> None:
    auditor = cast["auditor.pol"]
    return_ = services.say_involved(
        return_=police, involvement=INVOLVED, auditor=auditor, by=cast["lead.pol"]
    )
    assert (return_.state, return_.involvement) == (ReturnState.DRAFTING, "involved")
    assert (return_.auditor, item_of(return_).owner) == (auditor, auditor)
    assert Notification.objects.filter(recipient=auditor, event="task.assigned").count() == 1
    assert list(AgencyReturn.objects.visible_to(auditor)) == [return_]


def test_left_in_the_queue_the_audit_can_be_claimed(cast: Cast, police: AgencyReturn) -> None:
    return_ = services.say_involved(
        return_=police, involvement=INVOLVED, auditor=None, by=cast["lead.pol"]
    )
    assert item_of(return_).owner is None
    assert not AgencyReturn.objects.visible_to(cast["auditor2.pol"]).exists()
    assignment.claim(item=item_of(return_), by=cast["auditor2.pol"])
    assert AgencyReturn.objects.get(pk=return_.pk).auditor == cast["auditor2.pol"]
    assert AgencyReturn.objects.visible_to(cast["auditor2.pol"]).exists()


def test_a_lead_may_audit_it_themselves(cast: Cast, police: AgencyReturn) -> None:
    lead = cast["lead.pol"]
    return_ = services.say_involved(return_=police, involvement=INVOLVED, auditor=lead, by=lead)
    assert item_of(return_).owner == lead


def test_known_through_a_sibling_only_is_audited_too(cast: Cast, police: AgencyReturn) -> None:
    return_ = services.say_involved(
        return_=police, involvement="sibling_or_adult", auditor=None, by=cast["lead.pol"]
    )
    [line] = [x for x in timeline.lines(timeline.of_record(return_)) if "answered" in x.sentence]
    assert line.sentence == "Lead Pol answered “Known through a sibling or adult only”"


@pytest.mark.parametrize("involvement", ["nil", "", "perhaps"])
def test_only_an_involvement_that_exists_is_taken(
    cast: Cast, police: AgencyReturn, involvement: str
) -> None:
    with pytest.raises(NotYet):
        services.say_involved(
            return_=police, involvement=involvement, auditor=None, by=cast["lead.pol"]
        )


@pytest.mark.parametrize("name", ["auditor.csc", "lead.csc", "owner.pol", "coordinator"])
def test_only_auditors_and_leads_of_the_agency_get_the_audit(
    cast: Cast, police: AgencyReturn, name: str
) -> None:
    with pytest.raises(NotAllowed):
        services.say_involved(
            return_=police, involvement=INVOLVED, auditor=cast[name], by=cast["lead.pol"]
        )


@pytest.mark.parametrize("name", ["auditor.pol", "lead.csc", "coordinator", "panel.pol"])
def test_only_the_agencys_own_lead_says_it(cast: Cast, police: AgencyReturn, name: str) -> None:
    with pytest.raises(NotAllowed):
        services.say_involved(return_=police, involvement=INVOLVED, auditor=None, by=cast[name])
    with pytest.raises(NotAllowed):
        say_nil(police, cast, by=cast[name])


def test_a_lead_of_the_same_agency_elsewhere_does_not_say_it(
    cast: Cast, police: AgencyReturn
) -> None:
    with pytest.raises(NotAllowed):
        say_nil(police, cast, by=assemble("elsewhere")["lead.pol"])


def test_a_nil_return_is_a_statement(cast: Cast, police: AgencyReturn) -> None:
    return_ = say_nil(police, cast, looked_for=["child", "adults"], note="Two spellings tried.")
    assert (return_.state, return_.nil_kind) == (ReturnState.NIL, "not_known")
    assert not WorkItem.objects.open().filter(reference="NEG-01 POL").exists()
    day = f"{clock.today():%-d %B %Y}"
    assert LedgerText.objects.get(entry__verb="say_nil").text == (
        "Looked for the child, adults with parental responsibility, by Records officer on "
        f"{day}. Two spellings tried."
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": ""},
        {"kind": "lost"},
        {"looked_for": []},
        {"looked_for": ["child", "neighbour"]},
        {"looked_by": "  "},
        {"looked_on": clock.today() + timedelta(days=2)},
    ],
)
def test_a_nil_return_says_who_was_looked_for_by_whom_and_when(
    cast: Cast, police: AgencyReturn, changed: dict[str, Any]
) -> None:
    with pytest.raises(NotYet):
        say_nil(police, cast, **changed)
    assert AgencyReturn.objects.get(pk=police.pk).state == ReturnState.ISSUED


def test_it_is_said_once_and_from_a_fresh_page(cast: Cast, police: AgencyReturn) -> None:
    say_nil(police, cast, expects=police.version, token="one")
    with pytest.raises(AlreadyDone):
        say_nil(police, cast, expects=police.version, token="one")
    with pytest.raises(Stale):
        say_nil(police, cast, expects=police.version, token="two")
    with pytest.raises(WrongState):
        say_nil(police, cast)


@pytest.mark.parametrize("name", ["lead.pol", "coordinator"])
def test_a_nil_that_was_a_mistake_is_taken_back(
    cast: Cast, police: AgencyReturn, name: str
) -> None:
    return_ = services.take_back_nil(
        return_=say_nil(police, cast), why="Another spelling", by=cast[name]
    )
    assert (return_.state, return_.involvement, return_.looked_for) == (ReturnState.ISSUED, "", [])
    assert item_of(return_).owner == cast["lead.pol"]


@pytest.mark.parametrize("name", ["lead.pol", "coordinator"])
def test_involved_is_taken_back_before_the_audit_is_handed_in(
    cast: Cast, police: AgencyReturn, name: str
) -> None:
    return_ = factories.drafting(cast, police, cast["auditor.pol"])
    return_ = services.take_back_involved(return_=return_, why="A cousin", by=cast[name])
    assert (return_.state, return_.involvement, return_.auditor) == (ReturnState.ISSUED, "", None)
    assert item_of(return_).owner == cast["lead.pol"]
    told = inbox.page(cast["auditor.pol"].pk)[0]
    assert told.text.startswith("No longer needed: Audit your agency’s work")
    assert not AgencyReturn.objects.visible_to(cast["auditor.pol"]).filter(pk=return_.pk).exists()
    returned = factories.nil(cast, return_)
    assert returned.state == ReturnState.NIL


def test_what_was_drafted_is_there_again_when_the_answer_changes_once_more(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = factories.drafting(cast, police, cast["auditor.pol"])
    services.save_answers(
        return_=return_, answers=factories.full_answers(return_), by=cast["auditor.pol"]
    )
    saved = return_.answers.count()
    return_ = services.take_back_involved(return_=return_, why="A cousin", by=cast["lead.pol"])
    return_ = factories.drafting(cast, return_, cast["auditor.pol"])
    assert return_.answers.count() == saved > 0


def test_involved_stays_once_handed_in_and_is_taken_back_by_nobody_else(
    cast: Cast, police: AgencyReturn
) -> None:
    return_ = factories.drafting(cast, police, cast["auditor.pol"])
    for name in ("auditor.pol", "lead.csc", "panel.pol"):
        with pytest.raises(NotAllowed):
            services.take_back_involved(return_=return_, why="A cousin", by=cast[name])
    with pytest.raises(NotYet):
        services.take_back_involved(return_=return_, why=" ", by=cast["lead.pol"])
    handed_in = factories.submitted(cast, factories.a_return(police.audit, "CSC"))
    return_ = services.query(return_=handed_in, text="Which school?", by=cast["coordinator"])
    with pytest.raises(WrongState, match="handed in before"):
        services.take_back_involved(return_=return_, why="A cousin", by=cast["lead.csc"])


def test_taking_back_a_nil_needs_a_reason_and_open_returns(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    education = audit.returns.filter(state=ReturnState.NIL)[0]
    with pytest.raises(WrongState):
        services.take_back_nil(return_=education, why="Mistake", by=cast["lead.edu"])
    other = say_nil(factories.a_return(factories.audit_issued(cast, "DAC")), cast)
    with pytest.raises(NotYet):
        services.take_back_nil(return_=other, why="", by=cast["lead.pol"])
    with pytest.raises(NotAllowed):
        services.take_back_nil(return_=other, why="Mistake", by=cast["lead.csc"])
