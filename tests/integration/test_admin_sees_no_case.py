"""A system administrator opens every address of the site, and finds no case behind any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from macfa.audits.models import Audit
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from tests.browser import sights
from tests.browser.sights import Sight
from tests.cast import Cast
from tests.integration.browsing import Browsers

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
Stage = Callable[[Cast], Iterator[Sight]]
#: What an administrator may open: their work and account, people, numbers to call.
LISTS = (
    "/",
    "/tasks/",
    "/tasks/team/",
    "/tasks/team/?show=held",
    "/tasks/calendar.ics",
    "/audits/",
    "/reports/",
    "/actions/",
    "/actions/?sort=lead",
    "/concerns/",
    "/concerns/?show=open",
    "/notifications/",
    "/notifications/after/?after=0",
    "/account/",
    "/people/",
    "/people/?show=refused",
    "/people/emails/",
    "/people/invitations/",
    "/away/",
    "/roles/",
    "/urgent/",
)


def said(client: Client, address: str) -> str:
    """What the site answers, whatever it is."""
    return b"".join(client.get(address, follow=True)).decode(errors="replace")


def of_cases() -> list[str]:
    """Every word that stands for a case or says what an audit is about."""
    labels = list(Case.objects.values_list("label", flat=True))
    return labels + list(Case.objects.values_list("public_id", flat=True))


def found(page: str, address: str) -> list[str]:
    """What stands on a page of a case that was not in the address they asked for themselves."""
    return [word for word in of_cases() if word in page and word not in address]


@pytest.mark.parametrize("stage", sights.STAGES, ids=lambda stage: stage.__name__)
def test_no_page_of_any_stage_shows_an_administrator_a_case(
    stage: Stage, cast: Cast, as_: Browsers
) -> None:
    client = as_("admin")
    shown = {
        address: words
        for _who, address in stage(cast)
        if (words := found(said(client, address), address))
    }
    assert not shown


def test_no_list_count_or_message_of_an_administrator_names_a_case(
    cast: Cast, as_: Browsers
) -> None:
    audit = factories.audit_published(cast)
    case = audit.cases.get(number=1)
    factories.a_concern(cast, case.label)
    factories.audit_issued(cast, "DAC")
    client = as_("admin")
    shown = {
        address: words for address in LISTS if (words := found(said(client, address), address))
    }
    assert not shown
    assert not Audit.objects.visible_to(cast["admin"]).exists()
    assert not Case.objects.visible_to(cast["admin"]).exists()
    told = Notification.objects.filter(recipient=cast["admin"])
    assert not [each.text for each in told if found(each.text + each.url, "")]


def test_an_administrator_sees_how_much_somebody_holds_and_not_what(
    cast: Cast, as_: Browsers
) -> None:
    audit = factories.audit_issued(cast)
    factories.drafting(cast, factories.a_return(audit))
    address = f"/people/{cast['auditor.pol'].public_id}/"
    page = said(as_("admin"), address)
    assert "Open tasks" in page
    assert not found(page, address)
    assert audit.prefix not in page
    coordinator = said(as_("coordinator"), f"/tasks{address}")
    assert audit.prefix in coordinator
    assert audit.prefix not in said(as_("admin"), f"/tasks{address}")
