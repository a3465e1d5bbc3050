"""A partnership leaves with everything, is loaded elsewhere, and goes on there (R59)."""

from __future__ import annotations

import re
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.test import Client

from macfa.audits.models import Audit
from macfa.leaving.belonging import leaving
from macfa.leaving.kinds import KINDS
from macfa.people import services as people
from macfa.people.models import Agency, Partnership, Team, User
from macfa.people.roles import Role
from macfa.rehearsal import demo
from macfa.rehearsal.fernhollow import CODE
from macfa.returns import services as returns
from macfa.returns.lifecycle import ReturnState
from macfa.returns.models import AgencyReturn
from macfa.sampling.identity import open_identity
from macfa.sampling.models import Case, IdentityKey, PoolRow
from notifications.models import Counter, Notification
from tests import factories
from tests.cast import assemble
from tests.integration.leaving import (
    emptied,
    everything,
    export_of,
    exported,
    loaded,
    story,
)
from workflows import invariants, ledger
from workflows.errors import WrongState
from workflows.models import LedgerEntry, WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

    from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/", "/audits/", "/actions/", "/people/", "/agencies/", "/tasks/", "/tasks/team/")
PASSWORD = "the-password-after-the-move"


def shown(client: Client) -> dict[str, str]:
    """What somebody's pages say: the lists, and every audit with its timeline."""
    found = list(Audit.objects.order_by("pk"))
    pages = [
        *PAGES,
        *(f"{audit.get_absolute_url()}{end}" for audit in found for end in ("", "returns/")),
    ]
    html = {page: client.get(page, follow=True).content.decode() for page in pages}
    # Each form has a token of its own, and each page says how much of the session is left.
    passing = r'value="[\w-]{20,}"|data-session-left="\d+"|data-session-time>[^<]*'
    return {page: re.sub(passing, "", text) for page, text in html.items()}


