"""Row-level rights: the lists of the pages with them and without, among a million returns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db import connection

from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case
from tests.bench.crowded import COPIED, Crowd, crowd
from tests.bench.measure import minima, plans
from tests.bench.table import Figure, Goal, figure
from workflows import queue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet

    from macfa.people.models import User

NAME = "rights"
ROUNDS = 60
#: What SQLite holds is a tenth: it serves a partnership or two.
SIZES = {"postgresql": 1_000_000, "sqlite": 100_000}
#: A table that is read from one end to the other.
SCANS = {"postgresql": r"Seq Scan on (\w+)", "sqlite": r"SCAN (\w+)\b(?! USING)"}


@dataclass(frozen=True)
class List:
    """A list as somebody sees it, and the same rows found by nothing but what the page is of."""

    what: str
    with_rights: Callable[..., object]
    without: Callable[..., object]


def measure(database: str) -> list[Figure]:
    """Each list, with rights beside without, and the large tables that its plans scan."""
    size = SIZES[connection.vendor]
    place = crowd(size)
    row = partial(figure, NAME, database)
    figures: list[Figure] = []
    for each in lists(place):
        times = minima({"with": each.with_rights, "without": each.without}, ROUNDS)
        what = f"{each.what}, {size:,} returns"
        figures += [
            row(
                f"{what}: with rights, least of {ROUNDS}",
                times["with"],
                "ms",
                beside="without",
                beside_value=times["without"],
                goal=Goal(1.2),
            ),
            row(
                f"{what}: large tables scanned from end to end",
                len(scanned(plans(each.with_rights))),
                "tables",
                goal=Goal(0, of_ratio=False),
            ),
        ]
    return figures


def lists(place: Crowd) -> list[List]:
    """The lists that are measured: of work, of cases, of returns."""
    coordinator, lead = place.home["coordinator"], place.home["lead.a00"]
    return [
        team_queue("coordinator’s queue", coordinator),
        team_queue("lead’s queue", lead),
        cases("coordinator’s cases", place, coordinator),
        cases("lead’s cases", place, lead),
        returns("coordinator’s returns of an audit", place, coordinator),
        returns("lead’s returns of an audit", place, lead),
    ]


def team_queue(what: str, person: User) -> List:
    """What somebody may claim and give, without what a conflict bars; beside the same rows."""
    teams = sorted({*person.reach.works_in, *person.reach.gives})
    return List(
        what,
        lambda *_: _queue(person, teams),
        lambda *_: queue.page(queue.claimable(teams)),
    )


def _queue(person: User, teams: Sequence[int]) -> queue.Page:
    person.__dict__.pop("reach", None)  # as in a request, where nothing has asked yet
    return queue.page(queue.claimable(teams), seen_by=person.reach, without=queue.barred(person))


def cases(what: str, place: Crowd, person: User) -> List:
    """The cases of an audit, as their page lists them."""

    def listed(rows: QuerySet[Case]) -> list[Case]:
        found = rows.filter(audit=place.audit).exclude(state=CaseState.REPLACED)
        return list(found.order_by("number"))

    every = Case.objects.all()
    return List(what, lambda *_: listed(Case.objects.visible_to(person)), lambda *_: listed(every))


def returns(what: str, place: Crowd, person: User) -> List:
    """The returns of an audit that somebody may see; without rights those of the same agencies."""
    seen = AgencyReturn.objects.visible_to(person).filter(audit=place.audit)
    agencies = sorted(set(seen.values_list("agency", flat=True)))

    def listed(rows: QuerySet[AgencyReturn]) -> list[AgencyReturn]:
        return list(rows.filter(audit=place.audit).select_related("setting").order_by("pk"))

    every = AgencyReturn.objects.filter(agency__in=agencies)
    return List(
        what, lambda *_: listed(AgencyReturn.objects.visible_to(person)), lambda *_: listed(every)
    )


def scanned(lines: Sequence[str]) -> list[str]:
    """The large tables that these plans read from end to end."""
    large = {model._meta.db_table for model in COPIED}
    found = (re.search(SCANS[connection.vendor], line) for line in lines)
    return sorted({each[1] for each in found if each and each[1] in large})
