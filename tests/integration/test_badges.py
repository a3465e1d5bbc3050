"""Every page of the site shows as many unread notifications as its person's inbox holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from notifications import inbox
from tests.browser import sights
from tests.browser.sights import Sight
from tests.cast import Cast
from tests.integration.browsing import browser
from tests.mail import told

COUNT = re.compile(r'data-unread-count="(\d+)"')


@pytest.mark.slow
@pytest.mark.parametrize("stage", sights.STAGES, ids=lambda stage: stage.__name__)
def test_the_badge_of_a_page_equals_the_inbox(
    stage: Callable[[Cast], Iterator[Sight]], cast: Cast
) -> None:
    wrong = {}
    for person in cast.people.values():
        told(person, "report.signed_off")
    for who, address in stage(cast):
        if not who:
            continue
        page = browser(cast[who]).get(address, follow=True).content.decode()
        unread = inbox.unread_count(cast[who].pk)
        if [int(found) for found in COUNT.findall(page)] != [unread]:
            wrong[f"{who} {address}"] = unread
    assert not wrong
