"""The panel: convened, released to, prepared, with its conflicts of interest and sittings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.moderation import services
from macfa.moderation.access import PanelAudits, RoomCases
from macfa.moderation.models import Panel, PanelMember
from macfa.people.models import Membership, User
from macfa.people.roles import Role
from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import has_left
from workflows import clock, ledger, tasks, timeline
from workflows.assignment import claim
from workflows.errors import AlreadyDone, NotAllowed, NotYet, Stale, WrongState
from workflows.models import WorkItem


@pytest.fixture
def returned(cast: Cast) -> Audit:
    return factories.audit_returned(cast)


@pytest.fixture
def convened(cast: Cast, returned: Audit) -> Audit:
    """In moderation, its cases not released yet."""
    convene(cast, returned)
    return Audit.objects.get(pk=returned.pk)


def convene(cast: Cast, audit: Audit, by: str = "coordinator", **changed: object) -> Panel:
    given = {
        "chair": cast["chair"],
        "members": [cast["panel.csc"], cast["panel.pol"]],
        "meets_on": clock.today() + timedelta(days=10),
        **changed,
    }
    return services.convene(audit=audit, by=cast[by], **given)  # type: ignore[arg-type]


def member(cast: Cast, audit: Audit, name: str) -> PanelMember:
    return PanelMember.objects.select_related("panel__audit").get(
        panel__audit=audit, person=cast[name]
    )


def first_case(audit: Audit) -> Case:
    return Case.objects.select_related("audit").filter(audit=audit).order_by("number")[0]


def sentences(record: object) -> list[tuple[str, str]]:
    lines = timeline.lines(timeline.of_record(record))  # type: ignore[arg-type]
    return [(line.sentence, line.text) for line in lines]


def work_of(person: User, title: str) -> list[WorkItem]:
    return list(WorkItem.objects.open().filter(owner=person, title=title).order_by("pk"))


def test_convening_moves_the_audit_and_asks_every_member_to_prepare(
    cast: Cast, returned: Audit
) -> None:
    panel = convene(cast, returned)
    assert Audit.objects.get(pk=returned.pk).stage == Stage.MODERATION
    roles = {m.name: (m.role, str(m.agency or "")) for m in panel.members.all()}
    assert roles == {
        "Chair": ("Chair", ""),
        "Panel Csc": ("Panel member", "Children’s Social Care"),
        "Panel Pol": ("Panel member", "Police"),
    }
    for name in ("chair", "panel.csc", "panel.pol"):
        assert len(work_of(cast[name], "Read the cases before the panel")) == 1
    assert sentences(panel)[-1][0] == "Coordinator convened a panel of 3, chaired by Chair"
    assert list(ledger.faults()) == []


def test_convening_names_every_outstanding_return(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    with pytest.raises(NotYet) as refused:
        convene(cast, audit)
    assert "6 returns are outstanding" in refused.value.sentence
    assert "Police on NEG-01: waiting for the agency" in refused.value.missing


def test_a_return_recorded_as_not_returned_no_longer_holds_the_panel_up(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.select_related("case", "agency"):
        if return_.agency.code == "POL":
            returns.record_not_returned(return_=return_, reason="No answer", by=cast["coordinator"])
        else:
            factories.nil(cast, return_)
    assert convene(cast, audit).members.count() == 3


@pytest.mark.parametrize("name", ["lead.pol", "panel.pol", "chair"])
def test_only_the_coordinator_convenes(cast: Cast, returned: Audit, name: str) -> None:
    with pytest.raises(NotAllowed):
        convene(cast, returned, by=name)


def test_a_coordinator_of_another_partnership_cannot_convene(cast: Cast, returned: Audit) -> None:
    outsider = assemble("elsewhere")["coordinator"]
    with pytest.raises(NotAllowed):
        services.convene(
            audit=returned,
            chair=cast["chair"],
            members=[cast["panel.csc"], cast["panel.pol"]],
            meets_on=clock.today(),
            by=outsider,
        )


def test_a_panel_is_not_too_small_and_its_chair_is_counted_once(
    cast: Cast, returned: Audit
) -> None:
    with pytest.raises(NotYet, match="at least 2 panel members besides the chair"):
        convene(cast, returned, members=[cast["chair"], cast["panel.csc"]])


def test_only_panel_members_and_the_scrutineer_sit(cast: Cast, returned: Audit) -> None:
    with pytest.raises(NotAllowed, match="Lead Pol is neither"):
        convene(cast, returned, members=[cast["panel.csc"], cast["lead.pol"]])


@pytest.mark.parametrize("quorum", [1, 4])
def test_a_quorum_can_be_reached_and_is_nobody_alone(
    cast: Cast, returned: Audit, quorum: int
) -> None:
    with pytest.raises(NotYet, match="between 2 and 3"):
        convene(cast, returned, quorum=quorum)


def test_a_panel_is_convened_once(cast: Cast, returned: Audit) -> None:
    convene(cast, returned, token="same")
    with pytest.raises(AlreadyDone):
        convene(cast, returned, token="same")
    with pytest.raises(WrongState):
        convene(cast, returned)
    with pytest.raises(Stale):
        convene(cast, returned, expects=returned.version)
    assert Panel.objects.count() == 1


def test_nobody_on_the_panel_reads_a_case_before_it_is_released(
    cast: Cast, convened: Audit
) -> None:
    for name in ("chair", "panel.csc", "panel.pol"):
        assert not RoomCases.visible_to(cast[name]).exists()
        assert not Case.objects.visible_to(cast[name]).exists()
    services.release(audit=convened, by=cast["coordinator"])
    for name in ("chair", "panel.csc", "panel.pol", "coordinator"):
        assert RoomCases.visible_to(cast[name]).count() == 2


def test_leads_auditors_and_outsiders_never_reach_the_panels_pages(
    cast: Cast, convened: Audit
) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    outsider = assemble("elsewhere")
    others = [cast[name] for name in ("lead.pol", "auditor.pol", "panel.edu", "qppa", "board")]
    for person in (*others, outsider["coordinator"], outsider["panel.pol"]):
        assert not RoomCases.visible_to(person).exists()
        assert not PanelAudits.visible_to(person).exists()
        assert not Panel.objects.visible_to(person).exists()


def test_release_says_to_whom_and_gives_the_chair_every_case(cast: Cast, convened: Audit) -> None:
    cases = services.release(audit=convened, by=cast["coordinator"])
    assert {case.state for case in Case.objects.filter(audit=convened)} == {CaseState.RELEASED}
    assert len(work_of(cast["chair"], "Moderate the case")) == len(cases) == 2
    said = sentences(convened)[0]
    assert said == (
        "Coordinator released 2 cases to 3 panel members",
        "Panel Csc, Panel Pol, Chair",
    )
    told = Notification.objects.filter(recipient=cast["panel.pol"], event="cases.released")
    assert [row.text for row in told] == [
        "NEG: 2 cases released to the panel. You can read them now."
    ]


@pytest.mark.parametrize("name", ["lead.pol", "chair", "panel.pol"])
def test_only_the_coordinator_releases(cast: Cast, convened: Audit, name: str) -> None:
    with pytest.raises(NotAllowed):
        services.release(audit=convened, by=cast[name])


def test_there_is_nothing_to_release_twice(cast: Cast, convened: Audit) -> None:
    services.release(audit=convened, by=cast["coordinator"], token="same")
    with pytest.raises(AlreadyDone):
        services.release(audit=convened, by=cast["coordinator"], token="same")
    with pytest.raises(WrongState, match="released to the panel already"):
        services.release(audit=convened, by=cast["coordinator"])


def test_nothing_is_released_before_the_panel_is_convened(cast: Cast, returned: Audit) -> None:
    with pytest.raises(WrongState):
        services.release(audit=returned, by=cast["coordinator"])


def test_preparing_waits_for_the_release(cast: Cast, convened: Audit) -> None:
    seat = member(cast, convened, "panel.pol")
    with pytest.raises(NotYet, match="not been released"):
        services.prepared(member=seat, by=cast["panel.pol"])
    services.release(audit=convened, by=cast["coordinator"])
    services.prepared(member=seat, by=cast["panel.pol"])
    assert member(cast, convened, "panel.pol").prepared_at is not None
    assert work_of(cast["panel.pol"], "Read the cases before the panel") == []
    [item] = work_of(cast["panel.csc"], "Read the cases before the panel")
    with pytest.raises(NotAllowed, match="for Panel Csc to say"):
        item.node.check_may_hold(item.subject, cast["panel.pol"])


def test_a_member_prepares_for_nobody_else_and_once(cast: Cast, convened: Audit) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    seat = member(cast, convened, "panel.pol")
    with pytest.raises(NotAllowed, match="Panel Pol to say"):
        services.prepared(member=seat, by=cast["panel.csc"])
    services.prepared(member=seat, by=cast["panel.pol"])
    with pytest.raises(WrongState):
        services.prepared(member=seat, by=cast["panel.pol"])


def test_a_conflict_hides_the_case_and_only_it(cast: Cast, convened: Audit) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    case = first_case(convened)
    seat = member(cast, convened, "panel.pol")
    services.prepared(member=seat, conflicts=[case], why="A relative", by=cast["panel.pol"])
    assert [c.label for c in RoomCases.visible_to(cast["panel.pol"])] == ["NEG-02"]
    assert [c.label for c in Case.objects.visible_to(cast["panel.pol"])] == ["NEG-02"]
    assert not AgencyReturn.objects.visible_to(cast["panel.pol"]).filter(case=case).exists()
    assert RoomCases.visible_to(cast["panel.csc"]).count() == 2
    assert sentences(case)[0] == ("Panel Pol declared a conflict of interest", "A relative")


def test_a_conflict_is_declared_for_oneself_and_on_ones_own_panel(
    cast: Cast, convened: Audit
) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    seat = member(cast, convened, "panel.pol")
    with pytest.raises(NotAllowed):
        services.declare_conflict(
            member=seat, case=first_case(convened), why="", by=cast["panel.csc"]
        )
    other = first_case(factories.audit_issued(cast, "DAC"))
    with pytest.raises(NotAllowed, match="not a case of this panel"):
        services.declare_conflict(member=seat, case=other, why="", by=cast["panel.pol"])


def test_when_the_chair_steps_out_the_coordinator_holds_the_case(
    cast: Cast, convened: Audit
) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    case = first_case(convened)
    seat = member(cast, convened, "chair")
    services.declare_conflict(member=seat, case=case, why="A relative", by=cast["chair"])
    assert [item.reference for item in work_of(cast["chair"], "Moderate the case")] == ["NEG-02"]
    [item] = work_of(cast["coordinator"], "Moderate the case")
    assert item.reference == "NEG-01"
    assert len(tasks.open_items([case])) == 1


def test_a_case_without_its_chair_waits_for_all_coordinators_when_theirs_has_left(
    cast: Cast, convened: Audit
) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    case, seat = first_case(convened), member(cast, convened, "chair")
    other = cast.add("coordinator2", Role.COORDINATOR)
    has_left(cast["coordinator"])
    services.declare_conflict(member=seat, case=case, why="A relative", by=cast["chair"])
    [item] = tasks.open_items([case])
    assert (item.owner, item.team.name) == (None, "Coordinator")
    claim(item=item, by=other)


def test_a_deputy_with_an_account_joins_reads_and_prepares(cast: Cast, convened: Audit) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    deputy = cast.add("deputy.pol", Role.PANEL, "POL")
    panel = Panel.objects.get(audit=convened)
    seat = services.add_member(
        panel=panel,
        person=deputy,
        deputy_for=member(cast, convened, "panel.pol"),
        by=cast["coordinator"],
    )
    assert RoomCases.visible_to(deputy).count() == 2
    services.prepared(member=seat, by=deputy)
    assert sentences(panel)[0][0] == "Coordinator added Deputy Pol to the panel"
    with pytest.raises(WrongState, match="on the panel already"):
        services.add_member(panel=panel, person=deputy, by=cast["coordinator"])


def test_a_deputy_comes_from_the_same_agency_and_from_this_panel(
    cast: Cast, convened: Audit
) -> None:
    panel = Panel.objects.get(audit=convened)
    police = member(cast, convened, "panel.pol")
    with pytest.raises(NotAllowed, match="same agency"):
        services.add_member(
            panel=panel, person=cast["panel.edu"], deputy_for=police, by=cast["coordinator"]
        )
    with pytest.raises(NotAllowed, match="neither a panel member"):
        services.add_member(panel=panel, person=cast["lead.edu"], by=cast["coordinator"])
    assert panel.members.count() == 3


def test_whoever_joins_before_the_release_reads_from_the_release_on(
    cast: Cast, convened: Audit
) -> None:
    panel = Panel.objects.get(audit=convened)
    services.add_member(panel=panel, person=cast["panel.edu"], by=cast["coordinator"])
    assert not RoomCases.visible_to(cast["panel.edu"]).exists()
    services.release(audit=convened, by=cast["coordinator"])
    assert RoomCases.visible_to(cast["panel.edu"]).count() == 2


def test_a_guest_is_named_without_an_account(cast: Cast, convened: Audit) -> None:
    panel = Panel.objects.get(audit=convened)
    guest = services.add_guest(
        panel=panel,
        name="Ada Invented",
        agency=cast.agencies["EDU"],
        role="Head teacher",
        by=cast["coordinator"],
    )
    assert guest.person is None
    assert sentences(panel)[0] == (
        "Coordinator added somebody without an account to the panel",
        "Ada Invented",
    )
    with pytest.raises(NotAllowed):
        services.add_guest(panel=panel, name="X", agency=None, role="", by=cast["chair"])


def test_a_sitting_says_whether_it_was_a_quorum(cast: Cast, convened: Audit) -> None:
    panel = Panel.objects.get(audit=convened)
    everybody = list(panel.members.all())
    services.record_sitting(panel=panel, held_on=clock.today(), present=everybody, by=cast["chair"])
    with pytest.raises(NotYet, match="2 present is short of the quorum of 3"):
        services.record_sitting(
            panel=panel, held_on=clock.today(), present=everybody[:2], by=cast["chair"]
        )
    services.record_sitting(
        panel=panel,
        held_on=clock.today(),
        present=everybody[:2],
        note="The third agreed by telephone",
        by=cast["coordinator"],
    )
    assert [said for said, _text in sentences(panel)[:2]] == [
        "Coordinator recorded a sitting with 2 present, not quorate",
        "Chair recorded a sitting with 3 present, quorate",
    ]


def test_a_sitting_is_recorded_by_chair_or_coordinator_with_people_of_this_panel(
    cast: Cast, convened: Audit
) -> None:
    panel = Panel.objects.get(audit=convened)
    everybody = list(panel.members.all())
    for name in ("panel.pol", "lead.pol", "qppa"):
        with pytest.raises(NotAllowed):
            services.record_sitting(
                panel=panel, held_on=clock.today(), present=everybody, by=cast[name]
            )
    other = convene(cast, factories.audit_returned(cast, "DAC"))
    with pytest.raises(NotAllowed, match="on this panel"):
        services.record_sitting(
            panel=panel, held_on=clock.today(), present=list(other.members.all()), by=cast["chair"]
        )


def test_a_sitting_is_recorded_when_it_has_been_held(cast: Cast, convened: Audit) -> None:
    panel = Panel.objects.get(audit=convened)
    with pytest.raises(NotYet, match="today or in the past"):
        services.record_sitting(
            panel=panel,
            held_on=clock.today() + timedelta(days=1),
            present=list(panel.members.all()),
            by=cast["chair"],
        )


def test_a_conflict_of_interest_has_a_reason(cast: Cast, convened: Audit) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    case, seat, by = first_case(convened), member(cast, convened, "panel.pol"), cast["panel.pol"]
    with pytest.raises(NotYet, match="Say what the conflict"):
        services.declare_conflict(member=seat, case=case, why=" ", by=by)
    with pytest.raises(NotYet, match="Say what the conflict"):
        services.prepared(member=seat, conflicts=[case], by=by)
    assert services.prepared(member=seat, by=by).prepared_at


def test_whoever_gives_up_their_role_no_longer_reads_the_cases(cast: Cast, convened: Audit) -> None:
    services.release(audit=convened, by=cast["coordinator"])
    rows = Membership.objects.filter(person=cast["panel.pol"], team__role=Role.PANEL)
    rows.update(until=clock.today() - timedelta(days=1))
    assert not RoomCases.visible_to(cast["panel.pol"]).exists()
    assert not PanelAudits.visible_to(cast["panel.pol"]).exists()
    assert not Case.objects.visible_to(cast["panel.pol"]).exists()
    assert not AgencyReturn.objects.visible_to(cast["panel.pol"]).exists()
    assert Case.objects.visible_to(cast["panel.csc"]).count() == 2
