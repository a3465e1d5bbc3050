"""Reminders, absence, giving work and how one is told: by keys alone, and without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from macfa.people.models import Absence
from macfa.returns.models import Reminder
from notifications.models import HowEmail, Preference
from tests import factories
from tests.browser import hands
from tests.browser.windows import (
    choose,
    choose_beginning,
    follow,
    h1,
    is_told,
    lands_on,
    main,
    press,
    type_date,
    type_in,
)
from workflows import clock
from workflows.models import WorkItem

if TYPE_CHECKING:
    from tests.browser.windows import Windows
    from tests.cast import Cast

pytestmark = pytest.mark.slow


def test_an_agency_is_reminded_in_writing_and_by_telephone_and_sees_it(
    cast: Cast, any_windows: Windows
) -> None:
    return_ = factories.drafting(cast, factories.a_return(factories.audit_issued(cast)))
    coordinator, auditor = any_windows["coordinator"], any_windows["auditor.pol"]

    coordinator.goto(f"{return_.get_absolute_url()}remind/")
    hands.write(coordinator.get_by_label("Anything to add"), "The panel sits on Thursday.")
    press(coordinator, "Send the reminder")
    is_told(coordinator, f"A reminder of {return_.reference} went to")

    coordinator.goto(f"{return_.get_absolute_url()}remind/")
    follow(coordinator, "Record that you reminded them by telephone")
    press(coordinator, "Record the call")
    expect(coordinator.get_by_role("alert")).to_contain_text("Say whom you spoke to.")
    choose(coordinator, "Who did you speak to?", "Whoever has the work")
    type_date(coordinator, "When was it?", clock.today())
    press(coordinator, "Record the call")
    is_told(coordinator, f"Your call about {return_.reference} is recorded.")

    auditor.goto(return_.get_absolute_url())
    expect(main(auditor)).to_contain_text("You were reminded on")
    expect(main(auditor)).to_contain_text("The panel sits on Thursday.")
    expect(main(auditor)).to_contain_text("and spoke to whoever has the work")
    assert Reminder.objects.filter(agency_return=return_).count() == 2
    assert any_windows.complaints == []


def test_work_is_given_after_a_look_and_taken_back(cast: Cast, any_windows: Windows) -> None:
    audit = factories.audit_issued(cast)
    for return_ in audit.returns.filter(agency__code="POL"):
        factories.drafting(cast, return_)
    held = WorkItem.objects.filter(owner=cast["auditor.pol"], finished=None)
    references = [item.reference for item in held]
    lead = any_windows["lead.pol"]

    lead.goto("/tasks/team/?show=held")
    for reference in references:
        hands.tick(main(lead).get_by_role("checkbox", name=re.compile(f", {reference}$")))
    press(lead, "Give the ticked tasks to somebody")
    lands_on(lead, f"Give {len(references)} tasks to one person")
    choose_beginning(lead, "Who should do them?", cast["auditor2.pol"].name)
    type_in(lead, "Why does it move?", "She knows both families’ schools.")
    press(lead, "Give tasks")
    expect(h1(lead)).to_contain_text("Check before you give")
    press(lead, f"Give {len(references)} tasks")
    is_told(lead, f"{len(references)} tasks are now with {cast['auditor2.pol'].name}.")
    assert held.all().count() == 0
    press(lead, "Undo")
    is_told(lead, "back")
    assert held.all().count() == len(references)
    assert any_windows.complaints == []


def test_whoever_is_away_is_recorded_and_comes_back(cast: Cast, any_windows: Windows) -> None:
    lead = any_windows["lead.pol"]
    lead.goto("/away/")
    hands.select(lead.get_by_label("Who is away?"), cast["auditor.pol"].name)
    type_date(lead, "First day away", clock.today())
    press(lead, "Record the absence")
    expect(lead.get_by_role("alert")).to_contain_text("problem")
    type_date(lead, "Last day away", clock.today() + timedelta(days=9))
    hands.select(lead.get_by_label("Who covers?"), cast["auditor2.pol"].name)
    press(lead, "Record the absence")
    is_told(lead, f"The absence of {cast['auditor.pol'].name} is recorded.")
    assert Absence.objects.get().cover == cast["auditor2.pol"]
    hands.press(main(lead).get_by_role("button", name="Back again"))
    is_told(lead, f"{cast['auditor.pol'].name} is back.")
    assert any_windows.complaints == []


def test_how_one_is_told_is_chosen(cast: Cast, any_windows: Windows) -> None:
    page = any_windows["auditor.pol"]
    page.goto("/notifications/")
    follow(page, "Choose how you are told")
    choose(page, "E-mail about tasks", "No e-mail")
    press(page, "Save how you are told")
    is_told(page, "How you are told is saved.")
    chosen = Preference.objects.get(recipient_id=cast["auditor.pol"].pk, kind="tasks")
    assert chosen.email == HowEmail.NONE
    assert any_windows.complaints == []
