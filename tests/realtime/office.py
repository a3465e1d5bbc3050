"""An agency's lead who gives work to two auditors, through the pages of a running site."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Thread
from typing import TYPE_CHECKING
from unittest import mock

from django.db.models import Q

from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from notifications import inbox, push
from tests import factories
from tests.cast import Cast, assemble
from tests.realtime.open_page import OpenPage
from tests.realtime.server import Site, sign_in
from workflows import assignment
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from macfa.people.models import User

WHY = "Leave"
CASES = "status=EH:2,status=CP:2"


class Auditor:
    """Somebody with pages open."""

    def __init__(self, site: Site, user: User) -> None:
        self.site = site
        self.user = user
        self.cookie = sign_in(user)
        self.pages: list[OpenPage] = []

    def open(self) -> None:
        """Open one more page."""
        self.pages.append(OpenPage(self.site, self.cookie))

    def close(self, page: OpenPage) -> None:
        """Close this page."""
        page.leave()
        self.pages.remove(page)

    def sign_out(self) -> list[OpenPage]:
        """Sign out with pages open, and sign in again. The pages of before, which are not told."""
        assert self.site.post("/accounts/logout/", self.cookie, {}) == 302
        left, self.pages = self.pages, []
        self.cookie = sign_in(self.user)
        return left

    @property
    def told(self) -> list[int]:
        """The numbers of all that this person was told, as they are stored."""
        found: list[int] = []
        while more := inbox.after(self.user.pk, found[-1] if found else 0):
            found += [row.seq for row in more]
        return found


class Office:
    """The police's lead, their two auditors, and a few returns in the team's queue."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cast = assemble()
        self.lead = self.cast["lead.pol"]
        self.cookie = sign_in(self.lead)
        self.users = (self.cast["auditor.pol"], self.cast["auditor2.pol"])
        self._issue(self.cast)

    def _issue(self, cast: Cast) -> None:
        audit = factories.audit_issued(cast, strata=CASES)
        for return_ in audit.returns.filter(agency__code="POL").select_related("case", "agency"):
            returns.say_involved(
                return_=return_,
                involvement=AgencyReturn.Involvement.INVOLVED,
                auditor=None,
                by=self.lead,
            )

    def items(self) -> list[WorkItem]:
        """The work there is, whoever has it."""
        of_police = WorkItem.objects.open().filter(team__agency__code="POL")
        rows = of_police.filter(Q(owner=None) | Q(owner__in=self.users))
        return list(rows.select_related("owner", "team").order_by("pk"))

    def put_all_back(self) -> None:
        """Everything goes back to the queue."""
        for item in self.items():
            if item.owner:
                assignment.release(item=item, why=WHY, by=self.lead)

    def give(self, items: Sequence[WorkItem], to: User) -> int:
        """Give work on the page of the queue: the status of the answer."""
        chosen = "&".join(f"item={item.public_id}" for item in items)
        fields = {"person": str(to.public_id), "why": WHY, "checked": "on"}
        return self.site.post(f"/tasks/give/?{chosen}", self.cookie, fields)

    def give_elsewhere(self, items: Sequence[WorkItem], to: User) -> None:
        """Give work in this process, which is not that of the site."""
        assignment.give_many(items=items, to=to, why=WHY, by=self.lead)

    def give_unheard(self, items: Sequence[WorkItem], to: User) -> None:
        """Give work, and lose the hints."""
        with mock.patch.object(push, "hints"):
            self.give_elsewhere(items, to)

    @contextmanager
    def giving(self, items: Sequence[WorkItem], to: User) -> Iterator[None]:
        """Give work while something happens to the site. Nobody knows what comes of it."""

        def try_to_give() -> None:
            with suppress(OSError, HTTPException):
                self.give(items, to)

        doing = Thread(target=try_to_give)
        doing.start()
        yield
        doing.join()
