"""The pages of the panel: who opens them, convening, release, preparing, sittings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from macfa.moderation import services
from macfa.moderation.models import Panel, PanelMember, Sitting
from macfa.people.roles import Role
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, Posted, browser, parts, posted, text
from tests.integration.moderating import (
    a_grade,
    a_panel,
    agency_page,
    case_page,
    convened,
    list_page,
    panel_page,
)
from workflows import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(cast: Cast) -> Audit:
    return factories.audit_returned(cast)


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """In moderation, its cases released to a panel of two and the chair."""
    return factories.audit_convened(cast)


@pytest.fixture
def case(audit: Audit) -> Case:
    return Case.objects.select_related("audit").filter(audit=audit).order_by("number")[0]


def test_a_browser_without_a_sign_in_is_asked_for_one(audit: Audit, case: Case) -> None:
    for address in (panel_page(audit), list_page(audit), case_page(case)):
        page = Client().get(address)
        assert page.status_code == 302
        assert page.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "name", ["lead.pol", "auditor.pol", "owner.pol", "panel.edu", "qppa", "board", "admin"]
)
def test_who_does_not_sit_on_the_panel_finds_no_page(
    cast: Cast, audit: Audit, case: Case, name: str
) -> None:
    client = browser(cast[name])
    panel = Panel.objects.get(audit=audit)
    addresses = [panel_page(audit, below) for below in ("", "release/", "members/", "guests/")]
    addresses += [panel_page(audit, "sittings/"), list_page(audit), list_page(audit, "conclude/")]
    addresses += [case_page(case, below) for below in ("", "grade/", "domains/", "domains/D1/")]
    addresses += [case_page(case, "reopen/"), case_page(case, "conflict/"), agency_page(case)]
    for address in [*addresses, panel.get_absolute_url()]:
        assert client.get(address).status_code == 404, address
        assert client.post(address, a_grade(case)).status_code in {404, 405}, address


def test_nobody_of_another_partnership_finds_a_page(audit: Audit, case: Case) -> None:
    elsewhere = assemble("elsewhere")
    for name in ("coordinator", "chair", "panel.pol"):
        client = browser(elsewhere[name])
        for address in (panel_page(audit), list_page(audit), case_page(case), agency_page(case)):
            assert client.get(address).status_code == 404


def test_outstanding_returns_are_named_with_their_pages(cast: Cast, as_: Browsers) -> None:
    audit = factories.audit_issued(cast)
    page = text(as_("coordinator"), panel_page(audit))
    assert "6 returns are outstanding" in page
    return_ = factories.a_return(audit)
    assert f'href="{return_.get_absolute_url()}">Police on NEG-01: waiting' in page
    assert "Check the panel" not in page
    refused = posted(as_("coordinator"), panel_page(audit), a_panel(cast, audit, confirmed=1))
    assert "Police on NEG-01" in refused


def test_before_agency_audits_no_panel_is_convened(cast: Cast, as_: Browsers) -> None:
    page = text(as_("coordinator"), panel_page(factories.audit_drawn(cast)))
    assert "convened at the end of agency audits" in page


def test_the_panel_is_checked_changed_and_convened(
    cast: Cast, as_: Browsers, returned: Audit
) -> None:
    client, address = as_("coordinator"), panel_page(returned)
    check = posted(client, address, a_panel(cast, returned))
    assert "Check the panel before you convene it" in check
    assert "Panel Csc\nPanel Pol" in check
    changed = posted(client, address, a_panel(cast, returned, change=1))
    assert f'value="{cast["chair"].public_id}" checked' in changed
    given = a_panel(cast, returned, confirmed=1)
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == address
    assert Panel.objects.count() == 1
    assert Audit.objects.get(pk=returned.pk).stage == Stage.MODERATION
    page = text(client, address)
    assert "Members: 0 of 3 prepared" in page
    assert "2 cases are not released to the panel yet" in page
    assert as_("panel.pol").post(address, given).status_code == 403
    assert "Your preparation for the panel" in text(as_("panel.pol"), address)


def test_a_panel_too_small_or_never_quorate_is_refused_beside_the_field(
    cast: Cast, as_: Browsers, returned: Audit
) -> None:
    client, address = as_("coordinator"), panel_page(returned)
    alone = a_panel(cast, returned, members=[cast["panel.csc"].public_id])
    assert 'href="#id_members_0">Choose at least 2 panel members' in posted(client, address, alone)
    page = posted(client, address, a_panel(cast, returned, quorum=9))
    assert 'href="#id_quorum">The quorum must be between 2 and 3' in page
    page = posted(client, address, {"token": "x"})
    for sentence in ("Select who chairs the panel", "Select the members of the panel"):
        assert sentence in page


def test_a_stale_panel_is_refused_and_keeps_what_was_typed(
    cast: Cast, as_: Browsers, returned: Audit
) -> None:
    given = a_panel(cast, returned, confirmed=1, version=1)
    page = posted(as_("coordinator"), panel_page(returned), given, 409)
    assert "Somebody changed this while your page was open" in page


def test_cases_are_released_once_and_it_says_to_whom(
    cast: Cast, as_: Browsers, returned: Audit
) -> None:
    services.convene(
        audit=returned,
        chair=cast["chair"],
        members=[cast["panel.csc"], cast["panel.pol"]],
        meets_on=clock.today(),
        by=cast["coordinator"],
    )
    client, address = as_("coordinator"), panel_page(returned, "release/")
    page = text(client, address)
    assert "NEG-01, NEG-02" in page
    assert "Panel Pol (Police)" in page
    version = Audit.objects.get(pk=returned.pk).version
    for _time in range(2):
        answer = client.post(address, {"token": "same", "version": version})
        assert answer.headers["Location"] == panel_page(returned)
    assert set(returned.cases.values_list("state", flat=True)) == {CaseState.RELEASED}
    assert "released to the panel already" in text(client, address)
    as_member = as_("panel.pol").post(address, {"token": "other", "version": version + 1})
    assert as_member.status_code == 403


def test_preparing_waits_for_the_release_and_says_so(
    cast: Cast, as_: Browsers, returned: Audit
) -> None:
    panel = services.convene(
        audit=returned,
        chair=cast["chair"],
        members=[cast["panel.csc"], cast["panel.pol"]],
        meets_on=clock.today(),
        by=cast["coordinator"],
    )
    address = panel.get_absolute_url()
    page = text(as_("panel.pol"), address)
    assert "The cases have not been released to the panel yet" in page
    assert "I have read the cases" not in page
    assert "not been released" in posted(as_("panel.pol"), address, {"token": "early"}, 409)


def test_a_member_reads_declares_and_no_longer_finds_the_case(
    cast: Cast, as_: Browsers, audit: Audit, case: Case
) -> None:
    client, panel = as_("panel.pol"), convened(audit)
    address = panel.get_absolute_url()
    assert case_page(case) in text(client, address)
    version = PanelMember.objects.get(panel=panel, person=cast["panel.pol"]).version
    given: Posted = {"conflicts": [case.pk], "why": "", "token": "same", "version": version}
    assert "Say what the conflict of interest is" in posted(client, address, given)
    given["why"] = "A relative"
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == address
    page = text(client, address)
    assert "that you have read the cases" in page
    assert case_page(case) not in page
    for below in ("", "grade/", "domains/", "domains/D1/", "conflict/"):
        assert client.get(case_page(case, below)).status_code == 404
    assert "NEG-01" not in text(client, list_page(audit))
    assert "NEG-01" in text(as_("panel.csc"), list_page(audit))
    assert "Stepped out of this case, with a conflict of interest: Panel Pol" in text(
        as_("chair"), case_page(case)
    )
    seen = text(as_("coordinator"), panel_page(audit))
    assert "Members: 1 of 3 prepared" in seen
    assert ">NEG-01</td>" in seen


def test_a_member_steps_out_after_preparing(as_: Browsers, audit: Audit, case: Case) -> None:
    client, address = as_("panel.pol"), case_page(case, "conflict/")
    assert "You will no longer see this case anywhere" in text(client, address)
    for _time in range(2):
        answer = client.post(address, {"why": "A relative", "token": "same"})
        assert answer.headers["Location"] == convened(audit).get_absolute_url()
    assert client.get(case_page(case)).status_code == 404
    assert as_("coordinator").get(address).status_code == 404


def test_the_coordinator_who_does_not_sit_is_led_to_the_panel(as_: Browsers, audit: Audit) -> None:
    answer = as_("coordinator").get(convened(audit).get_absolute_url())
    assert answer.headers["Location"] == panel_page(audit)


def test_a_deputy_and_a_guest_join(cast: Cast, as_: Browsers, audit: Audit) -> None:
    deputy = cast.add("deputy.pol", Role.PANEL, "POL")
    client, address = as_("coordinator"), panel_page(audit, "members/")
    assert "Deputy Pol" in text(client, address)
    police = PanelMember.objects.get(panel__audit=audit, person=cast["panel.pol"])
    given: Posted = {"person": cast["panel.edu"].public_id, "deputy_for": police.pk, "token": "a"}
    assert client.post(address, given).status_code == 403
    given |= {"person": deputy.public_id, "version": convened(audit).version}
    for _time in range(2):
        assert client.post(address, given).headers["Location"] == panel_page(audit)
    guest = {"name": "Ada Invented", "role": "Head teacher", "token": "b"}
    assert client.post(panel_page(audit, "guests/"), guest).status_code == 302
    page = text(client, panel_page(audit))
    assert "deputy for Panel Pol" in page
    assert "No account" in page
    for name in ("chair", "panel.pol"):
        for below in ("members/", "guests/"):
            assert as_(name).get(panel_page(audit, below)).status_code == 403


def test_a_sitting_without_a_quorum_says_why(as_: Browsers, audit: Audit) -> None:
    members = list(PanelMember.objects.filter(panel__audit=audit).order_by("pk"))
    address = panel_page(audit, "sittings/")
    given: Posted = {
        **parts("held_on", clock.today()),
        "present": [members[0].pk, members[1].pk],
        "token": "same",
        "version": convened(audit).version,
    }
    page = posted(as_("chair"), address, given)
    assert 'href="#id_note">2 present is short of the quorum of 3' in page
    given["note"] = "Snow on the day"
    for _time in range(2):
        assert as_("chair").post(address, given).status_code == 302
    assert Sitting.objects.count() == 1
    shown = text(as_("coordinator"), panel_page(audit))
    assert "Not quorate" in shown
    assert "Snow on the day" in shown
    tomorrow = {**given, **parts("held_on", clock.today() + timedelta(days=1))}
    assert "today or in the past" in posted(as_("chair"), address, tomorrow)
    assert as_("panel.pol").get(address).status_code == 403
