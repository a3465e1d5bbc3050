"""The page on which people say that they are away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from macfa.people.absences import record_absence
from macfa.people.models import Absence
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, browser, posted, text
from tests.integration.returns import date_typed
from workflows import clock

pytestmark = pytest.mark.django_db
PAGE = "/away/"


def typed(cast: Cast, name: str, days: int = 5) -> dict[str, object]:
    today = clock.today()
    return {
        "person": cast[name].pk,
        "cover": cast["auditor2.csc"].pk,
        **date_typed("first", today),
        **date_typed("last", today + timedelta(days=days)),
    }


def test_an_auditor_says_so_and_says_when_they_are_back(cast: Cast, as_: Browsers) -> None:
    client = as_("auditor.csc")
    assert 'href="/away/"' in text(client, "/")
    posted(client, PAGE, typed(cast, "auditor.csc"), 302)
    page = text(client, PAGE)
    assert "The absence of Auditor Csc is recorded." in page
    assert "Auditor2 Csc" in page
    absence = Absence.objects.get()
    posted(client, f"{PAGE}{absence.public_id}/back/", {}, 302)
    assert "Auditor Csc is back." in text(client, PAGE)


def test_what_is_refused_is_said_and_what_was_typed_is_kept(cast: Cast, as_: Browsers) -> None:
    page = posted(as_("auditor.csc"), PAGE, typed(cast, "auditor.csc", days=-3), 200)
    assert "The last day cannot be before the first." in page
    assert f'value="{clock.today().year}"' in page


def test_an_auditor_is_offered_nobody_but_themselves_and_a_lead_their_people(
    cast: Cast, as_: Browsers
) -> None:
    own = text(as_("auditor.csc"), PAGE)
    assert "Auditor Pol" not in own
    assert f'value="{cast["lead.csc"].pk}"' not in own
    assert f'value="{cast["auditor.csc"].pk}"' in text(as_("lead.csc"), PAGE)
    assert f'value="{cast["auditor.csc"].pk}"' not in text(as_("lead.pol"), PAGE)
    refused = posted(as_("lead.pol"), PAGE, typed(cast, "auditor.csc"), 200)
    assert "There is a problem" in refused
    assert not Absence.objects.exists()


@pytest.mark.parametrize("name", ["auditor2.csc", "lead.pol", "chair"])
def test_whose_business_it_is_not_neither_sees_nor_ends_it(
    cast: Cast, as_: Browsers, name: str
) -> None:
    absence = record_absence(
        person=cast["auditor.csc"], first=clock.today(), last=clock.today(), by=cast["auditor.csc"]
    )
    back = f"{PAGE}{absence.public_id}/back/"
    outsider = browser(assemble("elsewhere")["coordinator"])
    for client in (as_(name), outsider):
        assert "Away now or soon" not in text(client, PAGE)
        posted(client, back, {}, 404)
    assert "Auditor Csc" in text(as_("lead.csc"), PAGE)
