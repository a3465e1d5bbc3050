"""The draw: which cases of the pool are audited, chosen so that anyone can repeat it (R6).

The method is called ``sha256-order/1`` and never changes; a better one gets another name.
Within a stratum the rows stand in ascending order of the SHA-256 of ``seed:stratum:row id``
(as hexadecimal digits, of the UTF-8 text). The first are chosen, the next are its reserves.

Everything happens in one order:

1. rows excluded by a condition leave the pool;
2. rows picked on purpose are taken, each with its reason;
3. each stratum takes its number, in the order the strata were asked for;
4. the random part takes its number from all rows not yet taken, as a stratum named ``random``;
5. reserves are shared evenly among the strata and the random part, in the same order, and those
   named first get one more where the number does not divide.

A row is taken once: a later step passes over it. So a stratum that shares no row with an earlier
one keeps the rows it has when it is asked for more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from macfa.sampling.draw.checks import (
    LONGEST_SEED,
    LONGEST_STRATUM,
    MOST_AT_ONCE,
    by_id,
    check_columns,
    check_conditions,
    check_plan,
    check_sizes,
    picked,
)
from macfa.sampling.draw.plan import (
    PURPOSIVE,
    RANDOM,
    Candidate,
    Condition,
    Plan,
    PurposivePick,
    Quota,
    Stratum,
    parse_condition,
    parse_strata,
    strata_of,
)
from macfa.sampling.draw.refusals import CannotDraw, Shortage, TooFew
from macfa.sampling.draw.result import METHOD, Drawn, Pick, hash_of

__all__ = [
    "LONGEST_SEED",
    "LONGEST_STRATUM",
    "METHOD",
    "MOST_AT_ONCE",
    "PURPOSIVE",
    "RANDOM",
    "CannotDraw",
    "Condition",
    "Drawn",
    "Pick",
    "Plan",
    "PurposivePick",
    "Quota",
    "Shortage",
    "TooFew",
    "draw",
    "hash_of",
    "parse_condition",
    "parse_strata",
    "strata_of",
]


def draw(rows: Iterable[Candidate], plan: Plan) -> Drawn:
    """Choose rows and reserves as the plan asks, or say in words why that cannot be done."""
    check_plan(plan)
    pool = by_id(rows)
    check_columns(pool, plan)
    check_conditions(pool, plan)
    eligible = {
        row_id: row
        for row_id, row in pool.items()
        if not any(condition.holds(row) for condition in plan.exclude_if)
    }
    on_purpose = picked(pool, eligible, plan)
    drawing = _Drawing(plan.seed, eligible, {pick.row_id for pick in on_purpose})
    turns = [drawing.choose(stratum) for stratum in strata_of(plan)]
    check_sizes([turn.stratum for turn in turns])
    return Drawn(
        plan=plan,
        population=len(pool),
        excluded=len(pool) - len(eligible),
        strata=tuple(turn.stratum for turn in turns),
        chosen=on_purpose + tuple(pick for turn in turns for pick in turn.chosen),
        reserves=tuple(pick for turn in turns for pick in drawing.reserve(turn)),
    )


@dataclass(frozen=True, slots=True)
class _Turn:
    """One stratum after its turn: its rows in order, and those it chose."""

    stratum: Stratum
    order: tuple[str, ...]
    chosen: tuple[Pick, ...]


@dataclass(slots=True)
class _Drawing:
    """A draw under way: the rows that may be drawn, and those taken so far."""

    seed: str
    eligible: Mapping[str, Candidate]
    taken: set[str]

    def choose(self, stratum: Stratum) -> _Turn:
        order = self._order(stratum)
        chosen = self._take(stratum, order, stratum.size)
        return _Turn(replace(stratum, population=len(order)), order, chosen)

    def reserve(self, turn: _Turn) -> tuple[Pick, ...]:
        return self._take(turn.stratum, turn.order, turn.stratum.reserves)

    def _order(self, stratum: Stratum) -> tuple[str, ...]:
        free = (
            row_id
            for row_id, row in self.eligible.items()
            if row_id not in self.taken and stratum.holds(row)
        )
        return tuple(sorted(free, key=lambda row_id: hash_of(self.seed, stratum.name, row_id)))

    def _take(self, stratum: Stratum, order: Iterable[str], size: int) -> tuple[Pick, ...]:
        free = islice((row_id for row_id in order if row_id not in self.taken), size)
        picks = tuple(Pick(row_id, stratum.name, place) for place, row_id in enumerate(free, 1))
        self.taken.update(pick.row_id for pick in picks)
        return picks
