"""Involved or nil, independence, and who audits: the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from macfa.people.roles import Role
from macfa.returns import services
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from tests import factories
from tests.cast import Cast
from tests.integration.returns import (
    browser,
    date_typed,
    form_of,
    nil_typed,
    now,
    post,
    text,
)
from workflows import clock

if TYPE_CHECKING:
    from macfa.audits.models import Audit


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_issued(cast)


def test_a_nil_return_is_one_page_and_one_button(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    page = client.get(return_.get_absolute_url()).content.decode()
    assert page.count('type="submit"') == 2  # sign out, and the one
    assert 'value="Lead Pol"' in page
    url = f"{return_.get_absolute_url()}involvement/"
    assert post(client, url, **nil_typed()).headers["Location"] == return_.get_absolute_url()
    assert now(return_).state == ReturnState.NIL
    said = text(client.get(return_.get_absolute_url()))
    assert "Nil return made for NEG-01 POL." in said
    assert "The child, Brothers and sisters" in said


def test_what_a_nil_return_lacks_is_said_beside_it(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    url = f"{return_.get_absolute_url()}involvement/"
    tomorrow = date_typed("looked_on", clock.today() + timedelta(days=1))
    typed = nil_typed(nil_kind="", looked_for=[], looked_by="", **tomorrow)
    page = post(client, url, note="Two spellings", **typed)
    said = text(page)
    for sentence in (
        "Select why there is nothing to audit",
        "Select who you looked for",
        "Enter who looked",
        "The day they looked must be today or in the past",
    ):
        assert sentence in said
    assert "<title>Error: " in page.content.decode()
    assert "Two spellings" in said
    assert now(return_).state == ReturnState.ISSUED


def test_involved_asks_who_audits_and_gives_it_to_them(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    url = f"{return_.get_absolute_url()}involvement/"
    assert "or leave it in the queue" in text(post(client, url, involvement="involved"))
    chosen = cast["auditor2.pol"]
    post(client, url, involvement="involved", auditor=chosen.public_id)
    assert now(return_).auditor == chosen
    assert "is with Auditor2 Pol." in text(client.get(return_.get_absolute_url()))


@pytest.mark.parametrize(("answer", "owner"), [("queue", None), ("me", "lead.pol")])
def test_family_only_may_be_left_in_the_queue_or_taken_on(
    cast: Cast, audit: Audit, answer: str, owner: str | None
) -> None:
    return_ = factories.a_return(audit)
    auditor = cast["lead.pol"].public_id if answer == "me" else answer
    post(
        browser(cast, "lead.pol"),
        f"{return_.get_absolute_url()}involvement/",
        involvement="sibling_or_adult",
        auditor_of_family=auditor,
    )
    assert now(return_).auditor == (cast[owner] if owner else None)


def test_somebody_of_another_agency_cannot_be_chosen(cast: Cast, audit: Audit) -> None:
    return_ = factories.a_return(audit)
    auditor = cast["auditor.csc"].public_id
    url = f"{return_.get_absolute_url()}involvement/"
    page = post(browser(cast, "lead.pol"), url, involvement="involved", auditor=auditor)
    assert "Select one of the choices offered" in text(page)


def test_a_form_posted_twice_lands_on_the_result_once(cast: Cast, audit: Audit) -> None:
    client, return_ = browser(cast, "lead.pol"), factories.a_return(audit)
    url = f"{return_.get_absolute_url()}involvement/"
    typed = {**form_of(client, url), **nil_typed()}
    for _turn in range(2):
        assert client.post(url, typed).headers["Location"] == return_.get_absolute_url()
    assert now(return_).version == 2
    assert client.post(url, {**typed, "token": "another"}).status_code == 409


def test_a_stale_page_is_refused_and_keeps_what_was_typed(cast: Cast, audit: Audit) -> None:
    cast.add("lead2.pol", Role.AGENCY_LEAD, "POL")
    return_ = factories.a_return(audit)
    client, url = browser(cast, "lead.pol"), f"{return_.get_absolute_url()}involvement/"
    typed = {**form_of(client, url), **nil_typed(note="Two spellings tried")}
    services.remind(return_=return_, by=cast["coordinator"])
    page = client.post(url, typed)
    assert page.status_code == 409
    assert "Two spellings tried" in text(page)
    assert "Coordinator reminded" in text(page)


def test_taking_a_nil_back_asks_again(cast: Cast, audit: Audit) -> None:
    return_ = factories.nil(cast, factories.a_return(audit))
    client = browser(cast, "lead.pol")
    post(client, f"{return_.get_absolute_url()}take-back/", why="Another spelling")
    assert "Was your agency involved" in text(client.get(return_.get_absolute_url()))


def test_not_involved_after_all_asks_again(cast: Cast, audit: Audit) -> None:
    return_ = given(cast, factories.a_return(audit))
    client = browser(cast, "lead.pol")
    assert "Say that you were not involved" in text(client.get(return_.get_absolute_url()))
    post(client, f"{return_.get_absolute_url()}not-involved/", why="A cousin of the same name")
    assert "Was your agency involved" in text(client.get(return_.get_absolute_url()))
    assert browser(cast, "auditor.pol").get(return_.get_absolute_url()).status_code == 404


# --- independence and who audits -----------------------------------------------------------------


def given(cast: Cast, return_: AgencyReturn) -> AgencyReturn:
    return services.say_involved(
        return_=return_, involvement="involved", auditor=cast["auditor.pol"], by=cast["lead.pol"]
    )


def test_the_auditor_first_declares_and_then_sees_the_parts(cast: Cast, audit: Audit) -> None:
    return_ = given(cast, factories.a_return(audit))
    client, url = browser(cast, "auditor.pol"), return_.get_absolute_url()
    assert "Are you independent" in text(client.get(url))
    assert client.get(f"{url}domains/D1/").headers["Location"] == url
    assert "Select whether you are independent" in text(post(client, f"{url}independence/"))
    assert post(client, f"{url}independence/", independent="yes").headers["Location"] == url
    page = text(client.get(url))
    assert "D1 Recognition, threshold and referral Not started" in page
    assert "0 of 9" in page


def test_a_conflict_closes_the_case_and_its_reason_is_for_the_lead(
    cast: Cast, audit: Audit
) -> None:
    return_ = given(cast, factories.a_return(audit))
    client, url = browser(cast, "auditor.pol"), return_.get_absolute_url()
    declare = f"{url}independence/"
    assert "Enter what the conflict is" in text(post(client, declare, independent="no"))
    typed = {**form_of(client, declare), "independent": "no", "conflict": "I attended an incident"}
    for _turn in range(2):
        assert client.post(declare, typed).headers["Location"] == "/"
    assert client.get(url).status_code == 404
    for name in ("lead.pol", "coordinator"):
        assert "I attended an incident" in text(browser(cast, name).get(f"{url}auditor/"))
    post(browser(cast, "lead.pol"), f"{url}auditor/", auditor=cast["auditor2.pol"].public_id)
    taken_over = text(browser(cast, "auditor2.pol").get(url))
    assert "I attended an incident" not in taken_over


def test_moving_an_audit_asks_why(cast: Cast, audit: Audit) -> None:
    return_ = factories.drafting(cast, factories.a_return(audit))
    client, url = browser(cast, "lead.pol"), f"{return_.get_absolute_url()}auditor/"
    chosen = cast["auditor2.pol"].public_id
    assert "Answer “Why does it move?”" in text(post(client, url, auditor=chosen))
    post(client, url, auditor=chosen, why="On leave")
    assert now(return_).auditor == cast["auditor2.pol"]


def test_a_case_is_added_on_a_page_of_its_own_and_once(cast: Cast, audit: Audit) -> None:
    client, url = browser(cast, "coordinator"), f"{audit.get_absolute_url()}cases/add/"
    assert "cases/add/" in client.get(f"{audit.get_absolute_url()}returns/").content.decode()
    assert "CP (1 in reserve)" in client.get(url).content.decode()
    typed = {**form_of(client, url), "stratum": "CP", "why": "A second plan"}
    refused = client.post(url, typed)
    assert "Enter who approved it" in refused.content.decode()
    typed["approved_by"] = "The QPPA chair"
    answer = client.post(url, typed)
    case = audit.cases.get(label="NEG-03")
    assert answer.headers["Location"] == case.get_absolute_url()
    assert client.post(url, typed).status_code == 302
    assert audit.cases.count() == 3
    assert "Approved by The QPPA chair" in client.get(case.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("name", "status"), [("lead.pol", 403), ("auditor.pol", 404), ("chair", 403)]
)
def test_nobody_but_the_coordinator_adds_a_case(
    cast: Cast, audit: Audit, name: str, status: int
) -> None:
    url = f"{audit.get_absolute_url()}cases/add/"
    assert browser(cast, name).get(url).status_code == status
    assert audit.cases.count() == 2
