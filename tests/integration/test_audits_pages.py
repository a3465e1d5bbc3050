"""The pages of planning an audit, as people open and post them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.audits import services
from macfa.audits.dates import propose
from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit, Theme, ThemeView
from macfa.people.models import User
from macfa.people.roles import Role
from tests.cast import Cast, assemble
from tests.factories import audit_issued, audit_opened, audit_scoped
from workflows import clock
from workflows.models import LedgerEntry, WorkItem

pytestmark = pytest.mark.django_db
Posted = dict[str, object]
READERS = ("lead.pol", "panel.pol", "board")
PAGES = ("themes/", "scope/", "dates/")


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_opened(cast)


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A browser in which somebody of the cast is signed in."""
    return lambda name: browser(cast[name])


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def add(cast: Cast, audit: Audit, title: str = "Neglect", evidence: str = "Rising") -> Theme:
    return services.propose_theme(
        audit=audit, title=title, sources=["data"], evidence=evidence, by=cast["coordinator"]
    )


def ask(cast: Cast, audit: Audit) -> ThemeView:
    """Ask for views, and hand back that of the first QPPA member."""
    services.ask_for_views(audit=audit, by=cast["coordinator"])
    return audit.theme_views.get(person=cast["qppa"])


def text(client: Client, address: str, status: int = 200) -> str:
    page = client.get(address)
    assert page.status_code == status, page.content
    return page.content.decode()


def parts(name: str, day: date) -> Posted:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


OPEN = {"title": "Home education", "reference": "ehe", "period": "Q4 2026/27"}
ADD = {"title": "Neglect", "sources": ["data", "priority"], "evidence": "Rising for two years"}


def choice(theme: Theme, **more: object) -> Posted:
    return {"theme": theme.pk, "reason": "Most urgent", "decided_by": "The QPPA", **more}


def scope_of(cast: Cast, audit: Audit, **more: object) -> Posted:
    return {
        "purpose": "Do we act?",
        "enquiry": "Is history used?\r\n\r\nIs the child heard?",
        "criteria": "Neglect recorded",
        **parts("looks_back_from", date(2025, 4, 1)),
        **parts("looks_back_to", date(2026, 3, 31)),
        "agencies": [agency.pk for agency in cast.agencies.values()],
        "tool_version": cast.tool.pk,
        "version": audit.version,
        "token": "scope-form",
        **more,
    }


def dates_of(audit: Audit, **more: object) -> Posted:
    posted: Posted = {"version": audit.version, "token": "dates-form"}
    for stage, day in audit.planned.items():
        posted |= parts(stage.value, day)
    return posted | more


# --- who may open what ------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", ["coordinator", "qppa", "chair", *READERS])
def test_planning_is_open_to_everyone_who_sees_the_audit(
    audit: Audit, as_: Callable[[str], Client], name: str, path: str
) -> None:
    address = audit.get_absolute_url() + path
    assert as_(name).get(address, follow=True).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "themes/add/", "themes/choose/", "begin-sampling/"])
def test_for_others_and_for_outsiders_there_is_no_such_audit(
    cast: Cast, audit: Audit, as_: Callable[[str], Client], path: str
) -> None:
    address = audit.get_absolute_url() + path
    outsider = assemble("elsewhere")["coordinator"]
    for client in (as_("auditor.pol"), as_("owner.csc"), as_("admin"), browser(outsider)):
        assert client.get(address).status_code == 404
        assert client.post(address, {}).status_code == 404


@pytest.mark.parametrize(
    "path", ["themes/add/", "themes/choose/", "dates/propose/", "begin-sampling/"]
)
@pytest.mark.parametrize("name", ["qppa", "chair", *READERS])
def test_the_coordinators_pages_are_refused_to_everyone_else(
    audit: Audit, as_: Callable[[str], Client], name: str, path: str
) -> None:
    refusal = text(as_(name), audit.get_absolute_url() + path, status=403)
    assert "This is for the coordinator" in refusal


@pytest.mark.parametrize("name", READERS)
def test_a_reader_who_posts_is_refused_and_nothing_changes(
    cast: Cast, audit: Audit, as_: Callable[[str], Client], name: str
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
    cast: Cast, audit: Audit, as_: Callable[[str], Client], path: str
) -> None:
    services.propose_dates(audit=audit, start=clock.today(), by=cast["coordinator"])
    html = text(as_("coordinator"), audit.get_absolute_url() + path)
    assert html.count("<h1") == 1
    assert "<title>NEG: " in html
    assert f'href="{audit.get_absolute_url()}">Audit NEG</a>' in html
    assert 'href="/">My work</a>' in html


