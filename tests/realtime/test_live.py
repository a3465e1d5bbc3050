"""What an open page hears: of its own person's news, soon, seldom, and only while signed in."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from macfa.people.models import User
from notifications import inbox
from tests.realtime.people import news, person, tell
from tests.realtime.server import DROPPED, HEARTBEAT, Site, Tab, closing_code, sign_in

A_MOMENT = 1.1


def test_a_page_that_opens_is_told_where_it_stands(alone: Site) -> None:
    ann = person()
    tell(news(ann, 1), news(ann, 2))
    with alone.open(sign_in(ann)) as socket:
        assert json.loads(socket.recv(timeout=5)) == {"type": "heartbeat", "seq": 2, "unread": 2}


def test_an_act_is_hinted_at_once_and_the_page_then_fetches_it(alone: Site) -> None:
    ann = person()
    cookie = sign_in(ann)
    with alone.tab(cookie) as tab:
        time.sleep(A_MOMENT)
        alone.act([(ann, 7)])
        assert tab.next(within=1) == {"type": "hint", "seq": 1}
    status, answer = alone.get("/notifications/after/0", cookie)
    assert status == 200
    assert [told["text"] for told in json.loads(answer)["notifications"]] == ["Audit NEG-07"]


def test_every_tab_of_a_person_hears_and_nobody_elses(alone: Site) -> None:
    ann, bob = person("Ann"), person("Bob")
    with (
        alone.tab(sign_in(ann)) as first,
        alone.tab(sign_in(ann)) as second,
        alone.tab(sign_in(bob)) as other,
    ):
        alone.act([(ann, 1), (ann, 2)])
        assert first.until(2)[-1]["seq"] == 2
        assert second.until(2)[-1]["seq"] == 2
        assert other.next() == {"type": "heartbeat", "seq": 0, "unread": 0}


def test_a_burst_is_one_frame_a_second_and_ends_with_the_newest(alone: Site) -> None:
    ann = person()
    with alone.tab(sign_in(ann)) as tab:
        began = time.monotonic()
        for number in range(30):
            alone.act([(ann, number)])
        frames = tab.until(30)
        assert len(frames) <= time.monotonic() - began + 1


def test_news_from_another_process_comes_with_the_next_heartbeat(alone: Site) -> None:
    ann = person()
    with alone.tab(sign_in(ann)) as tab:
        tell(news(ann))
        heartbeat = {"type": "heartbeat", "seq": 1, "unread": 1}
        assert tab.until(1, within=2 * HEARTBEAT)[-1] == heartbeat


def test_what_is_read_elsewhere_comes_with_the_next_heartbeat(alone: Site) -> None:
    ann = person()
    tell(news(ann, 1), news(ann, 2))
    with alone.tab(sign_in(ann)) as tab:
        inbox.mark_read(ann.pk, seqs=[1])
        assert tab.next(within=2 * HEARTBEAT) == {"type": "heartbeat", "seq": 2, "unread": 1}


def test_somebody_not_signed_in_is_told_so_and_hears_nothing(alone: Site) -> None:
    for cookie in ("", "sessionid=0123456789abcdef0123456789abcdef"):
        with alone.open(cookie) as socket:
            assert closing_code(socket) == 4401


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/notifications", "/tasks/"])
def test_a_live_connection_where_there_is_none_is_closed_plainly(alone: Site, path: str) -> None:
    with alone.open(path=path) as socket:
        assert closing_code(socket) == 4404


def test_a_page_of_another_site_is_refused(alone: Site) -> None:
    cookie = sign_in(person())
    with pytest.raises(InvalidStatus) as refusal:
        alone.open(cookie, origin="https://elsewhere.example").__enter__()
    assert refusal.value.response.status_code == 403


def _signs_out(_user: User, cookie: str) -> None:
    Session.objects.filter(session_key=cookie.partition("=")[2]).delete()


def _stays_too_long(_user: User, cookie: str) -> None:
    session = Session.objects.filter(session_key=cookie.partition("=")[2])
    session.update(expire_date=timezone.now())


def _is_deactivated(user: User, _cookie: str) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _changes_the_password(user: User, _cookie: str) -> None:
    user.set_password("another-one-altogether")
    user.save()


@pytest.mark.parametrize(
    "ends", [_signs_out, _stays_too_long, _is_deactivated, _changes_the_password]
)
def test_whoever_is_signed_out_is_cut_off_at_the_next_heartbeat(
    alone: Site, ends: Callable[[User, str], None]
) -> None:
    ann, bob = person("Ann"), person("Bob")
    cookie = sign_in(ann)
    with alone.tab(cookie) as tab, alone.tab(sign_in(bob)) as other:
        ends(ann, cookie)
        assert closing_code(tab.socket) == 4401
        assert other.next()["type"] == "heartbeat"


def test_an_eleventh_tab_closes_the_first(alone: Site) -> None:
    cookie = sign_in(person())
    with alone.tab(cookie) as first:
        tabs = [alone.tab(cookie) for _ in range(10)]
        opened = [tab.__enter__() for tab in tabs]
        assert closing_code(first.socket) == 4408
        assert opened[-1].next()["type"] == "heartbeat"
        for tab in tabs:
            tab.__exit__(None, None, None)


def test_what_a_page_says_is_dropped(alone: Site) -> None:
    with alone.tab(sign_in(person())) as tab:
        for words in ("", "not json", '{"type": "hint", "seq": 99}', "x" * 4096, b"\x00" * 100):
            tab.socket.send(words)
        assert tab.next() == {"type": "heartbeat", "seq": 0, "unread": 0}


def test_a_page_that_says_too_much_is_cut_off(alone: Site) -> None:
    with alone.tab(sign_in(person())) as tab:
        tab.socket.send("x" * 5000)
        assert closing_code(tab.socket) in {1009, DROPPED}


def test_listening_extends_no_session(alone: Site) -> None:
    cookie = sign_in(person())
    [before] = Session.objects.values_list("expire_date", "session_data")
    with alone.tab(cookie) as tab:
        tab.next()
    assert alone.get("/notifications/after/0", cookie)[0] == 200
    assert [before] == list(Session.objects.values_list("expire_date", "session_data"))


def statements_a_heartbeat(site: Site, tab: Tab) -> float:
    """How many statements the server's process sends for each of three heartbeats."""
    tab.next()
    before = counted(site)
    for _ in range(3):
        tab.next()
    return (counted(site) - before) / 3


def counted(site: Site) -> int:
    """How many statements the server's process has sent."""
    number: int = json.loads(site.get("/testing/statements/")[1])["statements"]
    return number


def test_a_heartbeat_of_fifty_pages_costs_the_statements_of_two(alone: Site) -> None:
    cookies = [sign_in(person(f"P{number}")) for number in range(6)]
    with ExitStack() as life:
        few = [life.enter_context(alone.tab(cookie)) for cookie in cookies[:2]]
        of_two = statements_a_heartbeat(alone, few[0])
        more = [life.enter_context(alone.tab(cookie)) for cookie in cookies * 8]
        of_fifty = statements_a_heartbeat(alone, more[-1])
    assert 0 < of_fifty <= 4
    assert of_fifty == of_two
