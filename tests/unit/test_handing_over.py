"""Everything that somebody holds moves to one other person in one act, with a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.audits.models import Audit
from macfa.people.roles import Role
from macfa.sampling.access import step_out
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import has_left
from workflows import invariants
from workflows.errors import AlreadyDone, NotAllowed, WrongState
from workflows.handing_over import HandedOver, hand_over, held_by, holders, takers
from workflows.models import Assignment, LedgerText, WorkItem

if TYPE_CHECKING:
    from macfa.people.models import User

pytestmark = pytest.mark.django_db
NOTE = "On leave from Monday. Ring the school about NEG-02."


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """Two cases of the police with one auditor."""
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.filter(agency__code="POL"):
        factories.drafting(cast, return_)
    return audit


def open_of(person: User) -> list[str]:
    held = WorkItem.objects.open().filter(owner=person)
    return sorted(str(item) for item in held)


def move(cast: Cast, holder: str, to: str, by: str, token: str | None = None) -> HandedOver:
    return hand_over(holder=cast[holder], to=cast[to], why=NOTE, by=cast[by], token=token)


def told(person: User, event: str) -> int:
    return Notification.objects.filter(recipient=person, event=event).count()


@pytest.mark.parametrize("by", ["lead.pol", "coordinator"])
def test_all_of_it_moves_with_the_note_and_both_are_told_of_each(
    cast: Cast, audit: Audit, by: str
) -> None:
    work = open_of(cast["auditor.pol"])
    assert len(work) == 2
    done = move(cast, "auditor.pol", "auditor2.pol", by)
    assert (len(done.moved), done.left) == (2, [])
    assert (open_of(cast["auditor.pol"]), open_of(cast["auditor2.pol"])) == ([], work)
    rows = Assignment.objects.filter(kind="moved")
    assert {(row.person, row.by, row.why) for row in rows} == {
        (cast["auditor2.pol"], cast[by], NOTE)
    }
    assert LedgerText.objects.filter(text=NOTE, entry__verb="moved").count() == 2
    assert told(cast["auditor.pol"], "task.moved") == 2
    assert told(cast["auditor2.pol"], "task.assigned") == 2
    assert audit.returns.filter(auditor=cast["auditor2.pol"]).count() == 2
    assert list(invariants.everything()) == []


def test_the_audits_go_along_when_their_coordinator_hands_over(cast: Cast) -> None:
    audits = [factories.audit_opened(cast, prefix) for prefix in ("NEG", "DAC")]
    cast.add("new", Role.COORDINATOR)
    move(cast, "coordinator", "new", "coordinator")
    assert {Audit.objects.get(pk=audit.pk).coordinator for audit in audits} == {cast["new"]}
    assert open_of(cast["coordinator"]) == []
    assert list(invariants.everything()) == []


def test_what_the_other_person_may_not_have_stays_and_is_named(cast: Cast, audit: Audit) -> None:
    first = audit.cases.order_by("pk")[0]
    step_out(first, cast["auditor2.pol"], why="Their sister")
    done = move(cast, "auditor.pol", "auditor2.pol", "lead.pol")
    assert [item.reference for item in done.left] == [f"{first.label} POL"]
    assert len(open_of(cast["auditor2.pol"])) == len(open_of(cast["auditor.pol"])) == 1


def test_an_action_and_what_is_asked_of_one_person_stay(cast: Cast) -> None:
    audit = factories.audit_convened(cast)
    factories.an_action(cast, audit, factories.a_finding(cast, audit), owner="owner.csc")
    for holder, to in (("owner.csc", "lead.csc"), ("panel.csc", "panel.pol")):
        before = open_of(cast[holder])
        with pytest.raises(NotAllowed, match="may have none of this work"):
            move(cast, holder, to, "coordinator")
        assert open_of(cast[holder]) == before


def test_only_work_that_is_theirs_to_give_is_handed_over(cast: Cast, audit: Audit) -> None:
    elsewhere = assemble("elsewhere")
    for person in (cast["lead.csc"], cast["auditor.pol"], cast["qppa"], elsewhere["coordinator"]):
        assert held_by(cast["auditor.pol"], person) == []
        with pytest.raises(NotAllowed):
            hand_over(holder=cast["auditor.pol"], to=cast["auditor2.pol"], why=NOTE, by=person)
    with pytest.raises(NotAllowed, match="somebody else"):
        move(cast, "auditor.pol", "auditor.pol", "lead.pol")
    with pytest.raises(NotAllowed, match="Say why"):
        hand_over(holder=cast["auditor.pol"], to=cast["auditor2.pol"], why=" ", by=cast["lead.pol"])
    assert len(open_of(cast["auditor.pol"])) == 2


def test_nothing_moves_where_one_task_has_changed_hands_meanwhile(cast: Cast, audit: Audit) -> None:
    seen = {item.pk: item.version for item in held_by(cast["auditor.pol"], cast["lead.pol"])}
    last = max(seen)
    with pytest.raises(WrongState):
        hand_over(
            holder=cast["auditor.pol"],
            to=cast["auditor2.pol"],
            why=NOTE,
            by=cast["lead.pol"],
            expects=seen | {last: seen[last] - 1},
        )
    assert open_of(cast["auditor2.pol"]) == []


def test_the_same_form_hands_over_once(cast: Cast, audit: Audit) -> None:
    move(cast, "auditor.pol", "auditor2.pol", "lead.pol", token="form")
    with pytest.raises(AlreadyDone):
        move(cast, "auditor.pol", "auditor2.pol", "lead.pol", token="form")
    assert told(cast["auditor2.pol"], "task.assigned") == 2


def test_whoever_has_left_and_holds_work_is_listed_first(cast: Cast, audit: Audit) -> None:
    [holder] = holders(cast["lead.pol"])
    assert (holder.person, holder.load.holds, holder.serves) == (cast["auditor.pol"], 2, True)
    has_left(cast["auditor.pol"])
    everybody = holders(cast["coordinator"])
    assert [each.person for each in everybody if not each.serves] == [cast["auditor.pol"]]
    assert everybody[0].person == cast["auditor.pol"]
    assert len(everybody) > 1


def test_whoever_has_a_conflict_with_a_case_neither_sees_nor_moves_its_work(
    cast: Cast, audit: Audit
) -> None:
    first, second = audit.cases.order_by("pk")
    step_out(first, cast["lead.pol"], why="Their sister")
    [holder] = holders(cast["lead.pol"])
    assert holder.load.holds == 1
    done = move(cast, "auditor.pol", "auditor2.pol", "lead.pol")
    assert [item.reference for item in done.moved] == [f"{second.label} POL"]
    assert done.left == []


def test_work_is_taken_over_by_people_of_its_teams_and_whoever_gives_it(
    cast: Cast, audit: Audit
) -> None:
    lead, holder = cast["lead.pol"], cast["auditor.pol"]
    found = takers(held_by(holder, lead), holder, lead)
    assert {each.person for each in found} == {cast["auditor2.pol"], lead}
