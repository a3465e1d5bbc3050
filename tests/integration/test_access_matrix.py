"""The access matrix, tried: every row of it, with everybody, at a moment that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from macfa.access import checks, middleware
from macfa.access.matrix import ROWS, Row, rows_of
from macfa.access.middleware import OnlyWhatIsNamed
from macfa.access.standing import About, Who
from macfa.people.roles import Role
from macfa.rehearsal import mailbox
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case, CaseAccess
from tests import standings
from tests.browser.sights import STAGES, Sight
from tests.buttons import BUTTONS
from tests.cast import Cast, assemble

if TYPE_CHECKING:
    from macfa.people.models import User

Stage = Callable[[Cast], Iterator[Sight]]
#: What a page answers whoever may open it; 409 tells that the moment is not right.
ALLOWED = {"200", "302", "409"}
#: What it answers whoever is not signed in; programs are told 403, and nobody a page of theirs.
REFUSED_UNKNOWN = {"sign in", "403", "405"}
METHODS = ("GET", "POST")


class Site:
    """A partnership, another one, and a browser for each person of both."""

    def __init__(self) -> None:
        self.cast, self.elsewhere = assemble(), assemble("elsewhere")
        for each in (self.cast, self.elsewhere):
            each.add("conduct", Role.STAFF_CONDUCT)
        self.everybody = [*self.cast.people.values(), *self.elsewhere.people.values()]
        self._browsers: dict[User | None, Client] = {}

    def browser(self, person: User | None) -> Client:
        """The browser of a person; None is not signed in."""
        if person not in self._browsers:
            self._browsers[person] = Client()
            if person:
                self._browsers[person].force_login(person)
        return self._browsers[person]

    def answer(self, person: User | None, method: str, address: str) -> str:
        """What the site answers, and nothing stays of it: a status, or "sign in"."""
        browser = self.browser(person)
        with transaction.atomic():
            response = browser.generic(method, address)
            transaction.set_rollback(True)
        asked = response.status_code == 302 and "/accounts/login/?next" in response["Location"]
        return "sign in" if asked else str(response.status_code)


class Place:
    """An address at a moment, with what it is about."""

    def __init__(self, site: Site, address: str) -> None:
        self.site, self.address = site, address
        self.match = resolve(address.partition("?")[0])
        self.record = standings.record_of(self.match)
        self.about = standings.about_of(self.match, self.record)

    @cached_property
    def row(self) -> Row:
        """The row of the matrix that is tried here."""
        [row] = [row for row in rows_of(self.match.view_name) if row.about == self.about]
        return row

    def faults(self) -> Iterator[str]:
        """Where the site answers other than the matrix says."""
        for method in METHODS:
            for who, person, wanted in self._expected(method):
                given = self.site.answer(person, method, self.address)
                if given not in wanted:
                    yield f"{method} {self.address} ({self.about.label}) by {who}: {given}"

    def _expected(self, method: str) -> Iterator[tuple[str, User | None, set[str]]]:
        """Each person and what they are to be told."""
        for person, standing in self._stand.items():
            yield words(standing), person, self._answers(standing, method)
        yield "nobody", None, self._answers({Who.NOBODY}, method)
        if isinstance(self.record, Case | AgencyReturn) and method == "GET":
            yield from self._in_conflict()

    @cached_property
    def _stand(self) -> dict[User, set[Who]]:
        """Somebody for each way in which people of both partnerships stand to it."""
        found: dict[frozenset[Who], User] = {}
        for person in self.site.everybody:
            how = standings.standing(person, self.record)
            found.setdefault(frozenset(how), person)
        return {person: set(how) for how, person in found.items()}

    def _answers(self, standing: set[Who], method: str) -> set[str]:
        """What whoever stands so is to be told."""
        allowed = self.row.allowed(method)
        if standing == {Who.NOBODY} and not standing & (self.row.opens | self.row.acts):
            return REFUSED_UNKNOWN
        if not allowed:
            return {"405"}
        if allowed & standing:
            return ALLOWED | ({"404"} if self.about is About.SET_UP else set())
        return {"403"} if self.about.known_to & standing else {"404"}

    def _in_conflict(self) -> Iterator[tuple[str, User, set[str]]]:
        """A conflict of interest hides a case from whoever else could see it."""
        assert isinstance(self.record, Case | AgencyReturn)
        case = self.record.case if isinstance(self.record, AgencyReturn) else self.record
        for person, standing in self._stand.items():
            if standing & self.row.opens:
                with transaction.atomic():
                    CaseAccess.objects.create(
                        case=case, person=person, capacity=CaseAccess.Capacity.CONFLICT
                    )
                    yield f"{words(standing)} in conflict", person, {"404"}
                    transaction.set_rollback(True)


def words(standing: set[Who]) -> str:
    """How somebody stands, in words."""
    return " and ".join(sorted(standing))


@pytest.fixture(autouse=True)
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The e-mails of a demo are shown, as they are nowhere else."""
    monkeypatch.setattr(mailbox, "is_shown", lambda: True)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("stage", [*STAGES, *BUTTONS], ids=lambda stage: stage.__name__)
def test_everybody_is_answered_as_the_matrix_says(stage: Stage, db: None) -> None:
    site = Site()
    found = [fault for _, address in stage(site.cast) for fault in Place(site, address).faults()]
    assert "\n".join(found) == ""


def test_every_row_is_tried(db: None) -> None:
    tried = set()
    for stage in (*STAGES, *BUTTONS):
        with transaction.atomic():
            site = Site()
            tried |= {Place(site, address).row for _, address in stage(site.cast)}
            transaction.set_rollback(True)
    assert set(ROWS) - tried == set()


def test_an_address_without_a_row_stops_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_addresses() == []
    monkeypatch.setattr(checks, "ROWS", ROWS[1:])
    [fault] = checks.check_addresses()
    assert ROWS[0].name in fault.msg
    monkeypatch.setattr(checks, "ROWS", (*ROWS, replace(ROWS[0], name="nowhere")))
    [fault] = checks.check_addresses()
    assert "nowhere" in fault.msg


def test_an_address_without_a_row_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    site = OnlyWhatIsNamed(lambda _request: HttpResponse())
    request = RequestFactory().get("/roles/")
    request.resolver_match = resolve("/roles/")
    assert site.process_view(request, None, None, None) is None
    monkeypatch.setattr(middleware, "rows_of", lambda _name: [])
    with pytest.raises(Http404):
        site.process_view(request, None, None, None)
