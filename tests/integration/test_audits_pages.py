"""The pages of planning an audit: who opens them, opening an audit, and the page of roles."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.audits import services
from macfa.audits.models import Audit
from macfa.people.roles import Role
from tests.cast import Cast, assemble
from tests.factories import audit_opened
from tests.integration.browsing import Browsers, browser, text
from tests.integration.planning import (
    ADD,
    OPEN,
    PAGES,
    READERS,
    add,
    choice,
    dates_of,
    scope_of,
)
from workflows import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_opened(cast)


# --- who may open what ------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["coordinator", "qppa", "chair", *READERS])
def test_planning_is_open_to_everyone_who_sees_the_audit(
    audit: Audit, as_: Browsers, name: str, path: str
) -> None:
    address = audit.get_absolute_url() + path
    assert as_(name).get(address, follow=True).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "themes/add/", "themes/choose/", "begin-sampling/"])
def test_for_others_and_for_outsiders_there_is_no_such_audit(
    cast: Cast, audit: Audit, as_: Browsers, path: str
) -> None:
    address = audit.get_absolute_url() + path
    outsider = assemble("elsewhere")["coordinator"]
    for client in (as_("auditor.pol"), as_("owner.csc"), as_("admin"), browser(outsider)):
        assert client.get(address).status_code == 404
        assert client.post(address, {}).status_code in {404, 405}


@pytest.mark.parametrize(
    "path", ["themes/add/", "themes/choose/", "dates/propose/", "begin-sampling/"]
)
@pytest.mark.parametrize("name", ["qppa", "chair", *READERS])
def test_the_coordinators_pages_are_refused_to_everyone_else(
    audit: Audit, as_: Browsers, name: str, path: str
) -> None:
    refusal = text(as_(name), audit.get_absolute_url() + path, status=403)
    assert "This is for the coordinator" in refusal


@pytest.mark.parametrize("name", READERS)
def test_a_reader_who_posts_is_refused_and_nothing_changes(
    cast: Cast, audit: Audit, as_: Browsers, name: str
) -> None:
    theme, base, client = add(cast, audit), audit.get_absolute_url(), as_(name)
    for path, posted in (
        ("themes/add/", ADD),
        ("themes/ask/", {"token": "x"}),
        ("themes/choose/", choice(theme, confirmed=1)),
        ("scope/", scope_of(cast, audit)),
        ("dates/", dates_of(audit, confirmed=1)),
        ("begin-sampling/", {"token": "y"}),
    ):
        assert client.post(base + path, posted).status_code == 403
    audit.refresh_from_db()
    assert (audit.theme, audit.themes.count(), audit.theme_views.count()) == (None, 1, 0)


def test_somebody_signed_out_is_asked_to_sign_in(audit: Audit) -> None:
    for address in ("/audits/new/", audit.get_absolute_url() + "themes/", "/roles/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", [*PAGES, "themes/add/", "dates/propose/"])
def test_a_page_has_a_title_of_its_own_one_heading_and_the_way_back(
    cast: Cast, audit: Audit, as_: Browsers, path: str
) -> None:
    services.propose_dates(audit=audit, start=clock.today(), by=cast["coordinator"])
    html = text(as_("coordinator"), audit.get_absolute_url() + path)
    assert html.count("<h1") == 1
    assert "<title>NEG: " in html
    assert f'href="{audit.get_absolute_url()}">Audit NEG</a>' in html
    assert 'href="/">My work</a>' in html


# --- opening ----------------------------------------------------------------------------------


def test_a_coordinator_opens_an_audit_and_lands_on_it(as_: Browsers) -> None:
    client = as_("coordinator")
    assert "Open an audit" in text(client, "/audits/new/")
    answer = client.post("/audits/new/", OPEN)
    audit = Audit.objects.get()
    assert answer["Location"] == audit.get_absolute_url()
    assert (audit.prefix, audit.title, audit.period) == ("EHE", "Home education", "Q4 2026/27")


@pytest.mark.parametrize("name", ["qppa", "lead.pol", "auditor.pol", "board"])
def test_nobody_else_can_open_an_audit(as_: Browsers, name: str) -> None:
    assert as_(name).get("/audits/new/").status_code == 403
    assert as_(name).post("/audits/new/", OPEN).status_code == 403
    assert not Audit.objects.exists()


def test_opening_posted_twice_lands_on_the_one_audit(as_: Browsers) -> None:
    client = as_("coordinator")
    answers = [client.post("/audits/new/", OPEN | {"token": "one-form"}) for _ in range(2)]
    audit = Audit.objects.get()
    assert [answer["Location"] for answer in answers] == [audit.get_absolute_url()] * 2


def test_a_taken_reference_is_said_beside_the_field_and_the_rest_is_kept(
    audit: Audit, as_: Browsers
) -> None:
    answer = as_("coordinator").post("/audits/new/", OPEN | {"reference": "neg"})
    html = answer.content.decode()
    assert "NEG is the short reference of another audit" in html
    assert "<title>Error: " in html
    assert 'value="Home education"' in html
    assert 'href="#id_reference"' in html


@pytest.mark.parametrize("reference", ["", "N", "1AB", "N-G", "TOOLONGER"])
def test_a_reference_that_will_not_do_says_what_would(as_: Browsers, reference: str) -> None:
    html = as_("coordinator").post("/audits/new/", OPEN | {"reference": reference})
    assert "hort reference" in html.content.decode()
    assert not Audit.objects.exists()


# --- cost and roles ---------------------------------------------------------------------------


def test_the_themes_page_costs_the_same_however_many_themes_and_views_there_are(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    address, client = audit.get_absolute_url() + "themes/", as_("chair")
    few = _themes_with_views(cast, audit, "A")
    with CaptureQueriesContext(
        connection,
    ) as before:
        text(client, address)
    for number in range(4):
        cast.add(f"more{number}", Role.QPPA)
    many = _themes_with_views(cast, audit, "B", "C", "D")
    with CaptureQueriesContext(connection) as after:
        text(client, address)
    assert many > few
    assert len(after) == len(before)


def _themes_with_views(cast: Cast, audit: Audit, *titles: str) -> int:
    themes = [add(cast, audit, title) for title in titles]
    services.ask_for_views(audit=audit, by=cast["coordinator"])
    for view in audit.theme_views.filter(given_at=None):
        ranks = {theme: number for number, theme in enumerate(themes, 1)}
        services.give_view(view=view, comment="Yes", ranks=ranks, by=view.person)
    return audit.theme_views.count()


@pytest.mark.parametrize("name", ["coordinator", "lead.pol", "auditor.pol", "admin"])
def test_the_page_of_roles_explains_every_role_and_marks_ones_own(as_: Browsers, name: str) -> None:
    html = text(as_(name), "/roles/")
    assert all(f">{role.label}</h2>" in html for role in Role)
    assert html.count("Your role") == 1
    assert ("Your role in Police" in html) == name.endswith(".pol")
