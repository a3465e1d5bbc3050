"""How much somebody has to do: their open tasks, what those weigh, and how soon they are due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from workflows import clock
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.models import WorkItemQuerySet

#: What is due within so many working days is due soon.
SOON = 5


@dataclass(frozen=True)
class Load:
    """The open tasks of a person or a team, and how many are overdue or due soon.

    `weight` counts each as much as its kind of work weighs: see `HumanTask`.
    """

    holds: int = 0
    weight: int = 0
    overdue: int = 0
    soon: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(
            self.holds + other.holds,
            self.weight + other.weight,
            self.overdue + other.overdue,
            self.soon + other.soon,
        )


def loads(work: WorkItemQuerySet, by: str = "owner") -> Mapping[int, Load]:
    """What each owner, or each team, has of this open work. One statement."""
    today = clock.today()
    late, soon = Q(due__lt=today), Q(due__gte=today, due__lte=add_working_days(today, SOON))
    rows = work.order_by().values(by, "flow_task")
    counted = rows.annotate(
        holds=Count("pk"), overdue=Count("pk", filter=late), soon=Count("pk", filter=soon)
    )
    found: dict[int, Load] = defaultdict(Load)
    for row in counted:
        weight = row["holds"] * row["flow_task"].weight
        found[row[by]] += Load(row["holds"], weight, row["overdue"], row["soon"])
    return found
