"""Who somebody is: agencies over time, accounts, roles held in teams, and the guide to roles."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from macfa.people import rules, services
from macfa.people.models import Agency, Membership, Partnership, Team, User
from macfa.people.roles import GUIDES, Role
from tests.cast import PASSWORD, Cast, assemble
from workflows import clock
from workflows.errors import NotAllowed

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "roles.md"


# --- agencies ---------------------------------------------------------------------------------


def test_an_agency_is_there_from_its_first_day_to_its_last(cast: Cast) -> None:
    police = cast.agencies["POL"]
    Agency.objects.filter(pk=police.pk).update(since=date(2026, 4, 1), until=date(2026, 9, 30))
    here = {
        day: police in cast.partnership.agencies.on(day)
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 1))
    }
    assert list(here.values()) == [False, True, True, False]


def test_an_agency_that_has_not_ended_goes_on(cast: Cast) -> None:
    assert cast.partnership.agencies.on(date(2099, 1, 1)).count() == len(cast.agencies)


def test_agencies_come_in_the_order_of_their_position(cast: Cast) -> None:
    services.add_agency(partnership=cast.partnership, code="AAA", name="Last", position=9)
    assert [agency.code for agency in cast.partnership.agencies.all()][-1] == "AAA"


def test_adding_an_agency_again_finds_it_and_adds_its_new_settings(cast: Cast) -> None:
    education = cast.agencies["EDU"]
    again = services.add_agency(
        partnership=cast.partnership, code="EDU", name="Schools", settings=("Hill School", "Mill")
    )
    assert again == education
    assert again.name == "Education"
    assert [str(setting) for setting in again.settings.all()] == [
        "Brook School",
        "Hill School",
        "Mill",
    ]


# --- accounts ---------------------------------------------------------------------------------


def test_a_person_has_one_account_whatever_the_case_of_their_address(db: None) -> None:
    first = services.add_person(email="Ann@Oakvale.example", name="Ann")
    assert services.add_person(email="ann@oakvale.EXAMPLE", name="Somebody else") == first
    assert first.email == "ann@oakvale.example"
    assert User.objects.get_by_natural_key("ANN@oakvale.example") == first


def test_a_person_is_called_by_their_name_and_signs_in_with_their_password(cast: Cast) -> None:
    person = cast["lead.pol"]
    assert str(person) == person.get_full_name() == "Lead Pol"
    assert person.check_password(PASSWORD)


def test_an_account_without_a_password_cannot_be_signed_in_to(db: None) -> None:
    assert not services.add_person(email="ann@oakvale.example", name="Ann").has_usable_password()


# --- roles and teams --------------------------------------------------------------------------


def test_those_who_hold_one_role_in_one_agency_are_one_team(cast: Cast) -> None:
    police = cast.agencies["POL"]
    team = Team.objects.for_role(cast.partnership, Role.AUDITOR, police)
    assert str(team) == "Auditor, Police"
    assert [person.name for person in rules.people_in(team)] == ["Auditor Pol", "Auditor2 Pol"]
    assert rules.only_one(team) is None


def test_work_for_a_team_of_one_can_go_straight_to_them(cast: Cast) -> None:
    team = Team.objects.for_role(cast.partnership, Role.AGENCY_LEAD, cast.agencies["POL"])
    assert rules.only_one(team) == cast["lead.pol"]
    assert rules.only_one(Team.objects.for_role(cast.partnership, Role.PANEL)) is None


def test_there_is_one_team_of_a_role_of_the_partnership(cast: Cast) -> None:
    Team.objects.for_role(cast.partnership, Role.QPPA)
    assert Team.objects.filter(partnership=cast.partnership, role=Role.QPPA).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.create(partnership=cast.partnership, role=Role.QPPA, name="Another")


def test_joining_twice_is_one_membership(cast: Cast) -> None:
    again = services.join(person=cast["qppa"], partnership=cast.partnership, role=Role.QPPA)
    assert list(cast["qppa"].memberships.all()) == [again]


def test_one_person_may_hold_several_roles_in_several_agencies(cast: Cast) -> None:
    person = cast["lead.pol"]
    services.join(
        person=person,
        partnership=cast.partnership,
        role=Role.AUDITOR,
        agency=cast.agencies["EDU"],
    )
    assert {str(team) for team in rules.teams_of(person)} == {
        "Agency lead, Police",
        "Auditor, Education",
    }
    assert rules.holds(person, Role.AUDITOR, cast.partnership, cast.agencies["EDU"])
    assert not rules.holds(person, Role.AUDITOR, cast.partnership, cast.agencies["POL"])


def test_a_role_is_held_from_the_day_it_is_taken(cast: Cast) -> None:
    with clock.playing(TUESDAY):
        person = cast.add("newcomer", Role.BOARD)
        assert rules.holds(person, Role.BOARD, cast.partnership)
    with clock.playing(MONDAY):
        assert not rules.holds(person, Role.BOARD, cast.partnership)


def test_a_role_given_up_is_gone_the_day_after_and_stays_in_the_record(cast: Cast) -> None:
    with clock.playing(MONDAY):
        person = cast.add("newcomer", Role.BOARD)
        membership = services.leave(membership=Membership.objects.get(person=person))
        assert rules.holds(person, Role.BOARD, cast.partnership)
    with clock.playing(TUESDAY):
        assert not rules.holds(person, Role.BOARD, cast.partnership)
        assert rules.teams_of(person) == []
    assert (membership.since, membership.until) == (date(2026, 11, 23), date(2026, 11, 23))


def test_a_closed_account_holds_no_role_any_more(cast: Cast) -> None:
    User.objects.filter(pk=cast["lead.pol"].pk).update(is_active=False)
    assert not rules.holds(cast["lead.pol"], Role.AGENCY_LEAD, cast.partnership)
    team = Team.objects.for_role(cast.partnership, Role.AGENCY_LEAD, cast.agencies["POL"])
    assert not rules.people_in(team)


def test_a_role_is_held_by_the_insider_and_not_by_a_colleague_or_an_outsider(cast: Cast) -> None:
    police = cast.agencies["POL"]
    outsider = assemble("elsewhere")["lead.pol"]
    held = [
        rules.holds(person, Role.AGENCY_LEAD, cast.partnership, police)
        for person in (cast["lead.pol"], cast["lead.csc"], outsider)
    ]
    assert held == [True, False, False]


def test_a_refusal_names_every_role_that_may(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="This is for the coordinator or qppa member"):
        rules.check_holds(cast["board"], (Role.COORDINATOR, Role.QPPA), cast.partnership)


def test_somebody_sees_the_pages_of_the_partnership_they_work_in(cast: Cast) -> None:
    stranger = services.add_person(email="stranger@example.org", name="Stranger")
    assert rules.partnership_of(cast["auditor.pol"]) == cast.partnership
    assert rules.partnership_of(stranger) is None


def test_work_is_given_by_the_coordinator_and_in_their_agency_by_its_lead(cast: Cast) -> None:
    auditors = Team.objects.for_role(cast.partnership, Role.AUDITOR, cast.agencies["POL"])
    panel = Team.objects.for_role(cast.partnership, Role.PANEL, cast.agencies["POL"])
    elsewhere = assemble("elsewhere")
    assert {auditors, panel} <= set(rules.gives(cast["coordinator"]))
    assert auditors in rules.gives(cast["lead.pol"])
    assert panel not in rules.gives(cast["lead.pol"])
    for person in (cast["lead.csc"], cast["auditor.pol"], elsewhere["coordinator"]):
        assert auditors not in rules.gives(person)


def test_a_partnership_agency_team_and_membership_are_called_by_their_names(cast: Cast) -> None:
    assert str(Partnership.objects.get()) == "Oakvale Partnership"
    assert str(cast.agencies["POL"]) == "Police"
    assert str(cast["chair"].memberships.get()) == "Chair: Independent scrutineer"


# --- the guide --------------------------------------------------------------------------------


def test_every_role_has_a_guide_of_what_it_does_and_may_not_do() -> None:
    assert [guide.role for guide in GUIDES] == list(Role)
    assert all(guide.does.endswith(".") and guide.may_not.endswith(".") for guide in GUIDES)


@pytest.mark.parametrize("role", list(Role))
def test_the_guide_and_the_documentation_say_the_same_about_where_a_role_is_held(
    role: Role,
) -> None:
    (row,) = [line for line in DOCS.read_text().splitlines() if f"`{role.value}`" in line]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    guide = next(guide for guide in GUIDES if guide.role == role)
    assert cells[0] == role.label
    assert cells[2] == ("agency" if guide.of_an_agency else "partnership")


def test_an_agency_has_a_team_for_each_of_its_roles_from_the_start(db: None) -> None:
    partnership = Partnership.objects.create(code="fen", name="Fen")
    agency = services.add_agency(partnership=partnership, code="POL", name="Police")
    roles = set(Team.objects.filter(agency=agency).values_list("role", flat=True))
    assert roles == {guide.role.value for guide in GUIDES if guide.of_an_agency}
