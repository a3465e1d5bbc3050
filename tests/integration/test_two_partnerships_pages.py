"""Somebody who serves in two partnerships is in one at a time; nothing of the other shows there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.people.choosing import CHOSEN
from macfa.people.models import Change, Membership, User
from macfa.people.roles import Role
from macfa.people.services import join
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import browser, posted, text
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
CHOOSE = "/account/partnership/"
#: Every page that lists what belongs to a partnership.
LISTS = (
    "/audits/",
    "/reports/",
    "/actions/",
    "/people/",
    "/agencies/",
    "/tasks/team/?show=held",
    "/tasks/people/",
    "/away/",
)


@pytest.fixture
def other(cast: Cast) -> Cast:
    """A second partnership, which the coordinator of the first coordinates too."""
    other = assemble("elsewhere")
    join(person=cast["coordinator"], partnership=other.partnership, role=Role.COORDINATOR)
    return other


@pytest.fixture
def client(cast: Cast, other: Cast) -> Client:
    """The browser of somebody who coordinates both."""
    return browser(cast["coordinator"])


def choose(client: Client, cast: Cast) -> None:
    posted(client, CHOOSE, {"partnership": cast.partnership.pk}, 302)
    client.get("/")


def name_people(cast: Cast, name: str) -> None:
    """Everybody of a partnership but its coordinator goes by this name."""
    numbers = [person.pk for role, person in cast.people.items() if role != "coordinator"]
    User.objects.filter(pk__in=numbers).update(name=name)


def test_lists_show_the_partnership_that_was_chosen_and_nothing_of_the_other(
    cast: Cast, other: Cast, client: Client
) -> None:
    for each, prefix, name in ((cast, "AAA", "Ann Of Oakvale"), (other, "BBB", "Bob Elsewhere")):
        factories.audit_published(each, prefix)
        name_people(each, name)
    shown = {}
    for here, foreign in ((cast, ("BBB", "Bob Else")), (other, ("AAA", "Ann Of"))):
        choose(client, here)
        for address in LISTS:
            page = shown[here.partnership.code, address] = text(client, address)
            assert here.partnership.name in page
            assert not [word for word in foreign if word in page], address
    for address in ("/audits/", "/actions/", "/reports/"):
        assert "AAA" in shown["oakvale", address]
        assert "BBB" in shown["elsewhere", address]


def test_a_count_is_of_the_partnership_that_was_chosen(
    cast: Cast, other: Cast, client: Client
) -> None:
    audit = factories.audit_issued(other)
    factories.drafting(other, factories.a_return(audit))
    for here, counted in ((cast, False), (other, True)):
        choose(client, here)
        assert ("Auditor Pol" in text(client, "/tasks/people/")) is counted


def test_ones_own_tasks_are_of_every_partnership(cast: Cast, other: Cast, client: Client) -> None:
    factories.audit_opened(cast, "AAA")
    other.people["coordinator"] = cast["coordinator"]
    factories.audit_opened(other, "BBB")
    for each in (cast, other):
        choose(client, each)
        page = text(client, "/")
        assert "AAA" in page
        assert "BBB" in page


def test_the_page_of_a_record_is_of_its_own_partnership(
    cast: Cast, other: Cast, client: Client
) -> None:
    audit = factories.audit_opened(other, "BBB")
    choose(client, cast)
    page = text(client, audit.get_absolute_url())
    assert other.partnership.name in page
    assert cast.partnership.name not in page
    assert cast.partnership.name in text(client, "/audits/")


def test_the_page_of_a_task_is_of_the_tasks_partnership(
    cast: Cast, other: Cast, client: Client
) -> None:
    audit = factories.audit_issued(other)
    return_ = factories.drafting(other, factories.a_return(audit))
    item = WorkItem.objects.open().get(owner=other["auditor.pol"], subject_id=return_.pk)
    choose(client, cast)
    page = text(client, f"/tasks/{item.public_id}/give/")
    assert other.partnership.name in page
    assert cast.partnership.name not in page


def test_what_is_changed_is_the_partnership_that_was_chosen(
    cast: Cast, other: Cast, client: Client
) -> None:
    choose(client, other)
    posted(client, "/most-open-tasks/", {"most_open_tasks": 7}, 302)
    assert Change.objects.get().partnership == other.partnership


def test_a_concern_about_a_case_is_raised_in_the_cases_partnership(
    cast: Cast, other: Cast, client: Client
) -> None:
    other.people["coordinator"] = cast["coordinator"]
    case = factories.audit_issued(other, "BBB").cases.first()
    assert case is not None
    choose(client, cast)
    page = text(client, f"/concerns/raise/?case={case.public_id}")
    assert f"raised in {other.partnership.name}" in page
    assert f"raised in {cast.partnership.name}" in text(client, "/concerns/raise/")


def test_a_concern_needs_somebody_whichever_partnership_they_are_in(
    cast: Cast, other: Cast, client: Client
) -> None:
    concern = factories.a_concern(other)
    choose(client, cast)
    assert "1 immediate concern needs you" in text(client, "/")
    page = text(client, "/concerns/")
    assert concern.get_absolute_url() in page
    assert other.partnership.name in page


def test_a_partnership_in_which_one_does_not_serve_cannot_be_chosen(
    cast: Cast, other: Cast
) -> None:
    third = assemble("third")
    for person in (cast["coordinator"], cast["auditor.pol"], other["coordinator"]):
        client = browser(person)
        page = posted(client, CHOOSE, {"partnership": third.partnership.pk})
        assert "Choose one of your partnerships" in page
        assert CHOSEN not in client.session
        session = client.session
        session[CHOSEN] = third.partnership.pk
        session.save()
        assert third.partnership.name not in text(client, "/audits/")


def test_a_choice_ends_with_the_role(cast: Cast, other: Cast, client: Client) -> None:
    choose(client, other)
    held = Membership.objects.filter(person=cast["coordinator"])
    held.filter(team__partnership=other.partnership).update(since="2020-01-01", until="2020-01-02")
    page = text(client, "/audits/")
    assert cast.partnership.name in page
    assert other.partnership.name not in page
    assert "Change partnership" not in page


def test_whoever_serves_in_one_is_not_asked(cast: Cast) -> None:
    assert "Change partnership" not in text(browser(cast["coordinator"]), "/")


def test_where_a_role_is_missing_here_the_page_says_where_it_is_held(
    cast: Cast, other: Cast
) -> None:
    join(person=cast["board"], partnership=other.partnership, role=Role.COORDINATOR)
    client = browser(cast["board"])
    choose(client, cast)
    assert "Elsewhere Partnership, change partnership first" in text(client, "/people/", 403)
    choose(client, other)
    assert other.partnership.name in text(client, "/people/")
