"""Nonsense in a form or an address is answered in words, whatever the database makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests import factories

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

HUGE = "9" * 5000
NONSENSE = ["x" * 41, "a\x00b", HUGE, "../..", "\u202e"]


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit at findings."""
    return factories.audit_moderated(cast)


def signed_in(cast: Cast, name: str) -> Client:
    """The browser of one of the cast."""
    client = Client()
    client.force_login(cast[name])
    return client


@pytest.mark.parametrize("token", NONSENSE)
def test_nonsense_for_a_token_is_no_token(cast: Cast, audit: Audit, token: str) -> None:
    client = signed_in(cast, "coordinator")
    address = f"{audit.get_absolute_url()}findings/report/"
    assert client.post(address, {"token": token}).status_code == 302
    return_ = audit.returns.first()
    assert return_ is not None
    refused = client.post(f"{return_.get_absolute_url()}remind/", {"token": token})
    assert refused.status_code == 409


@pytest.mark.parametrize("number", ["99999999999999999999", HUGE, "-1", "a\x00b", "None"])
def test_nonsense_for_a_record_is_not_among_the_choices(
    cast: Cast, audit: Audit, number: str
) -> None:
    finding = factories.a_finding(cast, audit)
    client = signed_in(cast, "coordinator")
    typed = {"kind": "learning", "title": "t", "text": "t", "cases": [number], "agencies": number}
    for address in (
        f"{audit.get_absolute_url()}findings/add/",
        finding.get_absolute_url().rstrip("/") + "/edit/",
        f"{audit.get_absolute_url()}actions/add/",
    ):
        page = client.post(address, {**typed, "findings": [number], "agency": number})
        assert page.status_code in {200, 404}
    assert audit.findings.count() == 1


@pytest.mark.parametrize("version", [HUGE, "-1", "1.5", "a\x00b"])
def test_nonsense_for_a_version_is_no_version(cast: Cast, version: str) -> None:
    factories.audit_issued(cast)
    client = signed_in(cast, "coordinator")
    task = client.get("/tasks/team/?show=held").context["page"].items[0]["public_id"]
    for act in ("release", "give"):
        typed = {
            "why": "Away",
            "person": cast["lead.csc"].public_id,
            "version": f"{task}:{version}",
        }
        assert client.post(f"/tasks/{task}/{act}/", typed).status_code in {200, 302, 403, 409}


@pytest.mark.parametrize("query", ["item=%00", f"item={HUGE}", "item=", "after=%00", "after=9"])
def test_nonsense_in_an_address_is_left_out(cast: Cast, query: str) -> None:
    client = signed_in(cast, "coordinator")
    for address in ("/tasks/give/", "/tasks/team/", "/", "/audits/", "/notifications/"):
        assert client.get(f"{address}?{query}").status_code in {200, 302}
