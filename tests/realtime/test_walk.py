"""The promise: after one heartbeat of quiet every open page shows what its person was told, each
notice once, whatever was given, lost, doubled, opened, closed, killed or signed out before."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from notifications import inbox
from tests.realtime.mortal import MortalSite, mortal_site
from tests.realtime.office import Auditor, Office
from tests.realtime.open_page import PATIENCE, let_it_be_quiet
from workflows import invariants

if TYPE_CHECKING:
    from tests.realtime.open_page import OpenPage
    from tests.realtime.server import OwnRedis
    from workflows.models import WorkItem

pytestmark = pytest.mark.slow

FULL = os.environ.get("FAULTS") == "full"
MOST_PAGES, MOST_KILLS = 3, 3 if FULL else 1
QUICK = {"NOTIFICATIONS_HEARTBEAT_SECONDS": "0.4", "SECONDS_BETWEEN_FRAMES": "0.1"}
WALKS = settings(
    max_examples=15 if FULL else 3,
    stateful_step_count=40 if FULL else 15,
    derandomize=not FULL,
    database=None,
    deadline=None,
    # What failed is not tried again for a shorter one: no walk is ever quite the same.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
whom = st.integers(0, 1)
which = st.integers(0, 3)


class Walk(RuleBasedStateMachine):
    """Two auditors with pages open, their lead, and everything that may happen to them."""

    def __init__(self, office: Office, site: MortalSite, redis: OwnRedis | None) -> None:
        super().__init__()
        self.office, self.site, self.redis = office, site, redis
        if redis:
            redis.start()
        self.redis_runs = True
        self.kills = self.steps = 0
        office.put_all_back()
        self.auditors = [Auditor(site, user) for user in office.users]
        self.signed_out: list[OpenPage] = []
        for auditor in self.auditors:
            auditor.open()

    def _item(self, number: int) -> list[WorkItem]:
        return [self.office.items()[number]]

    # --- work is given -------------------------------------------------------------------

    @rule(number=which, to=whom)
    def give(self, number: int, to: int) -> None:
        """Assigned or, where somebody has it, reassigned: then both are told."""
        assert self.office.give(self._item(number), self.office.users[to]) == 302

    @rule(to=whom)
    def give_all(self, to: int) -> None:
        """Many at once, some of them from another."""
        assert self.office.give(self.office.items(), self.office.users[to]) == 302

    @rule(number=which, to=whom)
    def give_elsewhere(self, number: int, to: int) -> None:
        """In another process: over Redis its hint is heard, in memory it is not."""
        self.office.give_elsewhere(self._item(number), self.office.users[to])

    @rule(to=whom)
    def give_unheard(self, to: int) -> None:
        """The push is lost."""
        self.office.give_unheard(self.office.items(), self.office.users[to])

    @rule(who=whom, late=st.permutations([-1, 0, 0, 1]))
    def hint_again(self, who: int, late: list[int]) -> None:
        """Hints come twice, late, out of order, or of what never was."""
        auditor = self.auditors[who]
        last = inbox.last_seq(auditor.user.pk)
        self.site.hint([(auditor.user, max(0, last + by)) for by in late])

    # --- pages come and go ---------------------------------------------------------------

    @rule(who=whom)
    def open(self, who: int) -> None:
        """One page more, unless there are many."""
        if len(self.auditors[who].pages) < MOST_PAGES:
            self.auditors[who].open()

    @rule(who=whom, number=which)
    def close(self, who: int, number: int) -> None:
        """One page fewer."""
        pages = self.auditors[who].pages
        if pages:
            self.auditors[who].close(pages[number % len(pages)])

    @rule(who=whom)
    def sign_out(self, who: int) -> None:
        """Pages that are open hear no more."""
        self.signed_out += self.auditors[who].sign_out()

    # --- faults --------------------------------------------------------------------------

    @precondition(lambda self: self.redis)
    @rule()
    def redis_down_or_up(self) -> None:
        """Redis dies, or is there again and knows of nobody."""
        assert self.redis
        (self.redis.kill if self.redis_runs else self.redis.start)()
        self.redis_runs = not self.redis_runs

    @precondition(lambda self: self.kills < MOST_KILLS)
    @rule(to=whom, after=st.sampled_from([0.0, 0.02, 0.1]))
    def kill(self, to: int, after: float) -> None:
        """The process is killed in the middle of an act, and started again."""
        self.kills += 1
        with self.office.giving(self.office.items(), self.office.users[to]):
            time.sleep(after)
            self.site.kill()
            self.site.start()

    # --- and then quiet ------------------------------------------------------------------

    @invariant()
    def sometimes_quiet(self) -> None:
        """After two steps of three."""
        self.steps += 1
        if self.steps % 3:
            self.quiet()

    def quiet(self) -> None:
        """Every page shows what its person was told, and who signed out was told so."""
        let_it_be_quiet([page for each in self.auditors for page in each.pages])
        deadline = time.monotonic() + PATIENCE
        while not all(page.signed_out for page in self.signed_out):
            assert time.monotonic() < deadline, "a page is not told that it is signed out"
            time.sleep(0.05)
        for auditor in self.auditors:
            told = auditor.told
            assert [page.rows for page in auditor.pages] == [told] * len(auditor.pages)
        for page in self.signed_out:
            assert page.rows == list(range(1, len(page.rows) + 1))

    def teardown(self) -> None:
        """Every walk ends in quiet; then nobody is there, and what is stored is sound."""
        try:
            if self.redis:
                self.redis.start()
            self.quiet()
            assert inbox.faults() == []
            assert list(invariants.faults()) == []
        finally:
            for page in [*self.signed_out, *self.auditors[0].pages, *self.auditors[1].pages]:
                page.leave()


def walk(site: MortalSite, redis: OwnRedis | None = None) -> None:
    office = Office(site)
    make = partial(Walk, office, site, redis)
    run_state_machine_as_test(make, settings=WALKS)  # type: ignore[arg-type] # any maker does


def test_after_a_heartbeat_of_quiet_every_page_shows_each_notice_once(
    transactional_db: None, database_url: str
) -> None:
    with mortal_site({**QUICK, "DATABASE_URL": database_url, "REDIS_URL": ""}) as site:
        walk(site)


@pytest.mark.postgres
def test_over_redis_every_page_shows_each_notice_once_too(
    redis: OwnRedis, on_redis: dict[str, str]
) -> None:
    with mortal_site({**QUICK, **on_redis}) as site:
        walk(site, redis)
