"""The clock is set back by an hour: what people are told stays in order, and e-mail goes out."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.utils import timezone

from notifications import email, inbox, posting
from tests.mail import MORNING, mail_server, told
from tests.realtime.people import news, person, tell
from tests.realtime.server import Site, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

AN_HOUR = timedelta(hours=1)
SOON = MORNING + timedelta(minutes=2)


@contextmanager
def set_back() -> Iterator[None]:
    """It is an hour earlier, for this process."""
    now = timezone.now
    with mock.patch.object(timezone, "now", side_effect=lambda: now() - AN_HOUR):
        yield


@pytest.mark.django_db
def test_numbers_go_on_and_the_newest_stays_first() -> None:
    ann = person()
    tell(news(ann, 1))
    with set_back():
        tell(news(ann, 2))
        assert inbox.last_seq(ann.pk) == 2
    assert [row.seq for row in inbox.after(ann.pk, 0)] == [1, 2]
    assert [row.seq for row in inbox.page(ann.pk)] == [2, 1]
    assert inbox.faults() == []


@pytest.mark.realtime
def test_an_open_page_hears_of_it(alone: Site) -> None:
    ann = person()
    with alone.tab(sign_in(ann)) as tab:
        alone.act([(ann, 1)])
        with set_back():
            tell(news(ann, 2))
        assert tab.until(2)


@pytest.mark.django_db(transaction=True)
def test_an_e_mail_of_a_worker_that_died_is_sent_once_when_its_time_has_come_again() -> None:
    told(person())
    email.gather(SOON)
    assert posting.lease(SOON)
    with mail_server() as server, server.up():
        for minute in range(70):
            now = SOON - AN_HOUR + timedelta(minutes=minute)
            email.sweep(partial(lambda at: at, now))
        assert len(server.accepted) == 1
