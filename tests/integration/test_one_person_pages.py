"""Joiners, movers and leavers: roles given, ended and moved by whose business it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from macfa.people import rules
from macfa.people.models import Change, Membership, User
from macfa.people.roles import Role
from macfa.people.services import end_roles, give_role, join, leave_partnership
from macfa.people.services.roles import close_accounts
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, browser, posted, text
from tests.integration.returns import date_typed
from workflows import clock
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from datetime import date

    from django.test import Client

pytestmark = pytest.mark.django_db


def at(cast: Cast, name: str, below: str = "") -> str:
    return f"/people/{cast[name].public_id}/{below}"


def days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def on_a_day(last: date) -> dict[str, object]:
    return {"when": "day", **date_typed("last", last)}


def held(cast: Cast, name: str) -> list[tuple[str, date | None]]:
    rows = Membership.objects.filter(person=cast[name]).order_by("pk")
    return list(rows.values_list("team__name", "until"))


def ending(cast: Cast, name: str) -> dict[str, object]:
    return {"roles": [each.pk for each in cast[name].memberships.all()]}


# --- whose business it is ------------------------------------------------------------------------


@pytest.mark.parametrize("below", ["", "roles/new/", "roles/end/"])
def test_a_lead_opens_their_own_people_and_nobody_elses(
    cast: Cast, as_: Browsers, below: str
) -> None:
    text(as_("lead.pol"), at(cast, "auditor.pol", below))
    outsider = browser(assemble("elsewhere")["coordinator"])
    for client in (as_("lead.csc"), outsider):
        text(client, at(cast, "auditor.pol", below), 404)
    text(as_("lead.pol"), at(cast, "panel.pol", below), 404)
    text(as_("auditor.pol"), at(cast, "auditor.pol", below), 404)


@pytest.mark.parametrize("below", ["move/", "leave/"])
def test_moving_and_leaving_are_for_coordinator_and_administrator(
    cast: Cast, as_: Browsers, below: str
) -> None:
    for name in ("coordinator", "admin"):
        text(as_(name), at(cast, "auditor.pol", below))
    text(as_("lead.pol"), at(cast, "auditor.pol", below), 403)
    text(browser(assemble("elsewhere")["admin"]), at(cast, "auditor.pol", below), 404)


def test_the_directory_of_a_lead_has_their_own_people_alone(cast: Cast, as_: Browsers) -> None:
    page = text(as_("lead.pol"), "/people/")
    assert "Auditor Pol" in page
    assert not [
        name for name in ("Auditor Csc", "Panel Pol", "Coordinator", "Qppa") if name in page
    ]
    assert "Panel Pol" in text(as_("coordinator"), "/people/")
    assert "People" in text(as_("lead.pol"), "/account/")
    assert "/people/" not in text(as_("auditor.pol"), "/account/")


# --- joiners -------------------------------------------------------------------------------------


def test_a_lead_gives_a_role_from_a_day_to_a_day_and_the_person_is_told(
    cast: Cast, as_: Browsers
) -> None:
    client = as_("lead.pol")
    role = {"role": "action_owner", "agency": cast.agencies["POL"].pk}
    role |= date_typed("since", days(1)) | date_typed("until", days(30))
    posted(client, at(cast, "auditor.pol", "roles/new/"), role, 302)
    assert held(cast, "auditor.pol")[1] == ("Action owner, Police", days(30))
    page = text(client, at(cast, "auditor.pol"))
    assert "To come" in page
    assert "Lead Pol gave Auditor Pol the role Action owner, Police" in page
    told = Notification.objects.get(recipient=cast["auditor.pol"])
    assert "Action owner, Police" in told.text
    assert "in these days already" in posted(client, at(cast, "auditor.pol", "roles/new/"), role)


def test_a_lead_gives_no_role_of_another_agency_or_of_the_partnership(
    cast: Cast, as_: Browsers
) -> None:
    client, day = as_("lead.pol"), date_typed("since", days(0))
    for role, agency in (("auditor", "CSC"), ("panel", "POL"), ("qppa", "POL")):
        wrong = {"role": role, "agency": cast.agencies[agency].pk, **day}
        assert "There is a problem" in posted(client, at(cast, "auditor.pol", "roles/new/"), wrong)
    assert len(held(cast, "auditor.pol")) == 1


def test_nobody_gives_themselves_one_more_role(cast: Cast, as_: Browsers) -> None:
    role = {"role": "board", "agency": "", **date_typed("since", days(0))}
    page = posted(as_("coordinator"), at(cast, "coordinator", "roles/new/"), role)
    assert "You cannot give yourself a role." in page
    assert "Give another role" not in text(as_("coordinator"), at(cast, "coordinator"))


# --- ending a role -------------------------------------------------------------------------------


def test_a_role_ends_on_a_day_and_not_backwards(cast: Cast, as_: Browsers) -> None:
    client, address = as_("lead.pol"), at(cast, "auditor.pol", "roles/end/")
    chosen = ending(cast, "auditor.pol")
    assert "cannot be in the past" in posted(client, address, chosen | on_a_day(days(-1)))
    assert "Choose at least one role" in posted(client, address, on_a_day(days(1)))
    assert "Enter the last day" in posted(client, address, chosen | {"when": "day"})
    posted(client, address, chosen | on_a_day(days(5)), 302)
    assert held(cast, "auditor.pol") == [("Auditor, Police", days(5))]
    assert rules.holds(cast["auditor.pol"], Role.AUDITOR, cast.partnership)
    assert User.objects.get(pk=cast["auditor.pol"].pk).is_active
    entry = LedgerEntry.objects.get(verb="role_ended")
    assert entry.facts["to_person"] == cast["auditor.pol"].public_id


def test_open_work_is_shown_before_a_role_ends_and_leads_to_handing_it_over(
    cast: Cast, as_: Browsers
) -> None:
    audit = factories.audit_issued(cast)
    factories.drafting(cast, factories.a_return(audit))
    address = at(cast, "auditor.pol", "roles/end/")
    hand_over = f"/tasks/people/{cast['auditor.pol'].public_id}/"
    for name in ("lead.pol", "coordinator"):
        page = text(as_(name), address)
        assert "1 open task" in page
        assert hand_over in page
    page = text(as_("admin"), address)
    assert "1 open task" in page
    assert hand_over not in page
    assert audit.prefix not in page


def test_the_last_coordinator_stays_until_there_is_another(cast: Cast, as_: Browsers) -> None:
    client, address = as_("admin"), at(cast, "coordinator", "roles/end/")
    chosen = ending(cast, "coordinator")
    for when in ({"when": "now"}, on_a_day(days(3))):
        assert "is the last coordinator" in posted(client, address, chosen | when)
    assert "is the last coordinator" in posted(
        client, at(cast, "coordinator", "leave/"), {"when": "now"}
    )
    join(person=cast["qppa"], partnership=cast.partnership, role=Role.COORDINATOR)
    posted(client, address, chosen | on_a_day(days(3)), 302)


def test_who_ends_before_the_last_coordinator_does_is_no_other(cast: Cast, as_: Browsers) -> None:
    other = join(person=cast["qppa"], partnership=cast.partnership, role=Role.COORDINATOR)
    Membership.objects.filter(pk=other.pk).update(until=days(2))
    address, chosen = at(cast, "coordinator", "roles/end/"), ending(cast, "coordinator")
    client = as_("admin")
    assert "is the last coordinator" in posted(client, address, chosen | on_a_day(days(3)))
    assert "is the last coordinator" in posted(client, address, chosen | on_a_day(days(2)))


def test_the_last_lead_of_an_agency_may_go_after_a_word_of_warning(
    cast: Cast, as_: Browsers
) -> None:
    client, address = as_("coordinator"), at(cast, "lead.pol", "roles/end/")
    assert "is the only lead of Police" in text(client, address)
    posted(client, address, ending(cast, "lead.pol") | on_a_day(days(0)), 302)
    join(
        person=cast["auditor.csc"],
        partnership=cast.partnership,
        role=Role.AGENCY_LEAD,
        agency=cast.agencies["CSC"],
    )
    assert "is the only lead" not in text(client, at(cast, "lead.csc", "roles/end/"))


# --- movers --------------------------------------------------------------------------------------


def moving(cast: Cast, leaving: str, joining: str, on: date) -> dict[str, object]:
    from_, to = cast.agencies[leaving].pk, cast.agencies[joining].pk
    return {"leaving": from_, "joining": to, **date_typed("on", on)}


def test_somebody_moves_to_another_agency_from_a_day(cast: Cast, as_: Browsers) -> None:
    client, address = as_("coordinator"), at(cast, "auditor.pol", "move/")
    assert "Choose another agency" in posted(client, address, moving(cast, "POL", "POL", days(4)))
    posted(client, address, moving(cast, "POL", "CSC", days(4)), 302)
    assert held(cast, "auditor.pol") == [("Auditor, Police", days(3)), (CSC, None)]
    assert rules.holds(cast["auditor.pol"], Role.AUDITOR, cast.partnership, cast.agencies["POL"])


CSC = "Auditor, Children’s Social Care"


def test_who_moves_today_sees_nothing_of_the_old_agency_any_more(cast: Cast, as_: Browsers) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    mover = as_("auditor.pol")
    text(mover, return_.get_absolute_url())
    posted(as_("admin"), at(cast, "auditor.pol", "move/"), moving(cast, "POL", "CSC", days(0)), 302)
    text(mover, return_.get_absolute_url(), 404)
    assert rules.holds(cast["auditor.pol"], Role.AUDITOR, cast.partnership, cast.agencies["CSC"])


# --- leavers -------------------------------------------------------------------------------------


def is_signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_who_leaves_at_once_is_signed_out_and_sees_nothing_more(cast: Cast, as_: Browsers) -> None:
    leaver = as_("auditor.pol")
    assert is_signed_in(leaver)
    posted(as_("coordinator"), at(cast, "auditor.pol", "leave/"), {"when": "now"}, 302)
    assert not is_signed_in(leaver)
    assert not User.objects.get(pk=cast["auditor.pol"].pk).is_active
    page = text(as_("coordinator"), at(cast, "auditor.pol"))
    assert "Closed" in page
    assert "The account of Auditor Pol was closed" in page


def test_who_leaves_on_a_day_works_until_then_and_is_closed_after_it(
    cast: Cast, as_: Browsers
) -> None:
    leaver = as_("auditor.pol")
    posted(as_("coordinator"), at(cast, "auditor.pol", "leave/"), on_a_day(days(1)), 302)
    assert is_signed_in(leaver)
    with clock.playing(clock.now() + timedelta(days=1)):
        assert close_accounts() == 0
    with clock.playing(clock.now() + timedelta(days=2)):
        assert close_accounts() == 1
        assert close_accounts() == 0
    assert not is_signed_in(leaver)


def test_who_serves_elsewhere_keeps_their_account(cast: Cast, as_: Browsers) -> None:
    other = assemble("elsewhere")
    join(person=cast["board"], partnership=other.partnership, role=Role.BOARD)
    client = as_("board")
    posted(as_("coordinator"), at(cast, "board", "leave/"), {"when": "now"}, 302)
    assert is_signed_in(client)
    assert other.partnership.name in text(client, "/audits/")
    assert cast.partnership.name not in text(client, "/audits/")


def test_a_role_to_come_keeps_an_account_open(cast: Cast) -> None:
    person, by = cast["auditor.pol"], cast["coordinator"]
    team = person.memberships.get().team
    end_roles(person=person, memberships=person.memberships.all(), last=days(0), by=by)
    give_role(person=person, team=team, since=days(10), by=by)
    with clock.playing(clock.now() + timedelta(days=3)):
        assert close_accounts() == 0


def test_an_account_that_never_had_a_role_is_let_be(cast: Cast) -> None:
    User.objects.create_user("new@oakvale.example", "x", name="New")
    assert close_accounts() == 0


def test_coordinators_do_not_let_administrators_and_scrutineers_go(
    cast: Cast, as_: Browsers
) -> None:
    for name in ("chair", "admin"):
        posted(as_("coordinator"), at(cast, name, "leave/"), {"when": "now"}, 403)
    posted(as_("admin"), at(cast, "chair", "leave/"), {"when": "now"}, 302)


def test_what_is_changed_is_kept_apart_for_each_partnership(cast: Cast, as_: Browsers) -> None:
    other = assemble("elsewhere")
    join(person=cast["board"], partnership=other.partnership, role=Role.QPPA)
    leave_partnership(
        person=cast["board"], partnership=other.partnership, last=days(3), by=other["coordinator"]
    )
    assert Change.objects.get(person=cast["board"]).partnership == other.partnership
    page = text(as_("coordinator"), at(cast, "board"))
    assert "QPPA" not in page
    assert "What was changed" not in page