# --- opening ----------------------------------------------------------------------------------


def test_a_coordinator_opens_an_audit_and_lands_on_it(as_: Callable[[str], Client]) -> None:
    client = as_("coordinator")
    assert "Open an audit" in text(client, "/audits/new/")
    answer = client.post("/audits/new/", OPEN)
    audit = Audit.objects.get()
    assert answer["Location"] == audit.get_absolute_url()
    assert (audit.prefix, audit.title, audit.period) == ("EHE", "Home education", "Q4 2026/27")


@pytest.mark.parametrize("name", ["qppa", "lead.pol", "auditor.pol", "board"])
def test_nobody_else_can_open_an_audit(as_: Callable[[str], Client], name: str) -> None:
    assert as_(name).get("/audits/new/").status_code == 403
    assert as_(name).post("/audits/new/", OPEN).status_code == 403
    assert not Audit.objects.exists()


def test_opening_posted_twice_lands_on_the_one_audit(as_: Callable[[str], Client]) -> None:
    client = as_("coordinator")
    answers = [client.post("/audits/new/", OPEN | {"token": "one-form"}) for _ in range(2)]
    audit = Audit.objects.get()
    assert [answer["Location"] for answer in answers] == [audit.get_absolute_url()] * 2


def test_a_taken_reference_is_said_beside_the_field_and_the_rest_is_kept(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    answer = as_("coordinator").post("/audits/new/", OPEN | {"reference": "neg"})
    html = answer.content.decode()
    assert "NEG is the short reference of another audit" in html
    assert "<title>Error: " in html
    assert 'value="Home education"' in html
    assert 'href="#id_reference"' in html


@pytest.mark.parametrize("reference", ["", "N", "1AB", "N-G", "TOOLONGER"])
def test_a_reference_that_will_not_do_says_what_would(
    as_: Callable[[str], Client], reference: str
) -> None:
    html = as_("coordinator").post("/audits/new/", OPEN | {"reference": reference})
    assert "hort reference" in html.content.decode()
    assert not Audit.objects.exists()


# --- themes -----------------------------------------------------------------------------------


def test_a_theme_is_added_and_shown_with_its_sources_and_evidence(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    client, base = as_("coordinator"), audit.get_absolute_url()
    assert client.post(base + "themes/add/", ADD)["Location"] == base + "themes/"
    html = text(client, base + "themes/")
    for words in ("Neglect", "Performance data", "Partnership priority", "Rising for two years"):
        assert words in html


def test_a_theme_may_come_from_an_earlier_audit_and_links_to_it(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    earlier, foreign = audit_opened(cast, "OLD"), audit_opened(assemble("elsewhere"), "FAR")
    client, base = as_("coordinator"), audit.get_absolute_url()
    form = text(client, base + "themes/add/")
    assert str(earlier) in form
    assert str(foreign) not in form
    from_earlier = ADD | {"sources": ["earlier_finding"], "from_audit": earlier.pk}
    client.post(base + "themes/add/", from_earlier)
    assert f'href="{earlier.get_absolute_url()}"' in text(client, base + "themes/")


def test_an_earlier_audit_is_forgotten_where_the_theme_does_not_come_from_a_finding(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    posted = ADD | {"from_audit": audit_opened(cast, "OLD").pk}
    as_("coordinator").post(audit.get_absolute_url() + "themes/add/", posted)
    assert audit.themes.get().from_audit is None


def test_another_partnerships_audit_cannot_be_named_as_the_earlier_one(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    foreign = audit_opened(assemble("elsewhere"))
    posted = ADD | {"sources": ["earlier_finding"], "from_audit": foreign.pk}
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/add/", posted)
    assert "Select one of the choices offered" in answer.content.decode()
    assert not audit.themes.exists()


def test_what_a_theme_lacks_is_said_in_sentences(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/add/", {"title": "X"})
    html = answer.content.decode()
    assert "Select at least one source" in html
    assert "Answer “Why now?”" in html


def test_a_theme_posted_twice_is_stored_once(audit: Audit, as_: Callable[[str], Client]) -> None:
    client = as_("coordinator")
    for _ in range(2):
        answer = client.post(audit.get_absolute_url() + "themes/add/", ADD | {"token": "one-form"})
        assert answer.status_code == 302
    assert audit.themes.count() == 1


def test_a_theme_that_is_there_already_is_said_beside_the_field(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/add/", ADD)
    assert "“Neglect” is already one of the candidate themes" in answer.content.decode()


def test_without_a_theme_the_page_says_so_and_nobody_can_be_asked(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    html = text(as_("coordinator"), audit.get_absolute_url() + "themes/")
    assert "No candidate themes yet" in html
    assert "Ask QPPA members" not in html
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/ask/", {"token": "x"})
    assert answer.status_code == 409
    assert "Add one before you ask" in answer.content.decode()


def test_the_qppa_is_asked_with_one_button_and_only_once(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    client, address = as_("coordinator"), audit.get_absolute_url() + "themes/"
    assert "Ask QPPA members for their views" in text(client, address)
    for _ in range(2):
        assert client.post(address + "ask/", {"token": "one-form"}).status_code == 302
    assert audit.theme_views.count() == 2
    html = text(client, address)
    assert "2 QPPA members have been asked" in html
    assert "Ask QPPA members for their views" not in html
    assert "0 of 2 have given a view" in html


def test_opening_the_address_of_the_asking_asks_nobody(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    answer = as_("coordinator").get(audit.get_absolute_url() + "themes/ask/")
    assert answer["Location"] == audit.get_absolute_url() + "themes/"
    assert not audit.theme_views.exists()


# --- views ------------------------------------------------------------------------------------


def test_a_member_comments_and_ranks_and_sees_it_beside_the_others(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    first, second = add(cast, audit), add(cast, audit, "Home education")
    view = ask(cast, audit)
    client, base = as_("qppa"), audit.get_absolute_url()
    assert "Home education" in text(client, base + "themes/view/")
    posted = {f"rank_{first.pk}": 2, f"rank_{second.pk}": 1, "comment": "Children unseen"}
    answer = client.post(base + "themes/view/", posted | {"version": view.version})
    assert answer["Location"] == base + "themes/"
    html = text(as_("qppa2"), base + "themes/")
    for words in ("Children unseen", "1st", "2nd", "1 of 2 have given a view", "Not answered"):
        assert words in html


def test_places_must_differ_and_the_sentence_names_both_themes(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    first, second = add(cast, audit), add(cast, audit, "Home education")
    ask(cast, audit)
    posted = {f"rank_{first.pk}": 1, f"rank_{second.pk}": 1, "comment": "Kept words"}
    answer = as_("qppa").post(audit.get_absolute_url() + "themes/view/", posted)
    html = answer.content.decode()
    assert "Choose another place: you have put “Neglect” 1st too" in html
    assert f'href="#id_rank_{second.pk}"' in html
    assert "Kept words" in html


def test_an_empty_view_asks_for_a_comment_or_a_place(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    ask(cast, audit)
    answer = as_("qppa").post(audit.get_absolute_url() + "themes/view/", {"comment": " "})
    assert "Write a comment, or give at least one theme a place" in answer.content.decode()


def test_there_is_no_view_page_for_somebody_who_was_not_asked(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    address = audit.get_absolute_url() + "themes/view/"
    assert as_("qppa").get(address).status_code == 404
    ask(cast, audit)
    for name in ("coordinator", "chair", *READERS, "auditor.pol"):
        assert as_(name).get(address).status_code == 404
    assert browser(assemble("elsewhere")["qppa"]).get(address).status_code == 404


def test_comments_are_hidden_from_those_who_only_read_the_themes(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    theme, view = add(cast, audit), ask(cast, audit)
    services.give_view(view=view, comment="Among us", ranks={theme: 1}, by=cast["qppa"])
    address = audit.get_absolute_url() + "themes/"
    for name in ("coordinator", "chair", "qppa2"):
        html = text(as_(name), address)
        assert "Among us" in html
        assert "1st" in html
    for name in READERS:
        html = text(as_(name), address)
        assert "Among us" not in html
        assert "Where QPPA members put it" not in html


def test_a_view_posted_twice_counts_once_and_lands_on_the_themes(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    view = ask(cast, audit)
    posted = {"comment": "Yes", "version": view.version, "token": "one-form"}
    for _ in range(2):
        answer = as_("qppa").post(audit.get_absolute_url() + "themes/view/", posted)
        assert answer["Location"] == audit.get_absolute_url() + "themes/"
    assert LedgerEntry.objects.filter(verb="view_given").count() == 1


def test_after_the_choice_a_members_view_is_only_read(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    theme, view = add(cast, audit), ask(cast, audit)
    services.give_view(view=view, comment="What I said", ranks={}, by=cast["qppa"])
    services.choose_theme(
        audit=audit,
        theme=theme,
        reason="R",
        decided_by="D",
        without_views_because="Urgent",
        by=cast["coordinator"],
    )
    html = text(as_("qppa"), audit.get_absolute_url() + "themes/view/")
    assert "Views can no longer be given" in html
    assert "What I said" in html
    assert "<textarea" not in html
    late = as_("qppa").post(audit.get_absolute_url() + "themes/view/", {"comment": "Too late"})
    assert late.status_code == 409
    assert "Too late" in late.content.decode()


# --- the choice -------------------------------------------------------------------------------


def test_a_choice_is_checked_before_it_is_recorded(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    theme, client = add(cast, audit), as_("coordinator")
    audit.refresh_from_db()
    address = audit.get_absolute_url() + "themes/choose/"
    posted = choice(theme, version=audit.version, token="one-form")
    check = client.post(address, posted).content.decode()
    assert "Check the choice of theme" in check
    assert 'name="reason" value="Most urgent"' in check
    assert LedgerEntry.objects.filter(verb="theme_chosen").count() == 0
    changed = client.post(address, posted | {"change": 1}).content.decode()
    assert "Check the choice</button>" in changed
    assert "Most urgent</textarea>" in changed
    answer = client.post(address, posted | {"confirmed": 1})
    assert answer["Location"] == audit.get_absolute_url() + "scope/"
    audit.refresh_from_db()
    assert (audit.theme, audit.theme_decided_by) == (theme, "The QPPA")


def test_with_nothing_to_choose_from_one_is_led_to_the_themes(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    answer = as_("coordinator").get(audit.get_absolute_url() + "themes/choose/")
    assert answer["Location"] == audit.get_absolute_url() + "themes/"


def test_choosing_without_every_view_asks_why_and_names_who_is_awaited(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    theme, client = add(cast, audit), as_("coordinator")
    ask(cast, audit)
    audit.refresh_from_db()
    address = audit.get_absolute_url() + "themes/choose/"
    assert "Asked for a view and not answered yet: Qppa, Qppa2." in text(client, address)
    without = client.post(address, choice(theme, confirmed=1)).content.decode()
    assert "Answer “Why does the choice not wait for every view?”" in without
    client.post(address, choice(theme, confirmed=1, without_views_because="Inspection"))
    audit.refresh_from_db()
    assert audit.theme == theme


def test_a_choice_confirmed_twice_is_recorded_once(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    theme = add(cast, audit)
    ask(cast, audit)
    audit.refresh_from_db()
    posted = choice(
        theme,
        without_views_because="Urgent",
        confirmed=1,
        version=audit.version,
        token="one-form",
    )
    for _ in range(2):
        address = audit.get_absolute_url() + "themes/choose/"
        assert as_("coordinator").post(address, posted).status_code == 302
    assert LedgerEntry.objects.filter(verb="theme_chosen").count() == 1


def test_a_choice_from_an_old_page_is_refused_and_keeps_what_was_typed(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    theme = add(cast, audit)
    posted = choice(theme, confirmed=1, version=1, reason="Long and well-weighed words")
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/choose/", posted)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Coordinator proposed the theme “Neglect”" in html
    assert "Long and well-weighed words" in html


def test_the_chosen_theme_is_marked_with_who_decided_and_why(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    services.choose_theme(
        audit=audit,
        theme=add(cast, audit),
        reason="Most urgent",
        decided_by="The QPPA",
        by=cast["coordinator"],
    )
    html = text(as_("board"), audit.get_absolute_url() + "themes/")
    for words in ("Chosen", "Decided by The QPPA", "Most urgent"):
        assert words in html


# --- scope ------------------------------------------------------------------------------------


def test_a_scope_is_saved_and_read_by_others(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    client, address = as_("coordinator"), audit.get_absolute_url() + "scope/"
    form = text(client, address)
    assert "Scale: Ofsted four-point (Outstanding, Good, Requires improvement, Inadequate)" in form
    answer = client.post(address, scope_of(cast, audit))
    assert answer["Location"] == audit.get_absolute_url()
    audit.refresh_from_db()
    assert audit.enquiry == "Is history used?\nIs the child heard?"
    assert audit.tool_version == cast.tool
    html = text(as_("lead.pol"), address)
    for words in ("Is the child heard?", "1 April 2025 to 31 March 2026", "Police", "version 1"):
        assert words in html
    assert "<form method" not in html.split("<main")[1]


def test_a_scope_names_every_fault_in_a_sentence(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    posted = scope_of(cast, audit, criteria="", agencies=[cast.agencies["POL"].pk])
    posted |= parts("looks_back_to", date(2024, 1, 1))
    del posted["tool_version"]
    html = as_("coordinator").post(audit.get_absolute_url() + "scope/", posted).content.decode()
    for sentence in (
        "Answer “Which cases can be drawn?”",
        "Select at least two agencies",
        "Look-back period must end after it begins",
        "Select the audit tool",
    ):
        assert sentence in html


def test_a_foreign_agency_or_tool_is_not_one_of_the_choices(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    elsewhere = assemble("elsewhere")
    posted = scope_of(cast, audit, tool_version=elsewhere.tool.pk)
    answer = as_("coordinator").post(audit.get_absolute_url() + "scope/", posted)
    assert "Select one of the choices offered" in answer.content.decode()


def test_an_agency_that_has_ended_is_offered_only_where_it_was_chosen(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    police = cast.agencies["POL"]
    yesterday = clock.today() - timedelta(days=1)
    type(police).objects.filter(pk=police.pk).update(since=date(2020, 1, 1), until=yesterday)
    address = audit.get_absolute_url() + "scope/"
    assert "Police" not in text(as_("coordinator"), address)
    audit.agencies.add(police)
    assert "Police" in text(as_("coordinator"), address)


def test_a_scope_from_an_old_page_is_refused_and_keeps_what_was_typed(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    add(cast, audit)
    answer = as_("coordinator").post(audit.get_absolute_url() + "scope/", scope_of(cast, audit))
    assert answer.status_code == 409
    assert "Is history used?" in answer.content.decode()


def test_a_scope_posted_twice_is_saved_once(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    posted = scope_of(cast, audit)
    for _ in range(2):
        answer = as_("coordinator").post(audit.get_absolute_url() + "scope/", posted)
        assert answer["Location"] == audit.get_absolute_url()
    assert LedgerEntry.objects.filter(verb="scope_changed").count() == 1


# --- dates ------------------------------------------------------------------------------------


def test_dates_are_proposed_from_one_day_and_saved_only_when_checked(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    client, address = as_("coordinator"), audit.get_absolute_url() + "dates/"
    assert client.get(address)["Location"] == address + "propose/"
    proposed = client.post(address + "propose/", parts("start", date(2026, 12, 14)))
    html = proposed.content.decode()
    assert "Nothing is saved yet" in html
    assert "10 working days after 14 December 2026" in html
    assert not audit.stage_dates.exists()
    plan = {stage.value: day for stage, day in propose(date(2026, 12, 14)).items()}
    posted: Posted = {"version": audit.version}
    for name, day in plan.items():
        posted |= parts(name, day)
    check = client.post(address, posted).content.decode()
    assert "Save the stage dates" in check
    assert not audit.stage_dates.exists()
    assert client.post(address, posted | {"confirmed": 1})["Location"] == audit.get_absolute_url()
    assert audit.planned[Stage.THEME_SELECTION] == date(2026, 12, 30)


def test_moving_the_end_of_agency_audits_asks_why_and_shows_what_it_changes(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    by, client = cast["coordinator"], as_("coordinator")
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=by)
    address = audit.get_absolute_url() + "dates/"
    saturday = parts("agency_audits", date(2027, 1, 23))
    without = client.post(address, dates_of(audit) | saturday).content.decode()
    assert "Say why these dates move: Agency audits" in without
    posted = dates_of(audit, reason="Half-term") | saturday
    check = client.post(address, posted).content.decode()
    for words in (
        "Saturday 23 January 2027 (not a working day)",
        "Was 7 January 2027: 11 working days later",
        "Not changed",
        "What this changes",
        "The returns that the agencies are sent are due on 23 January 2027.",
        "Moderation: 4 working days instead of 15.",
    ):
        assert words in check
    client.post(address, posted | {"confirmed": 1})
    assert audit.planned[Stage.AGENCY_AUDITS] == date(2027, 1, 23)


def test_once_issued_moving_the_end_of_agency_audits_says_that_what_was_sent_stays(
    cast: Cast, as_: Callable[[str], Client]
) -> None:
    audit = audit_issued(cast)
    later = audit.planned[Stage.AGENCY_AUDITS] + timedelta(days=7)
    posted = dates_of(audit, reason="Half-term") | parts("agency_audits", later)
    posted = {name: value for name, value in posted.items() if not name.startswith("theme")}
    address = audit.get_absolute_url() + "dates/"
    check = as_("coordinator").post(address, posted).content.decode()
    owed = WorkItem.objects.open().filter(thread=audit.pk).count()
    assert f"{owed} open tasks of the agencies keep their due date" in check
    assert "Your task at this stage is then due on" in check
    as_("coordinator").post(address, posted | {"confirmed": 1})
    mine = WorkItem.objects.open().get(owner=cast["coordinator"])
    assert mine.due == later
    assert not WorkItem.objects.open().filter(thread=audit.pk, due=later).exists()


def test_a_date_before_the_stage_before_it_is_said_beside_the_field(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=cast["coordinator"])
    posted = dates_of(audit, reason="?") | parts("moderation", date(2026, 11, 30))
    html = as_("coordinator").post(audit.get_absolute_url() + "dates/", posted).content.decode()
    assert "End of moderation must be on or after the end of agency audits, 7 January 2027" in html
    assert 'href="#id_moderation_0"' in html


def test_a_stage_that_is_over_is_not_offered_to_move(
    cast: Cast, as_: Callable[[str], Client]
) -> None:
    audit = audit_scoped(cast)
    html = text(as_("coordinator"), audit.get_absolute_url() + "dates/")
    assert "End of theme selection" not in html
    assert "End of case sampling" in html


def test_dates_moved_twice_with_one_form_move_once(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=cast["coordinator"])
    posted = dates_of(audit, reason="Half-term", confirmed=1)
    posted |= parts("action_tracking", date(2028, 1, 10))
    for _ in range(2):
        answer = as_("coordinator").post(audit.get_absolute_url() + "dates/", posted)
        assert answer["Location"] == audit.get_absolute_url()
    assert LedgerEntry.objects.filter(verb="dates_changed").count() == 1


def test_others_read_the_dates_with_weekday_and_length(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    address = audit.get_absolute_url() + "dates/"
    assert "Not agreed yet" in text(as_("board"), address)
    services.propose_dates(audit=audit, start=date(2026, 11, 23), by=cast["coordinator"])
    html = text(as_("board"), address)
    assert "Thursday 7 January 2027" in html
    assert "15 working days after the stage before it" in html


# --- the gate ---------------------------------------------------------------------------------


def test_the_gate_page_names_what_is_missing_and_offers_no_button(
    audit: Audit, as_: Callable[[str], Client]
) -> None:
    client, address = as_("coordinator"), audit.get_absolute_url() + "begin-sampling/"
    html = text(client, address)
    for thing in ("the chosen theme", "the audit tool", "the stage dates", "Not agreed yet"):
        assert thing in html
    assert "move to case sampling</button>" not in html
    refusal = client.post(address, {"version": audit.version})
    assert refusal.status_code == 409
    assert "the key lines of enquiry" in refusal.content.decode()


def test_everything_agreed_is_shown_with_ways_to_change_it_and_then_moves_the_audit(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
) -> None:
    by, client, base = cast["coordinator"], as_("coordinator"), audit.get_absolute_url()
    services.choose_theme(
        audit=audit, theme=add(cast, audit), reason="Most urgent", decided_by="The QPPA", by=by
    )
    audit.refresh_from_db()
    client.post(base + "scope/", scope_of(cast, audit))
    audit = services.propose_dates(audit=audit, start=date(2026, 11, 23), by=by)
    html = text(client, base + "begin-sampling/")
    for words in ("Most urgent", "Is history used?", "Ofsted four-point", "7 January 2027"):
        assert words in html
    for page in ("themes/choose/", "scope/#id_enquiry", "dates/"):
        assert f'href="{base}{page}"' in html
    assert "Agree the scope and move to case sampling</button>" in html
    posted = {"version": audit.version, "token": "one-form"}
    for _ in range(2):
        assert client.post(base + "begin-sampling/", posted)["Location"] == base
    audit.refresh_from_db()
    assert audit.stage == Stage.CASE_SAMPLING
    assert client.get(base + "begin-sampling/").status_code == 409


# --- cost and roles ---------------------------------------------------------------------------


def test_the_themes_page_costs_the_same_however_many_themes_and_views_there_are(
    cast: Cast, audit: Audit, as_: Callable[[str], Client]
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
def test_the_page_of_roles_explains_every_role_and_marks_ones_own(
    as_: Callable[[str], Client], name: str
) -> None:
    html = text(as_(name), "/roles/")
    assert all(f">{role.label}</h2>" in html for role in Role)
    assert html.count("Your role") == 1
    assert ("Your role in Police" in html) == name.endswith(".pol")
