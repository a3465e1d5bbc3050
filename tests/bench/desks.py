"""Who reads the queue in the benchmark, and what lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING

from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.returns import services as returns
from tests import factories
from tests.bench.audits import audit_of, cast_of
from tests.bench.backlog import Backlog, Waiting, store
from workflows.models import WorkItem

if TYPE_CHECKING:
    from macfa.people.models import User
    from tests.cast import Cast

FEW, MANY, HEAP = 10, 1000, 10_000
PARTNERSHIPS, AGENCIES, BLOCK = 10, 5, 500


@dataclass(frozen=True)
class Desk:
    """The auditors of an agency: their team, the one who works in it, and their lead."""

    team: Team
    auditor: User
    lead: User


@dataclass(frozen=True)
class Office:
    """Work of ten partnerships. In one of them two auditors hold `MANY` tasks and `FEW`, and as
    many wait in their teams' queues; its coordinator gives out the work of all its teams."""

    home: Cast
    many: Desk
    few: Desk
    backlog: Backlog

    @property
    def teams(self) -> list[Team]:
        """All teams of the partnership."""
        return list(Team.objects.filter(partnership=self.home.partnership))

    def pile_up(self) -> None:
        """Move so much of the backlog to the desk with many tasks that it has a heap of them."""
        desk, place = self.many, {"team": self.many.team, "tenant": self.home.partnership}
        for held, owner in ((True, desk.auditor), (False, None)):
            others = WorkItem.objects.open().filter(owner__isnull=not held)
            others = others.exclude(team__in=(desk.team, self.few.team)).order_by("-pk")
            moved = WorkItem.objects.filter(
                pk__in=list(others.values_list("pk", flat=True)[: HEAP - MANY])
            )
            assert moved.update(owner=owner, **place) == HEAP - MANY


def open_office() -> Office:
    """The partnerships and people, with a block of work that can be made large."""
    home, *others = (cast_of(AGENCIES, f"place{number}") for number in range(PARTNERSHIPS))
    audit = audit_of(home, "QUE", 1)
    returns.issue(audit=audit, by=home["coordinator"])
    subject = factories.a_return(audit, "A00")
    many, few, *rest = (desk for cast in (home, *others) for desk in _desks(cast))
    for desk, number in ((many, MANY), (few, FEW)):
        store(subject, _waiting(desk) * number)
    block = islice(cycle(each for desk in rest for each in _waiting(desk)), BLOCK)
    return Office(home, many, few, Backlog(subject, list(block)))


def _desks(cast: Cast) -> list[Desk]:
    teams = Team.objects.filter(partnership=cast.partnership, role=Role.AUDITOR)
    return [
        Desk(
            teams.get(agency=agency), cast[f"auditor.{code.lower()}"], cast[f"lead.{code.lower()}"]
        )
        for code, agency in cast.agencies.items()
    ]


def _waiting(desk: Desk) -> list[Waiting]:
    """A task with the auditor, and one in the team's queue."""
    return [Waiting(desk.team, desk.auditor), Waiting(desk.team)]
