"""School holidays: entered by the coordinator, pointed out where education owes returns (R4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.school import in_school_holidays
from macfa.people import services
from macfa.people.models import SchoolHoliday
from macfa.rehearsal.terms import holidays
from tests import factories
from tests.cast import Cast, assemble
from tests.integration.returns import date_typed
from workflows import clock
from workflows.errors import NotAllowed, NotYet

if TYPE_CHECKING:
    from django.test import Client

PAGE = "/school-holidays/"


def typed(first: date, last: date, name: str = "Half-term") -> dict[str, object]:
    """A holiday as it is typed."""
    return {"name": name, **date_typed("first", first), **date_typed("last", last)}


def holiday(cast: Cast, first: date, days: int = 4, name: str = "Half-term") -> SchoolHoliday:
    """The schools are closed from a day on."""
    return services.add_school_holiday(
        partnership=cast.partnership,
        name=name,
        first=first,
        last=first + timedelta(days=days),
        by=cast["coordinator"],
    )


def test_the_coordinator_enters_and_removes_a_holiday(client: Client, cast: Cast) -> None:
    client.force_login(cast["coordinator"])
    first = clock.today() + timedelta(days=30)
    shown = client.post(PAGE, typed(first, first + timedelta(days=4)), follow=True)
    assert "Half-term is entered." in shown.content.decode()
    stored = cast.partnership.school_holidays.get()
    assert (stored.first, stored.last) == (first, first + timedelta(days=4))
    again = client.post(PAGE, typed(first, first + timedelta(days=4), "The same again"))
    assert "These days are in “Half-term” already" in again.content.decode()
    assert "The same again" in again.content.decode()
    client.post(f"{PAGE}remove/", {"holiday": stored.pk})
    assert not cast.partnership.school_holidays.exists()
    again = client.post(f"{PAGE}remove/", {"holiday": stored.pk}, follow=True)
    assert "That holiday is not there any more." in again.content.decode()


def test_nobody_else_opens_or_changes_them(client: Client, cast: Cast) -> None:
    stored = holiday(cast, clock.today())
    elsewhere = assemble("elsewhere")
    client.force_login(elsewhere["coordinator"])
    assert "Half-term" not in client.get(PAGE).content.decode()
    client.post(f"{PAGE}remove/", {"holiday": stored.pk})
    assert SchoolHoliday.objects.filter(pk=stored.pk).exists()
    for name in ("lead.edu", "chair"):
        client.force_login(cast[name])
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}remove/", {"holiday": stored.pk}).status_code == 403
    assert SchoolHoliday.objects.filter(pk=stored.pk).exists()
    with pytest.raises(NotAllowed):
        services.remove_school_holiday(holiday=stored, by=cast["lead.edu"])


@pytest.mark.parametrize(("days", "refusal"), [(-1, "cannot be before"), (71, "ten weeks")])
def test_days_in_the_wrong_order_or_too_many_are_refused(
    cast: Cast, days: int, refusal: str
) -> None:
    with pytest.raises(NotYet, match=refusal):
        holiday(cast, clock.today(), days)


def test_an_agency_that_keeps_school_terms_can_be_changed(client: Client, cast: Cast) -> None:
    client.force_login(cast["coordinator"])
    assert cast.partnership.agencies.get(keeps_school_terms=True).code == "EDU"
    client.post(f"{PAGE}agencies/", {"agencies": [cast.agencies["POL"].pk]})
    assert cast.partnership.agencies.get(keeps_school_terms=True).code == "POL"
    wrong = client.post(f"{PAGE}agencies/", {"agencies": ["99999", "nonsense"]})
    assert "There is a problem" in wrong.content.decode()
    assert cast.partnership.agencies.get(keeps_school_terms=True).code == "POL"


def test_dates_and_issue_say_where_returns_are_due_in_the_holidays(
    client: Client, cast: Cast
) -> None:
    audit = factories.audit_drawn(cast)
    client.force_login(cast["coordinator"])
    pages = [audit.get_absolute_url() + each for each in ("issue/", "dates/")]
    said = "in the school holidays (Half-term): Education may have nobody there."
    assert not any(said in client.get(each).content.decode() for each in pages)
    holiday(cast, audit.planned[Stage.AGENCY_AUDITS])
    assert said in client.get(pages[0]).content.decode()
    assert said in in_school_holidays(audit, audit.planned[Stage.AGENCY_AUDITS])
    audit.agencies.remove(cast.agencies["EDU"])
    assert said not in client.get(pages[0]).content.decode()


def test_the_demo_knows_the_holidays_of_a_school_year() -> None:
    found = {name: (first, last) for name, first, last in holidays(2026)}
    assert found["October half-term"] == (date(2026, 10, 26), date(2026, 10, 30))
    assert found["Easter holidays"] == (date(2027, 3, 22), date(2027, 4, 2))
    assert all(first < last and first.weekday() == 0 for first, last in found.values())
