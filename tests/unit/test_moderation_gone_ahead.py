"""The panel decides a case without one of its members, and it is recorded why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.moderation import rules, services
from macfa.people.roles import Role
from notifications.models import Notification
from tests import factories
from tests.cast import assemble
from tests.integration.moderating import case_page
from workflows import ledger, timeline
from workflows.errors import NotAllowed, NotYet, WrongState

if TYPE_CHECKING:
    from django.test import Client

    from macfa.moderation.models import GoneAhead, PanelMember
    from macfa.sampling.models import Case
    from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHY = "No deputy can come, and the police had one contact."


@pytest.fixture
def case(cast: Cast) -> Case:
    """Released to its panel."""
    return factories.audit_convened(cast).cases.get(number=1)


def member(cast: Cast, case: Case, name: str = "panel.pol") -> PanelMember:
    found: PanelMember = case.audit.panel.members.get(person=cast[name])
    return found


def without(cast: Cast, case: Case, who: str = "chair", why: str = WHY) -> GoneAhead:
    return services.go_ahead_without(case=case, member=member(cast, case), why=why, by=cast[who])


def test_the_chair_decides_and_whoever_types_is_named_beside(cast: Cast, case: Case) -> None:
    decided = without(cast, case, "coordinator")
    assert (decided.decided_by, decided.typed_by) == ("The chair", cast["coordinator"])
    line = timeline.lines(timeline.of_record(case)[:1])[0]
    assert "without one of its members" in line.sentence
    assert line.text == f"Panel Pol: {WHY}"
    assert list(ledger.faults()) == []


def test_chair_and_member_are_told_of_what_the_coordinator_typed(cast: Cast, case: Case) -> None:
    without(cast, case, "coordinator")
    told = Notification.objects.filter(event="case.gone_ahead")
    assert {each.recipient for each in told} == {cast["chair"], cast["panel.pol"]}


def test_who_stepped_out_with_nobody_sitting_in_is_named_until_it_is_recorded(
    cast: Cast, case: Case
) -> None:
    assert rules.left_out(case) == []
    seat = member(cast, case)
    services.declare_conflict(member=seat, case=case, why="My team.", by=cast["panel.pol"])
    assert rules.left_out(case) == [seat]
    without(cast, case)
    assert rules.left_out(case) == []


def test_nobody_is_missing_where_a_deputy_sits_in(cast: Cast, case: Case) -> None:
    seat = member(cast, case)
    deputy = cast.add("panel2.pol", Role.PANEL, "POL")
    panel = case.audit.panel
    services.add_member(panel=panel, person=deputy, deputy_for=seat, by=cast["coordinator"])
    with pytest.raises(WrongState, match="Panel2 Pol sits in"):
        without(cast, case)
    its = panel.members.get(person=deputy)
    services.declare_conflict(member=its, case=case, why="Mine.", by=deputy)
    without(cast, case)


def test_the_panel_decides_where_the_chair_has_stepped_out(cast: Cast, case: Case) -> None:
    services.declare_conflict(
        member=member(cast, case, "chair"), case=case, why="Mine.", by=cast["chair"]
    )
    assert without(cast, case, "coordinator").decided_by == "The panel"


def test_only_chair_or_coordinator_records_it_once_with_a_reason(cast: Cast, case: Case) -> None:
    outsider = assemble("elsewhere")
    for person in (cast["panel.csc"], cast["lead.pol"], outsider["coordinator"]):
        with pytest.raises(NotAllowed):
            services.go_ahead_without(case=case, member=member(cast, case), why=WHY, by=person)
    with pytest.raises(NotYet, match="Say why"):
        without(cast, case, why=" ")
    without(cast, case)
    with pytest.raises(WrongState, match="recorded already"):
        without(cast, case)


def test_a_member_of_another_panel_is_not_missing_here(cast: Cast, case: Case) -> None:
    other = factories.audit_convened(cast, "DAC").cases.get(number=1)
    with pytest.raises(NotAllowed, match="not on the panel"):
        services.go_ahead_without(case=case, member=member(cast, other), why=WHY, by=cast["chair"])


def test_the_page_offers_who_stepped_out_and_shows_why_with_the_decision(
    client: Client, cast: Cast, case: Case
) -> None:
    seat = member(cast, case)
    services.declare_conflict(member=seat, case=case, why="Mine.", by=cast["panel.pol"])
    client.force_login(cast["chair"])
    room = client.get(case_page(case)).content.decode()
    assert "has stepped out, and nobody sits in" in room
    assert "checked" in client.get(case_page(case, "without/")).content.decode()
    typed = {"member": seat.pk, "why": WHY}
    done = client.post(case_page(case, "without/"), typed, follow=True).content.decode()
    assert "Decided without Panel Pol (Police)" in done
    assert WHY in done
    assert "has stepped out, and nobody sits in" not in done


def test_the_page_is_the_chairs_and_the_coordinators(
    client: Client, cast: Cast, case: Case
) -> None:
    for person, status in (
        (cast["chair"], 200),
        (cast["coordinator"], 200),
        (cast["panel.csc"], 403),
        (cast["lead.pol"], 404),
        (assemble("elsewhere")["chair"], 404),
    ):
        client.force_login(person)
        assert client.get(case_page(case, "without/")).status_code == status
