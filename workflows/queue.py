"""Reading the queue: what is mine, what my teams may claim, oldest due first, a page at a time.

Pages are found by key, not by counting: the next page begins after the last row of this one, so
page 1 costs the same at a hundred open items and at a million.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

from django.conf import settings
from django.db.models import Q
from django.utils.dateformat import format as in_words
from django.utils.module_loading import import_string

from notifications import inbox
from workflows import clock, seeks
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import Model, QuerySet

PAGE = 25
COUNTED_UP_TO = inbox.MANY


# --- who may do what with work: the site says, in callables that the settings name ---------------


def team_ids(person: AbstractBaseUser) -> list[int]:
    """The teams from whose queues somebody may claim."""
    ids: list[int] = import_string(settings.WORKFLOWS_TEAMS)(person)
    return ids


def gives(person: AbstractBaseUser) -> list[int]:
    """The teams whose work somebody may give to people, move and put back."""
    return list(_gives(person).values_list("pk", flat=True))


def may_give(person: AbstractBaseUser, item: WorkItem) -> bool:
    """Whether somebody may give this work to people."""
    return bool(_gives(person).filter(pk=item.team_id).exists())


def _gives(person: AbstractBaseUser) -> QuerySet[Any]:
    teams: QuerySet[Any] = import_string(settings.WORKFLOWS_GIVES)(person)
    return teams


class Reach(Protocol):
    """Whose work somebody may claim and give, as a page asks it: teams, by their numbers.

    The site's account says it (`reach`), read once for a page. An act asks `team_ids` and
    `may_give` anew.
    """

    @property
    def works_in(self) -> Collection[int]:
        """The teams from whose queues they may claim."""
        ...

    @property
    def gives(self) -> Collection[int]:
        """The teams whose work they may give to people, move and put back."""
        ...

    @property
    def here(self) -> int | None:
        """The tenant they are in, by its number: of whom pages list."""
        ...

    def turn_to(self, record: Model) -> None:
        """A page is about this record: it is of the record's tenant, whichever they are in."""
        ...

    @property
    def gives_from(self) -> str:
        """The queues of these teams in words: “your agency’s queue”."""
        ...


def reach(person: Any) -> Reach:
    """Whose work somebody may claim and give, for a page."""
    found: Reach = person.reach
    return found


def barred(person: AbstractBaseUser) -> frozenset[int]:
    """The open work that somebody may not have whatever their teams, by its numbers.

    Pages ask once and leave it out; an act asks the work itself (`check_may_hold`).
    """
    numbers: frozenset[int] = import_string(settings.WORKFLOWS_BARRED)(person)
    return numbers


def may_see(person: AbstractBaseUser, item: WorkItem) -> bool:
    """Whether work is somebody's, their team's, or theirs to give."""
    mine = item.owner_id == person.pk
    return mine or item.team_id in team_ids(person) or may_give(person, item)


# --- queues --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Queue:
    """Open work: what somebody holds, or what waits, or is held, in some teams."""

    column: Literal["owner", "team"]
    values: tuple[int, ...]
    held: bool

    @property
    def items(self) -> QuerySet[WorkItem]:
        """The work itself, all of it."""
        here = Q((f"{self.column}__in", self.values))
        return WorkItem.objects.open().filter(here, owner__isnull=not self.held)


def mine(person_id: int) -> Queue:
    """What somebody holds and has not done."""
    return Queue("owner", (person_id,), held=True)


def claimable(team_ids: Iterable[int]) -> Queue:
    """What waits in these teams' queues for somebody to claim."""
    return Queue("team", tuple(sorted(team_ids)), held=False)


def held_in(team_ids: Iterable[int]) -> Queue:
    """What people of these teams hold."""
    return Queue("team", tuple(sorted(team_ids)), held=True)


# --- pages of work -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the item with this due date and number."""

    due: date
    number: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Read a cursor from an address; None where it says nothing sensible."""
        due, _, number = text.partition("_")
        try:
            return cls(date.fromisoformat(due), int(number))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.due.isoformat()}_{self.number}"


class Row(TypedDict):
    """A line of a queue: what its page shows of the work, and nothing else of it.

    A plain dictionary, since a page is made of many: whole work items cost several times as much.
    """

    pk: int
    public_id: str
    title: str
    reference: str
    team: str
    holder: str
    due: date
    due_in_words: str
    overdue: bool
    held: bool
    moves: bool
    may_claim: bool
    may_give: bool


@dataclass(frozen=True)
class Page:
    """One page of a queue, and where the next begins."""

    items: list[Row]
    following: Cursor | None
    total: int

    @property
    def total_shown(self) -> str:
        """How many there are, counted only so far: “99+”."""
        return shown(self.total)


def shown(total: int) -> str:
    """A number that was counted no further than `COUNTED_UP_TO`, as everywhere: “99+”."""
    return inbox.shown(total)


def count(queue: Queue, *, without: Collection[int] = ()) -> int:
    """How many there are, counted no further than `COUNTED_UP_TO`."""
    limit = COUNTED_UP_TO
    found = seeks.numbers(queue.column, queue.values, held=queue.held, limit=limit)
    return limit if len(found) == limit else sum(pk not in without for pk in found)


def page(
    queue: Queue,
    *,
    after: Cursor | None = None,
    seen_by: Reach | None = None,
    without: Collection[int] = (),
) -> Page:
    """A page of a queue, oldest due first. Costs two statements, whatever the queue's length.

    What `seen_by` may do with each row is said beside it. A page is shorter by the rows that are
    left out, and only one that would be empty reads on.
    """
    total = count(queue, without=without)
    while True:
        start = (after.due, after.number) if after else None
        lines = seeks.lines(
            queue.column, queue.values, held=queue.held, after=start, limit=PAGE + 1
        )
        after = Cursor(*lines[PAGE - 1][:2]) if len(lines) > PAGE else None
        kept = [line for line in lines[:PAGE] if line[1] not in without]
        if kept or after is None:
            return Page(_rows(kept, seen_by, held=queue.held), after, total)


def _rows(lines: Sequence[tuple[Any, ...]], seen_by: Reach | None, *, held: bool) -> list[Row]:
    """What a page shows of these lines."""
    words = {due: in_words(due, "j F Y") for due in {line[0] for line in lines}}
    today = clock.today()
    claims = seen_by.works_in if seen_by and not held else ()
    gives = seen_by.gives if seen_by else ()
    return [
        Row(
            pk=pk,
            public_id=public_id,
            title=title,
            reference=reference,
            team=team_name,
            holder="".join(holder),
            due=due,
            due_in_words=words[due],
            overdue=due < today,
            held=held,
            moves=not node.personal,
            may_claim=team in claims,
            may_give=team in gives and not node.personal,
        )
        for due, pk, public_id, title, reference, node, team, team_name, *holder in lines
    ]
