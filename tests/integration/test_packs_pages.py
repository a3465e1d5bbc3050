"""Inspectors read what was frozen for them, for a limited time, and nothing of the live site."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from macfa.findings.models import Report
from macfa.packs.models import Pack, PackDocument
from macfa.people.models import User
from macfa.people.roles import Role
from macfa.people.services import give_role, invite
from macfa.sampling.models import Case
from notifications.models import Notification
from tests import factories
from tests.browser import sights
from tests.cast import Cast, assemble
from tests.integration.browsing import Browsers, Posted, browser, posted, text
from tests.integration.test_admin_sees_no_case import Stage, found, said
from workflows import clock
from workflows.errors import NotYet
from workflows.models import LedgerEntry

if TYPE_CHECKING:
    from macfa.audits.models import Audit

pytestmark = pytest.mark.django_db
NEW = "/packs/new/"


def an_inspector(cast: Cast, name: str = "inspector") -> User:
    """Somebody who inspects the partnership for a week."""
    person = cast.add(name, Role.INSPECTOR)
    person.memberships.update(until=clock.today() + timedelta(days=7))
    return person


@pytest.fixture
def audit(cast: Cast) -> Audit:
    """An audit whose report is signed off, with an action under way."""
    return factories.audit_published(cast)


def freeze(cast: Cast, as_: Browsers, audit: Audit, reader: User) -> Pack:
    chosen = {"audits": [audit.pk], "readers": [reader.pk]}
    posted(as_("coordinator"), NEW, {"title": "Joint inspection", **chosen}, 302)
    return Pack.objects.latest("pk")


def test_an_inspector_reads_what_was_frozen_and_each_reading_is_kept(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    inspector = an_inspector(cast)
    pack = freeze(cast, as_, audit, inspector)
    client = as_("inspector")
    assert Notification.objects.get(recipient=inspector).url == pack.get_absolute_url()
    assert pack.get_absolute_url() in text(client, "/packs/")
    page = text(client, pack.get_absolute_url())
    for number, document in enumerate(pack.documents.all(), start=1):
        answer = client.get(f"{pack.get_absolute_url()}{number}/")
        assert hashlib.sha256(answer.content).hexdigest() == document.sha256
        assert document.sha256 in page
    assert "Chronologies were not shared" in pack.documents.all()[0].html
    assert "One shared chronology" in pack.documents.all()[1].html
    read = LedgerEntry.objects.filter(record=pack.public_id, verb="read")
    assert {entry.actor for entry in read} == {inspector.public_id}
    assert len(read) == 2
    assert "Inspector read NEG: report, version 1" in text(
        as_("coordinator"), pack.get_absolute_url()
    )


def test_a_pack_holds_nothing_of_a_single_case_and_no_owners_name(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    pack = freeze(cast, as_, audit, an_inspector(cast))
    everything = " ".join(pack.documents.values_list("html", flat=True))
    assert not [each for each in audit.cases.all() if each.label in everything]
    assert "Seen in 1 of 2 cases" in everything
    assert cast["owner.csc"].name not in everything


def test_what_changes_afterwards_changes_no_pack(cast: Cast, as_: Browsers, audit: Audit) -> None:
    pack = freeze(cast, as_, audit, an_inspector(cast))
    address = f"{pack.get_absolute_url()}2/"
    before = as_("inspector").get(address).content
    audit.actions.update(title="Something else altogether", due=clock.today() - timedelta(days=9))
    assert as_("inspector").get(address).content == before


def test_a_document_that_is_not_what_was_frozen_is_not_shown(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    pack = freeze(cast, as_, audit, an_inspector(cast))
    first = pack.documents.all()[0]
    PackDocument.objects.filter(pk=first.pk).update(html=first.html.replace("NEG", "NEO"))
    page = text(as_("inspector"), f"{pack.get_absolute_url()}1/", 409)
    assert "is not what was frozen" in page
    assert first.sha256 in str(LedgerEntry.objects.get(verb="frozen").facts)


def test_a_pack_is_read_by_whom_it_was_frozen_for_alone(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    pack = freeze(cast, as_, audit, an_inspector(cast))
    an_inspector(cast, "inspector2")
    other = assemble("elsewhere")
    an_inspector(other)
    others = [as_(name) for name in ("inspector2", "lead.pol", "admin", "chair", "board")]
    others += [browser(other["inspector"]), browser(other["coordinator"])]
    for client in others:
        text(client, pack.get_absolute_url(), 404)
        text(client, f"{pack.get_absolute_url()}1/", 404)
        posted(client, f"{pack.get_absolute_url()}withdraw/", {}, 404)
    posted(as_("inspector"), f"{pack.get_absolute_url()}withdraw/", {}, 403)
    text(as_("inspector"), NEW, 403)
    text(as_("admin"), "/packs/", 403)
    assert pack.get_absolute_url() not in text(as_("inspector2"), "/packs/")


def test_reading_ends_with_the_time_box_and_with_the_pack(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    inspector = an_inspector(cast)
    first, second = (freeze(cast, as_, audit, inspector) for _time in range(2))
    posted(as_("coordinator"), f"{first.get_absolute_url()}withdraw/", {}, 302)
    text(as_("inspector"), first.get_absolute_url(), 404)
    text(as_("inspector"), second.get_absolute_url())
    assert "Withdrawn" in text(as_("coordinator"), "/packs/")
    inspector.memberships.update(until=clock.today() - timedelta(days=1))
    text(as_("inspector"), second.get_absolute_url(), 404)
    text(as_("inspector"), f"{second.get_absolute_url()}1/", 404)


@pytest.mark.parametrize("days", [None, 28, 400])
def test_an_inspectors_role_is_limited_in_time(cast: Cast, days: int | None) -> None:
    until = clock.today() + timedelta(days=days) if days else None
    team = cast.partnership.teams.model.objects.for_role(cast.partnership, Role.INSPECTOR)
    by = cast["coordinator"]
    with pytest.raises(NotYet, match="needs a last day"):
        invite(email="i@gov.example", team=team, since=clock.today(), until=until, by=by)
    with pytest.raises(NotYet, match="needs a last day"):
        give_role(person=cast["board"], team=team, since=clock.today(), until=until, by=by)
    invite(
        email="i@gov.example",
        team=team,
        since=clock.today(),
        until=clock.today() + timedelta(days=27),
        by=by,
    )


def test_what_is_frozen_is_of_ones_own_partnership_and_signed_off(
    cast: Cast, as_: Browsers, audit: Audit
) -> None:
    inspector, other = an_inspector(cast), assemble("elsewhere")
    theirs, running = factories.audit_published(other, "ELS"), factories.audit_opened(cast, "RUN")
    wrongs: tuple[Posted, ...] = (
        {"audits": [theirs.pk], "readers": [inspector.pk]},
        {"audits": [running.pk], "readers": [inspector.pk]},
        {"audits": [audit.pk], "readers": [an_inspector(other).pk]},
        {"audits": [audit.pk], "readers": [cast["board"].pk]},
        {"audits": [], "readers": []},
    )
    for wrong in wrongs:
        page = posted(as_("coordinator"), NEW, {"title": "Kept when refused", **wrong})
        assert "There is a problem" in page
        assert "Kept when refused" in page
    assert not Pack.objects.exists()


def test_where_there_is_nobody_to_read_the_page_says_what_comes_first(
    cast: Cast, as_: Browsers
) -> None:
    assert "No report of this partnership is signed off" in text(as_("coordinator"), NEW)
    factories.audit_published(cast)
    assert "Invite an inspector first" in text(as_("coordinator"), NEW)


@pytest.mark.parametrize("stage", sights.STAGES, ids=lambda stage: stage.__name__)
def test_no_page_of_any_stage_shows_an_inspector_a_case_or_a_report(
    stage: Stage, cast: Cast, as_: Browsers
) -> None:
    an_inspector(cast)
    client = as_("inspector")
    for _who, address in stage(cast):
        page = said(client, address)
        assert not found(page, address), address
    assert not Report.objects.visible_to(cast["inspector"]).exists()
    assert not Case.objects.visible_to(cast["inspector"]).exists()
