"""Who may open which page of a return, and who is told what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests import factories
from tests.cast import Cast, assemble
from tests.integration.returns import (
    at,
    browser,
    now,
)

if TYPE_CHECKING:
    from macfa.audits.models import Audit


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return factories.audit_issued(cast)


#: For each address of a return at a state: who may open it, and who is told that they may not.
#: Everybody else is told that it does not exist.
ALLOWED: dict[str, tuple[str, str, str]] = {
    "": ("drafting", "auditor.pol lead.pol coordinator", ""),
    "domains/D1/": ("drafting", "auditor.pol", "lead.pol coordinator"),
    "check/": ("drafting", "auditor.pol", "lead.pol coordinator"),
    "auditor/": ("drafting", "lead.pol coordinator", "auditor.pol"),
    "remind/": ("drafting", "lead.pol coordinator", "auditor.pol"),
    "call/": ("drafting", "coordinator", "lead.pol auditor.pol"),
    "extend/": ("drafting", "coordinator", "lead.pol auditor.pol"),
    "not-returned/": ("drafting", "coordinator", "lead.pol auditor.pol"),
    "not-involved/": ("drafting", "lead.pol coordinator", "auditor.pol"),
    "involvement/": ("issued", "lead.pol", "coordinator"),
    "take-back/": ("nil", "lead.pol coordinator", ""),
    "sign-off/": ("with_lead", "lead.pol", "auditor.pol coordinator"),
    "hand-back/": ("with_lead", "lead.pol", "auditor.pol coordinator"),
    "query/": ("submitted", "coordinator", "lead.pol auditor.pol"),
    "accept-late/": ("not_returned", "coordinator", "lead.pol"),
}
EVERYBODY = (
    "coordinator",
    "lead.pol",
    "auditor.pol",
    "auditor2.pol",
    "owner.pol",
    "panel.pol",
    "lead.csc",
    "auditor.csc",
    "panel.csc",
    "chair",
    "qppa",
    "board",
    "admin",
)


@pytest.mark.parametrize("path", ALLOWED)
def test_each_page_is_for_those_it_is_for(cast: Cast, audit: Audit, path: str) -> None:
    state, allowed, refused = ALLOWED[path]
    url = at(state, cast, factories.a_return(audit)).get_absolute_url() + path
    elsewhere = assemble("elsewhere")
    for name in EVERYBODY:
        wanted = 200 if name in allowed.split() else 403 if name in refused.split() else 404
        assert browser(cast, name).get(url).status_code == wanted, name
    for name in ("coordinator", "lead.pol", "auditor.pol"):
        assert browser(elsewhere, name).get(url).status_code == 404, name
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("path", [path for path in ALLOWED if path])
def test_no_post_goes_further_than_its_page(cast: Cast, audit: Audit, path: str) -> None:
    state, allowed, refused = ALLOWED[path]
    return_ = at(state, cast, factories.a_return(audit))
    before = now(return_).version
    for name in EVERYBODY:
        if name not in allowed.split():
            answer = browser(cast, name).post(return_.get_absolute_url() + path, {"why": "x"})
            assert answer.status_code == (403 if name in refused.split() else 404), name
    assert now(return_).version == before


@pytest.mark.parametrize("path", ["issue/", "returns/", "returns/remind/"])
def test_the_audits_pages_are_the_coordinators(cast: Cast, path: str) -> None:
    audit = factories.audit_drawn(cast) if path == "issue/" else factories.audit_issued(cast)
    url = audit.get_absolute_url() + path
    assert browser(cast, "coordinator").get(url).status_code == 200
    for name in ("lead.pol", "panel.pol", "chair", "qppa", "board"):
        assert browser(cast, name).get(url).status_code == 403, name
    for client in (browser(cast, "auditor.pol"), browser(assemble("elsewhere"), "coordinator")):
        assert client.get(url).status_code == 404


def test_replacing_a_case_is_the_coordinators(cast: Cast, audit: Audit) -> None:
    url = f"{audit.cases.all()[0].get_absolute_url()}replace/"
    assert browser(cast, "coordinator").get(url).status_code == 200
    assert browser(cast, "lead.pol").get(url).status_code == 403
    assert browser(cast, "auditor.pol").get(url).status_code == 404
    assert browser(assemble("elsewhere"), "coordinator").get(url).status_code == 404
