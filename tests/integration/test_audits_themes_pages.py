"""The pages of candidate themes: adding, asking for views, and the choice."""

from __future__ import annotations

import pytest

from macfa.audits import services
from macfa.audits.models import Audit
from tests.cast import Cast, assemble
from tests.factories import audit_opened
from tests.integration.browsing import Browsers, browser, text
from tests.integration.planning import (
    ADD,
    READERS,
    add,
    ask,
    choice,
)
from workflows.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_opened(cast)


# --- themes -----------------------------------------------------------------------------------


def test_a_theme_is_added_and_shown_with_its_sources_and_evidence(
    audit: Audit, as_: Browsers
) -> None:
    client, base = as_("coordinator"), audit.get_absolute_url()
    assert client.post(base + "themes/add/", ADD)["Location"] == base + "themes/"
    html = text(client, base + "themes/")
    for words in ("Neglect", "Performance data", "Partnership priority", "Rising for two years"):
        assert words in html


def test_a_theme_may_come_from_an_earlier_audit_and_links_to_it(
    cast: Cast, audit: Audit, as_: Browsers
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
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    posted = ADD | {"from_audit": audit_opened(cast, "OLD").pk}
    as_("coordinator").post(audit.get_absolute_url() + "themes/add/", posted)
    assert audit.themes.get().from_audit is None


def test_another_partnerships_audit_cannot_be_named_as_the_earlier_one(
    audit: Audit, as_: Browsers
) -> None:
    foreign = audit_opened(assemble("elsewhere"))
    posted = ADD | {"sources": ["earlier_finding"], "from_audit": foreign.pk}
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/add/", posted)
    assert "Select one of the choices offered" in answer.content.decode()
    assert not audit.themes.exists()


def test_what_a_theme_lacks_is_said_in_sentences(audit: Audit, as_: Browsers) -> None:
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/add/", {"title": "X"})
    html = answer.content.decode()
    assert "Select at least one source" in html
    assert "Answer “Why now?”" in html


def test_a_theme_posted_twice_is_stored_once(audit: Audit, as_: Browsers) -> None:
    client = as_("coordinator")
    for _ in range(2):
        answer = client.post(audit.get_absolute_url() + "themes/add/", ADD | {"token": "one-form"})
        assert answer.status_code == 302
    assert audit.themes.count() == 1


def test_a_theme_that_is_there_already_is_said_beside_the_field(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    add(cast, audit)
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/add/", ADD)
    assert "“Neglect” is already one of the candidate themes" in answer.content.decode()


def test_without_a_theme_the_page_says_so_and_nobody_can_be_asked(
    audit: Audit, as_: Browsers
) -> None:
    html = text(as_("coordinator"), audit.get_absolute_url() + "themes/")
    assert "No candidate themes yet" in html
    assert "Ask QPPA members" not in html
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/ask/", {"token": "x"})
    assert answer.status_code == 409
    assert "Add one before you ask" in answer.content.decode()


def test_the_qppa_is_asked_with_one_button_and_only_once(
    cast: Cast, audit: Audit, as_: Browsers
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
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    add(cast, audit)
    answer = as_("coordinator").get(audit.get_absolute_url() + "themes/ask/")
    assert answer["Location"] == audit.get_absolute_url() + "themes/"
    assert not audit.theme_views.exists()


# --- views ------------------------------------------------------------------------------------


def test_a_member_comments_and_ranks_and_sees_it_beside_the_others(
    cast: Cast, audit: Audit, as_: Browsers
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
    cast: Cast, audit: Audit, as_: Browsers
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
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    add(cast, audit)
    ask(cast, audit)
    answer = as_("qppa").post(audit.get_absolute_url() + "themes/view/", {"comment": " "})
    assert "Write a comment, or give at least one theme a place" in answer.content.decode()


def test_there_is_no_view_page_for_somebody_who_was_not_asked(
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    add(cast, audit)
    address = audit.get_absolute_url() + "themes/view/"
    assert as_("qppa").get(address).status_code == 404
    ask(cast, audit)
    for name in ("coordinator", "chair", *READERS, "auditor.pol"):
        assert as_(name).get(address).status_code == 404
    assert browser(assemble("elsewhere")["qppa"]).get(address).status_code == 404


def test_comments_are_hidden_from_those_who_only_read_the_themes(
    cast: Cast, audit: Audit, as_: Browsers
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
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    add(cast, audit)
    view = ask(cast, audit)
    posted = {"comment": "Yes", "version": view.version, "token": "one-form"}
    for _ in range(2):
        answer = as_("qppa").post(audit.get_absolute_url() + "themes/view/", posted)
        assert answer["Location"] == audit.get_absolute_url() + "themes/"
    assert LedgerEntry.objects.filter(verb="view_given").count() == 1


def test_after_the_choice_a_members_view_is_only_read(
    cast: Cast, audit: Audit, as_: Browsers
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


def test_a_choice_is_checked_before_it_is_recorded(cast: Cast, audit: Audit, as_: Browsers) -> None:
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


def test_with_nothing_to_choose_from_one_is_led_to_the_themes(audit: Audit, as_: Browsers) -> None:
    answer = as_("coordinator").get(audit.get_absolute_url() + "themes/choose/")
    assert answer["Location"] == audit.get_absolute_url() + "themes/"


def test_choosing_without_every_view_asks_why_and_names_who_is_awaited(
    cast: Cast, audit: Audit, as_: Browsers
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


def test_a_choice_confirmed_twice_is_recorded_once(cast: Cast, audit: Audit, as_: Browsers) -> None:
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
    cast: Cast, audit: Audit, as_: Browsers
) -> None:
    theme = add(cast, audit)
    posted = choice(theme, confirmed=1, version=1, reason="Long and well-weighed words")
    answer = as_("coordinator").post(audit.get_absolute_url() + "themes/choose/", posted)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Coordinator proposed candidate theme 1" in html
    assert "Long and well-weighed words" in html


def test_the_chosen_theme_is_marked_with_who_decided_and_why(
    cast: Cast, audit: Audit, as_: Browsers
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