def signed_in_anew(address: str) -> Client:
    """Somebody who has no password here yet, and gets one by e-mail."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": address})
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    form = client.get(link, follow=True)
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    client.post(form.redirect_chain[-1][0], chosen)
    client = Client()
    page = client.post("/accounts/login/", {"login": address, "password": PASSWORD})
    assert page.status_code == 302
    return client


def test_a_whole_partnership_is_the_same_where_it_is_loaded(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    story(cast)
    before = everything()
    assert [label for label, rows in before.items() if not rows] == []
    here = Client()
    here.force_login(cast["coordinator"])
    pages = shown(here)
    folder = exported(cast, tmp_path)
    emptied(settings)
    loaded(folder)
    assert everything() == before
    assert list(invariants.everything()) == []
    assert list(ledger.faults()) == []
    there = signed_in_anew(cast["coordinator"].email)
    now = shown(there)
    for page, html in pages.items():
        assert now[page].splitlines() == html.splitlines(), page


def test_the_work_goes_on_where_it_was_loaded(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    audit = factories.audit_issued(cast)
    draft = factories.drafting(cast, factories.a_return(audit, "CSC"))
    folder = exported(cast, tmp_path)
    emptied(settings)
    loaded(folder)
    return_ = AgencyReturn.objects.get(public_id=draft.public_id)
    auditor = User.objects.get(email=cast["auditor.csc"].email)
    answers = factories.full_answers(return_)
    returns.save_answers(return_=return_, answers=answers, by=auditor)
    assert returns.submit(return_=return_, by=auditor).state == ReturnState.SUBMITTED
    assert not WorkItem.objects.open().filter(owner=auditor).exists()
    lead = User.objects.get(email=cast["lead.pol"].email)
    case = Case.objects.order_by("pk").first()
    assert case is not None
    identity = open_identity(case=case, reason="The school asks who it is.", by=lead)
    assert identity["name"].startswith("Invented")
    assert list(invariants.everything()) == []


@pytest.mark.slow
def test_the_demo_is_the_same_where_it_is_loaded(tmp_path: Path, settings: Settings) -> None:
    demo.load()
    before = everything()
    partnership = Partnership.objects.get(code=CODE)
    by = User.objects.get(email=f"coordinator@{CODE}.example")
    folder = export_of(partnership, by, tmp_path / "out")
    emptied(settings)
    loaded(folder, by.email)
    assert everything() == before
    assert all(row["mark"] for row in before["sampling.IdentityKey"])
    assert list(invariants.everything()) == []


def shared(cast: Cast, other: Cast) -> User:
    """A lead of the police in both partnerships, with tasks in both."""
    person = cast["lead.pol"]
    people.join(
        person=person,
        partnership=other.partnership,
        role=Role.AGENCY_LEAD,
        agency=other.agencies["POL"],
    )
    return person


def beside(tmp_path: Path, settings: Settings) -> tuple[Path, Cast, User]:
    """An export of one partnership, another one that is where it is to be loaded, and somebody
    who works in both."""
    emptied(settings)
    cast = assemble()
    factories.audit_issued(assemble("elsewhere"), "ELS")
    story(cast)
    folder = exported(cast, tmp_path)
    lead = cast["lead.pol"]
    emptied(settings)
    other = assemble("elsewhere")
    # So many that whoever comes cannot keep their number.
    for number in range(30):
        other.add(f"more{number}", Role.AUDITOR, "POL")
    known = User.objects.create(public_id=lead.public_id, email=lead.email, name="Known Here")
    join_police(other, known)
    factories.audit_issued(other, "ELS")
    return folder, other, known


def join_police(cast: Cast, person: User) -> None:
    """Somebody leads the police of a partnership too."""
    people.join(
        person=person,
        partnership=cast.partnership,
        role=Role.AGENCY_LEAD,
        agency=cast.agencies["POL"],
    )


def test_it_is_loaded_beside_another_partnership_which_keeps_what_it_has(
    transactional_db: None, tmp_path: Path, settings: Settings
) -> None:
    folder, other, known = beside(tmp_path, settings)
    keeps = leaving(other.partnership, KINDS)
    keeps = replace(keeps, only_here=keeps.only_here - {known.pk})
    theirs = everything(keeps)
    told = list(Notification.objects.filter(recipient=known).order_by("seq").values_list("text"))
    assert told
    loaded(folder)
    assert everything(keeps) == theirs
    known.refresh_from_db()
    assert known.name == "Known Here"
    held = Team.objects.of(known).values_list("partnership__code", flat=True)
    assert set(held) == {"oakvale", "elsewhere"}
    now = list(Notification.objects.filter(recipient=known).order_by("seq").values_list("text"))
    assert now[: len(told)] == told
    assert len(now) > len(told)
    assert Counter.objects.get(recipient=known).last_seq == len(now)
    assert list(invariants.everything()) == []
    factories.audit_opened(other, "NEW")
    assert list(invariants.everything()) == []


def test_rows_that_got_new_numbers_say_the_same(
    transactional_db: None, tmp_path: Path, settings: Settings
) -> None:
    emptied(settings)
    cast = assemble()
    factories.audit_issued(assemble("elsewhere"), "ELS")
    story(cast)
    before = everything(leaving(cast.partnership, KINDS))
    numbers = set(Agency.objects.filter(partnership=cast.partnership).values_list("pk", flat=True))
    folder = exported(cast, tmp_path)
    emptied(settings)
    other = assemble("elsewhere")
    for number in range(30):
        other.add(f"more{number}", Role.AUDITOR, "POL")
    factories.audit_issued(other, "ELS")
    loaded(folder)
    partnership = Partnership.objects.get(code="oakvale")
    now = set(Agency.objects.filter(partnership=partnership).values_list("pk", flat=True))
    assert numbers != now
    assert everything(leaving(partnership, KINDS)) == before
    entry = LedgerEntry.objects.filter(verb="loaded").get()
    assert entry.facts["rows"] > 1000


def test_an_audit_whose_number_is_taken_is_not_loaded_and_nothing_else_is(
    transactional_db: None, tmp_path: Path, settings: Settings
) -> None:
    emptied(settings)
    cast = assemble()
    factories.audit_opened(cast)
    folder = exported(cast, tmp_path)
    emptied(settings)
    factories.audit_opened(assemble("elsewhere"), "ELS")
    with pytest.raises(WrongState, match="numbers of these audits are taken here: NEG"):
        loaded(folder)
    assert [each.code for each in Partnership.objects.all()] == ["elsewhere"]


def test_it_is_not_loaded_twice(cast: Cast, tmp_path: Path) -> None:
    folder = exported(cast, tmp_path)
    with pytest.raises(WrongState, match="There is a partnership “oakvale” here already"):
        loaded(folder)
    cast.partnership.code = "renamed"
    cast.partnership.save()
    with pytest.raises(WrongState, match="here already"):
        loaded(folder)
    assert Partnership.objects.count() == 1


def test_memory_does_not_grow_with_what_is_written_and_loaded(
    cast: Cast, tmp_path: Path, settings: Settings
) -> None:
    audit = factories.audit_drawn(cast)
    peaks = [peak(lambda: exported(cast, tmp_path, "small"))]
    pool = audit.pools.get()
    rows = PoolRow.objects.bulk_create(
        PoolRow(pool=pool, row_id=f"M{number:06}", characteristics={"status": "CP" * 50})
        for number in range(5_000)
    )
    identity = bytes(IdentityKey.objects.all()[0].sealed)
    IdentityKey.objects.bulk_create(IdentityKey(pool_row=row, sealed=identity) for row in rows)
    peaks.append(peak(lambda: exported(cast, tmp_path, "large")))
    emptied(settings)
    peaks.append(peak(lambda: loaded(tmp_path / "large")))
    assert PoolRow.objects.count() == 5_012
    assert all(each < 8 for each in peaks), peaks


def peak(act: Callable[[], object]) -> float:
    """How much memory was taken at once, in megabytes."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
