"""The promise: after one heartbeat of quiet every open tab shows what its person was told, each
message once, whatever was told, lost, opened, closed or signed out before."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from macfa.people.models import User
from notifications import inbox
from notifications.hub import MOST_PAGES
from tests.realtime.people import news, person, tell
from tests.realtime.server import HEARTBEAT, Site, Tab, sign_in

pytestmark = pytest.mark.slow

numbers = count(1)
ACTS = ("here", "elsewhere", "to_both", "open", "close_all", "sign_out")


@dataclass
class Watch:
    """A tab and the rows on it; it does with a frame what the page's script does."""

    tab: Tab
    rows: list[int]

    def catch_up(self, site: Site, cookie: str) -> None:
        """Hear what has been said until now, and fetch what is new each time."""
        with suppress(TimeoutError):
            while True:
                frame, have = self.tab.next(within=0.05), max(self.rows, default=0)
                if int(frame["seq"]) > have:
                    _, page = site.get(f"/notifications/after/{have}", cookie)
                    self.rows += [told["seq"] for told in json.loads(page)["notifications"]]


class Somebody:
    """A person with a browser."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.user: User = person(f"Person{next(numbers)}")
        self.cookie = sign_in(self.user)
        self.life = ExitStack()
        self.watches: list[Watch] = []

    def sign_out(self) -> None:
        """Leave, and come back in a new session."""
        self.close_all()
        self.cookie = sign_in(self.user)

    def open(self) -> None:
        """A tab begins with the rows of its page; what is told before it listens, it hears of."""
        if len(self.watches) == MOST_PAGES:
            return
        rows = [told.seq for told in inbox.after(self.user.pk, 0)]
        self.watches.append(Watch(self.life.enter_context(self.site.tab(self.cookie)), rows))

    def close_all(self) -> None:
        self.life.close()
        self.watches.clear()


@contextmanager
def two_people(site: Site) -> Iterator[tuple[Somebody, Somebody]]:
    both = Somebody(site), Somebody(site)
    try:
        yield both
    finally:
        for each in both:
            each.close_all()


def play(site: Site, both: tuple[Somebody, Somebody], act: str, who: int) -> None:
    """One thing that happens. What is told elsewhere reaches no socket: its hint is lost."""
    somebody = both[who]
    if act == "here":
        site.act([(somebody.user, next(numbers))])
    elif act == "elsewhere":
        tell(news(somebody.user, next(numbers)))
    elif act == "to_both":
        site.act([(each.user, next(numbers)) for each in both])
    else:
        getattr(somebody, act)()


@settings(
    max_examples=5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1)), min_size=3, max_size=15))
def test_after_a_heartbeat_of_quiet_every_tab_shows_every_message_once(
    alone: Site, acts: list[tuple[str, int]]
) -> None:
    with two_people(alone) as both:
        for each in both:
            each.open()
        for act, who in acts:
            play(alone, both, act, who)
        time.sleep(HEARTBEAT + 1.5)
        for each in both:
            told = [message.seq for message in inbox.after(each.user.pk, 0)]
            for watch in each.watches:
                watch.catch_up(alone, each.cookie)
                assert watch.rows == told
        assert inbox.faults() == []
