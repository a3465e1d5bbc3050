"""What is asked of a draw: strata with their numbers, rows left out, rows picked on purpose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from macfa.sampling.draw.refusals import CannotDraw

RANDOM = "random"
PURPOSIVE = "purposive"

_SIZE = re.compile("[0-9]{1,6}")

Kind = Literal["random", "stratified", "purposive", "mixed"]


class Candidate(Protocol):
    """A row of the pool, as far as the draw may know it: never who the child is."""

    @property
    def row_id(self) -> str: ...
    @property
    def characteristics(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows in which a column holds exactly this value."""

    column: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}={self.value}"

    def holds(self, row: Candidate) -> bool:
        return row.characteristics.get(self.column) == self.value


@dataclass(frozen=True, slots=True)
class Quota:
    """How many cases to choose from the rows in which a column holds a value."""

    column: str
    value: str
    size: int

    @property
    def condition(self) -> Condition:
        return Condition(self.column, self.value)


@dataclass(frozen=True, slots=True)
class PurposivePick:
    """A row chosen by a person and not by chance, with the reason."""

    row_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a draw. The same plan on the same pool always gives the same draw."""

    seed: str
    quotas: tuple[Quota, ...] = ()
    random: int = 0
    reserves: int = 0
    exclude_if: tuple[Condition, ...] = ()
    purposive: tuple[PurposivePick, ...] = ()

    @property
    def kind(self) -> Kind:
        """Random, stratified or purposive, or mixed where it is more than one of them."""
        kinds: list[Kind] = []
        if self.quotas:
            kinds.append("stratified")
        if self.random:
            kinds.append("random")
        if self.purposive:
            kinds.append("purposive")
        return kinds[0] if len(kinds) == 1 else "mixed"


@dataclass(frozen=True, slots=True)
class Stratum:
    """What one stratum was asked for and had.

    ``population`` counts the rows it could choose from when its turn came.
    """

    name: str
    condition: Condition | None
    size: int
    reserves: int = 0
    population: int = 0

    def holds(self, row: Candidate) -> bool:
        return self.condition is None or self.condition.holds(row)


def parse_strata(text: str) -> tuple[Quota, ...]:
    """Read ``status=EH:2,status=CP:2`` into quotas; a value may hold a colon but no comma."""
    return tuple(_parse_quota(part.strip()) for part in text.split(","))


def _parse_quota(part: str) -> Quota:
    column, _, rest = part.partition("=")
    value, _, size = rest.rpartition(":")
    if not (column.strip() and value.strip() and _SIZE.fullmatch(size.strip())):
        raise CannotDraw(
            f"“{part}” is not a stratum. Write COLUMN=VALUE:NUMBER, such as status=EH:2, "
            "with a comma between strata."
        )
    return Quota(column.strip(), value.strip(), int(size))


def parse_condition(text: str) -> Condition:
    """Read ``status=Closed`` into the condition by which rows are excluded."""
    column, _, value = (part.strip() for part in text.partition("="))
    if not column or not value:
        raise CannotDraw(f"“{text}” is not a condition. Write COLUMN=VALUE, such as status=EH.")
    return Condition(column, value)


def strata_of(plan: Plan) -> tuple[Stratum, ...]:
    """The strata of a plan by name, in the order of the draw, with their share of reserves.

    A stratum is named by its value where all quotas are on one column (``EH``), and by column
    and value where they are on several (``status=EH``). The name is part of what is hashed.
    """
    one_column = len({quota.column for quota in plan.quotas}) == 1
    strata = [
        Stratum(q.value if one_column else str(q.condition), q.condition, q.size)
        for q in plan.quotas
    ]
    if plan.random:
        strata.append(Stratum(RANDOM, None, plan.random))
    each, over = divmod(plan.reserves, len(strata) or 1)
    return tuple(replace(s, reserves=each + (n < over)) for n, s in enumerate(strata))
