"""The inbox page, what is new, opening one, and the badge: each person's own and nobody else's."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from macfa.people.models import User
from notifications import inbox
from notifications.models import Notification
from notifications.narrowing import Narrowing
from notifications.views import inbox_context
from tests.mail import told
from tests.realtime.people import news, person, tell

pytestmark = pytest.mark.django_db
AS_JSON = {"Accept": "application/json"}


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_somebody_signed_out_is_asked_to_sign_in() -> None:
    for method, address in (
        ("get", "/notifications/"),
        ("get", "/notifications/1/open/"),
        ("post", "/notifications/read/"),
        ("post", "/notifications/1/read/"),
    ):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_script_of_somebody_signed_out_gets_a_refusal_and_not_the_sign_in_page() -> None:
    assert Client().get("/notifications/after/0", headers=AS_JSON).status_code == 403


def test_what_is_new_comes_as_json() -> None:
    ann = person()
    rows = tell(news(ann, 1), news(ann, 2), news(person("Bob"), 1))
    answer = signed_in(ann).get("/notifications/after/1", headers=AS_JSON)
    assert answer.json() == {
        "notifications": [
            {
                "seq": 2,
                "event": "task_assigned",
                "text": "Audit NEG-02",
                "url": "/tasks/",
                "at": rows[1].at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "live": True,
            }
        ],
        "unread": 2,
    }


def test_what_is_new_comes_as_a_fragment_that_names_each_message() -> None:
    ann = person()
    tell(news(ann, 1), news(ann, 2))
    page = signed_in(ann).get("/notifications/after/1").content.decode()
    assert 'id="notification-2"' in page
    assert 'id="notification-1"' not in page
    assert 'data-unread="2"' in page
    assert "<html" not in page


def test_the_inbox_shows_the_newest_first_in_pages_of_25() -> None:
    ann = person()
    tell(*(news(ann, number) for number in range(1, 31)))
    browser = signed_in(ann)
    first = browser.get("/notifications/").content.decode()
    assert first.index("NEG-30") < first.index("NEG-06")
    assert "NEG-05" not in first
    assert "?before=6" in first
    second = browser.get("/notifications/?before=6").content.decode()
    assert "NEG-05" in second
    assert "NEG-06" not in second
    assert 'rel="next"' not in second


def test_the_inbox_costs_the_same_statements_for_one_message_as_for_many() -> None:
    costs = []
    for user, count in ((person("Ann"), 1), (person("Bob"), 200)):
        tell(*(news(user, number) for number in range(count)))
        browser = signed_in(user)
        with CaptureQueriesContext(connection) as statements:
            browser.get("/notifications/")
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_the_inbox_can_show_only_what_is_unread() -> None:
    ann = person()
    tell(news(ann, 1), news(ann, 2))
    inbox.mark_read(ann.pk, seqs=[1])
    page = signed_in(ann).get("/notifications/?unread=1").content.decode()
    assert "NEG-02" in page
    assert "NEG-01" not in page


@pytest.mark.parametrize("address", ["?before=x", "?before=-1", "?before=" + "9" * 40])
def test_a_mistyped_address_shows_the_inbox_all_the_same(address: str) -> None:
    assert signed_in(person()).get(f"/notifications/{address}").status_code == 200


def test_an_empty_inbox_says_so() -> None:
    assert b"You have no notifications" in signed_in(person()).get("/notifications/").content


def test_the_inbox_narrows_to_a_kind_and_keeps_it_from_page_to_page() -> None:
    ann = person()
    for number in range(30):
        told(ann, "return.reminder" if number % 2 else "report.signed_off")
        told(ann, "return.reminder")
    page = signed_in(ann).get("/notifications/?kind=reminders&unread=1").content.decode()
    assert page.count("data-seq=") == 25
    assert '<option value="reminders" selected>' in page
    assert 'href="?kind=reminders&amp;unread=1&amp;before=' in page
    assert 'href="?unread=1"' in page
    assert 'href="?kind=reminders"' in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = signed_in(ann).get(f"/notifications/{older}").content.decode()
    assert second.count("data-seq=") == 20
    assert 'href="?kind=reminders&amp;unread=1"' in second
    nothing = signed_in(ann).get("/notifications/?kind=concerns").content.decode()
    assert "No notification fits this filter" in nothing


def test_a_kind_that_there_is_not_is_no_filter() -> None:
    ann = person()
    told(ann)
    assert signed_in(ann).get("/notifications/?kind=x&unread=y").content.count(b"data-seq=") == 1


def test_one_is_marked_as_read_where_it_stands() -> None:
    ann, bob = person("Ann"), person("Bob")
    told(ann)
    told(ann)
    told(bob)
    back = {"back": "?kind=tasks&before=9"}
    answer = signed_in(ann).post("/notifications/2/read/", back)
    assert answer.headers["Location"] == "/notifications/?kind=tasks&before=9"
    assert [each.seq for each in Notification.objects.of(ann.pk).unread()] == [1]
    assert signed_in(bob).post("/notifications/2/read/", back).status_code == 404
    assert signed_in(bob).get("/notifications/1/read/").status_code == 405
    assert inbox.unread_count(bob.pk) == 1


def test_all_shown_are_marked_as_read_and_nothing_else() -> None:
    ann, bob = person("Ann"), person("Bob")
    for event in ("task.done", "return.reminder", "task.done", "return.reminder", "task.done"):
        told(ann, event)
        told(bob, event)
    shown = {"upto": "4", "since": "3", "back": "?kind=tasks&unread=1"}
    answer = signed_in(ann).post("/notifications/read/", shown)
    assert answer.headers["Location"] == "/notifications/?kind=tasks&unread=1"
    assert [each.seq for each in inbox.page(ann.pk, Narrowing(unread=True))] == [5, 4, 2, 1]
    signed_in(ann).post("/notifications/read/", {"upto": "4", "back": "?kind=tasks"})
    assert [each.seq for each in inbox.page(ann.pk, Narrowing(unread=True))] == [5, 4, 2]
    assert inbox.unread_count(bob.pk) == 5


@pytest.mark.parametrize("back", ["//evil.example/", "?next=//evil.example/", "\x00", "?kind=x"])
def test_going_back_to_the_inbox_leads_nowhere_else(back: str) -> None:
    answer = signed_in(person()).post("/notifications/read/", {"upto": "x", "back": back})
    assert answer.headers["Location"] == "/notifications/"


def test_opening_one_marks_it_read_and_goes_to_its_page() -> None:
    ann = person()
    tell(news(ann, 1, url="/tasks/team/"), news(ann, 2))
    answer = signed_in(ann).get("/notifications/1/open/")
    assert answer.headers["Location"] == "/tasks/team/"
    assert inbox.unread_count(ann.pk) == 1


def test_somebody_elses_message_is_not_found() -> None:
    bob = person("Bob")
    tell(news(bob))
    assert signed_in(person("Ann")).get("/notifications/1/open/").status_code == 404
    assert inbox.unread_count(bob.pk) == 1


def test_marking_all_as_read_leaves_what_arrived_after_the_page_was_made() -> None:
    ann = person()
    tell(news(ann, 1), news(ann, 2))
    browser = signed_in(ann)
    assert b'name="upto" value="2"' in browser.get("/notifications/").content
    tell(news(ann, 3))
    assert browser.post("/notifications/read/", {"upto": "2"}).status_code == 302
    assert inbox.unread_count(ann.pk) == 1


def test_marking_as_read_is_a_post() -> None:
    assert signed_in(person()).get("/notifications/read/").status_code == 405


def test_nothing_of_an_inbox_is_kept_by_a_browser() -> None:
    ann = person()
    tell(news(ann))
    for address in ("/notifications/", "/notifications/after/0"):
        assert "no-store" in signed_in(ann).get(address).headers["Cache-Control"]


def test_the_badge_costs_nothing_until_shown_and_then_a_statement_a_number() -> None:
    ann = person()
    tell(news(ann, 1), news(ann, 2))
    request = RequestFactory().get("/")
    request.user = ann
    with CaptureQueriesContext(connection) as statements:
        badge = inbox_context(request)["inbox"]
        assert len(statements) == 0
        assert bool(badge)
        assert (badge.unread, badge.shown, badge.last_seq) == (2, "2", 2)
        assert len(statements) == 2


def test_there_is_no_badge_for_somebody_signed_out() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    badge = inbox_context(request)["inbox"]
    assert not badge
    assert (badge.unread, badge.shown, badge.last_seq) == (0, "", 0)
