"""Allegations about staff: a restricted record, for its contacts and whoever recorded it alone."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from macfa.concerns.models import StaffMatter
from macfa.people.roles import Role
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.browsing import browser, posted, text
from workflows.models import LedgerText, WorkItem

pytestmark = pytest.mark.django_db

TYPED: dict[str, object] = {
    "seen": "A colleague shouted.",
    "done": "Rang the LADO.",
    "done_when": "Today",
    "told": "Nobody",
}


def told() -> dict[str, tuple[str, str]]:
    rows = Notification.objects.filter(event="concern.restricted")
    found = rows.values_list("recipient__name", "text", "url")
    return {name: (said, url) for name, said, url in found}


def test_the_contacts_are_told_and_nobody_else(cast: Cast) -> None:
    cast.add("contact", Role.STAFF_CONDUCT)
    matter = factories.a_staff_matter(cast)
    assert told() == {"Contact": ("A restricted matter needs you", matter.get_absolute_url())}
    assert matter.contact_told


def test_without_a_contact_the_coordinator_is_told_that_there_is_one_and_cannot_open_it(
    cast: Cast,
) -> None:
    matter = factories.a_staff_matter(cast)
    assert told() == {"Coordinator": ("A restricted matter needs you", "/concerns/staff/")}
    text(browser(cast["coordinator"]), matter.get_absolute_url(), 404)
    html = text(browser(cast["auditor.pol"]), matter.get_absolute_url())
    assert "had named no staff-conduct contact" in html


def test_it_is_seen_by_whoever_recorded_it_and_the_contacts_alone(cast: Cast) -> None:
    contact = cast.add("contact", Role.STAFF_CONDUCT)
    matter = factories.a_staff_matter(cast)
    sees = {
        name
        for name, person in cast.people.items()
        if StaffMatter.objects.visible_to(person).exists()
    }
    assert sees == {"auditor.pol", "contact"}
    stranger = assemble("elsewhere").add("contact", Role.STAFF_CONDUCT)
    assert "A colleague shouted" in text(browser(contact), matter.get_absolute_url())
    text(browser(stranger), matter.get_absolute_url(), 404)


def test_it_makes_no_work_stands_in_no_list_and_says_no_detail_anywhere(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    contact = cast.add("contact", Role.STAFF_CONDUCT)
    matter = factories.a_staff_matter(cast)
    assert not WorkItem.objects.exists()
    assert not LedgerText.objects.exists()
    assert matter.thread is None
    for person in (contact, cast["auditor.pol"], cast["coordinator"]):
        assert matter.public_id not in text(browser(person), "/concerns/")
    said = [row.message for row in caplog.records if not row.name.startswith("django.db")]
    assert not any("shouted" in line for line in said)


def test_the_way_there_is_on_the_form_of_a_concern_and_gives_the_lado_s_number(
    cast: Cast,
) -> None:
    cast.partnership.lado = "01632 960 333"
    cast.partnership.save()
    client: Client = browser(cast["auditor.pol"])
    assert "It is about the conduct of somebody who works with children" in text(
        client, "/concerns/raise/"
    )
    assert "01632 960 333" in text(client, "/concerns/staff/")
    posted(client, "/concerns/staff/", TYPED, 302)
    html = posted(client, "/concerns/staff/", TYPED | {"told": ""})
    assert "A colleague shouted." in html
    assert StaffMatter.objects.count() == 1
