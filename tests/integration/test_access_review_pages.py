"""Once a year a lead and the coordinator are asked who still needs which role."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from macfa.people import rules
from macfa.people.models import AccessReview, Membership
from macfa.people.roles import Role
from macfa.people.services import join
from macfa.people.services.reviews import ask_for_reviews
from notifications.models import Notification
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, browser, posted, text
from workflows import clock
from workflows.models import LedgerEntry, WorkItem

pytestmark = pytest.mark.django_db
LIST = "/people/reviews/"

if TYPE_CHECKING:
    from macfa.people.models import User


@pytest.fixture(autouse=True)
def yearly(settings: Settings) -> None:
    settings.ACCESS_REVIEW_DAYS = 365


@pytest.fixture
def asked(cast: Cast) -> Cast:
    """Everybody has served for more than a year, and the sweep has run."""
    assert ask_for_reviews() == 4
    return cast


def of(cast: Cast, agency: str | None) -> AccessReview:
    return AccessReview.objects.get(
        partnership=cast.partnership, agency=cast.agencies[agency] if agency else None
    )


def role_of(person: User) -> str:
    return f"role_{person.memberships.get().pk}"


def answers(review: AccessReview, **ends: str) -> dict[str, object]:
    held = Membership.objects.filter(team__partnership=review.partnership)
    kept = {f"role_{each.pk}": "keep" for each in held}
    return {**kept, **ends, "version": review.version}


def test_each_lead_and_the_coordinator_are_asked_once(asked: Cast) -> None:
    assert ask_for_reviews() == 0
    assert not WorkItem.objects.exclude(title="Confirm who has access").exists()
    assert WorkItem.objects.open().count() == 4
    for name in ("lead.pol", "lead.csc", "coordinator"):
        assert Notification.objects.filter(recipient=asked[name]).count() == 1
    assert not Notification.objects.filter(recipient=asked["auditor.pol"]).exists()


def test_a_round_that_asks_nobody_costs_the_same_however_many_there_are(
    asked: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assemble("elsewhere")
    ask_for_reviews()
    with django_assert_num_queries(3):
        assert ask_for_reviews() == 0


def test_nobody_is_asked_before_a_year_has_passed(cast: Cast, settings: Settings) -> None:
    settings.ACCESS_REVIEW_DAYS = 60 * 7 + 1
    assert ask_for_reviews() == 0


def test_a_lead_keeps_one_and_ends_another_and_is_asked_again_in_a_year(
    asked: Cast, as_: Browsers
) -> None:
    review, client = of(asked, "POL"), as_("lead.pol")
    assert "Confirm who has access" in text(client, "/tasks/team/")
    page = text(client, review.get_absolute_url())
    assert "Last confirmed: never" in page
    assert "Auditor Pol: Auditor, Police" in page
    assert not [name for name in ("Lead Pol:", "Auditor Csc", "Panel Pol") if name in page]
    missing = posted(client, review.get_absolute_url(), {"version": review.version})
    assert "Say whether Auditor Pol keeps this role" in missing
    typed = answers(review, **{role_of(asked["auditor2.pol"]): "end"})
    posted(client, review.get_absolute_url(), typed, 302)
    assert asked["auditor2.pol"].memberships.get().until == clock.today()
    assert asked["auditor.pol"].memberships.get().until is None
    verbs = LedgerEntry.objects.filter(record=review.public_id).values_list("verb", flat=True)
    assert sorted(verbs) == ["asked", "done", "ended", "kept", "kept", "queued"]
    read = text(client, review.get_absolute_url())
    assert "Lead Pol ended the role Auditor, Police of Auditor2 Pol" in read
    assert not WorkItem.objects.open().filter(subject_id=review.pk).exists()
    assert ask_for_reviews() == 0
    with clock.playing(clock.now() + timedelta(days=366)):
        assert ask_for_reviews() == 1


def test_the_coordinator_confirms_leads_and_asks_the_administrator_about_the_scrutineer(
    asked: Cast, as_: Browsers
) -> None:
    review = of(asked, None)
    typed = answers(review, **{role_of(asked["chair"]): "end", role_of(asked["lead.edu"]): "end"})
    posted(as_("coordinator"), review.get_absolute_url(), typed, 302)
    assert asked["lead.edu"].memberships.get().until == clock.today()
    assert asked["chair"].memberships.get().until is None
    told = Notification.objects.get(recipient=asked["admin"])
    assert "Independent scrutineer" in told.text
    assert "Chair" in text(as_("admin"), told.url)


def test_the_last_coordinator_cannot_be_reviewed_away(asked: Cast, as_: Browsers) -> None:
    review = of(asked, None)
    typed = answers(review, **{role_of(asked["coordinator"]): "end"})
    page = posted(as_("coordinator"), review.get_absolute_url(), typed)
    assert "is the last coordinator" in page
    assert of(asked, None).done_on is None


def test_a_review_is_read_and_answered_by_whose_business_it_is(asked: Cast, as_: Browsers) -> None:
    review = of(asked, "POL")
    address = review.get_absolute_url()
    outsider = browser(assemble("elsewhere")["coordinator"])
    for client in (as_("lead.csc"), outsider):
        text(client, address, 404)
        posted(client, address, answers(review), 404)
    text(as_("auditor.pol"), address, 404)
    text(as_("auditor.pol"), LIST, 403)
    assert "Finish the review" not in text(as_("admin"), address)
    posted(as_("admin"), address, answers(review))
    assert of(asked, "POL").done_on is None
    assert "Finish the review" in text(as_("coordinator"), address)


def test_an_overdue_review_is_marked_for_the_coordinator(asked: Cast, as_: Browsers) -> None:
    AccessReview.objects.update(due=clock.today() - timedelta(days=1))
    assert text(as_("coordinator"), LIST).count("Overdue") == 4
    assert text(as_("lead.pol"), LIST).count("Overdue") == 1


def test_a_page_that_is_stale_is_refused_and_answers_nothing(asked: Cast, as_: Browsers) -> None:
    review = of(asked, "POL")
    typed = answers(review)
    join(
        person=asked["qppa"],
        partnership=asked.partnership,
        role=Role.AUDITOR,
        agency=asked.agencies["POL"],
    )
    page = posted(as_("lead.pol"), review.get_absolute_url(), typed)
    assert "Say whether Qppa keeps this role" in page
    assert rules.holds(asked["qppa"], Role.AUDITOR, asked.partnership)
