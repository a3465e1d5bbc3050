"""What no draw could satisfy, and what this pool cannot."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from macfa.sampling.draw.plan import (
    PURPOSIVE,
    RANDOM,
    Candidate,
    Plan,
    PurposivePick,
    Stratum,
    strata_of,
)
from macfa.sampling.draw.refusals import CannotDraw, Shortage, TooFew
from macfa.sampling.draw.result import Pick

LONGEST_SEED = 100
LONGEST_STRATUM = 120
MOST_AT_ONCE = 1000


def by_id(rows: Iterable[Candidate]) -> dict[str, Candidate]:
    """The pool by row id, which must be there once."""
    pool: dict[str, Candidate] = {}
    for row in rows:
        if row.row_id in pool:
            raise CannotDraw(f"Row id {row.row_id} is in the pool more than once.")
        pool[row.row_id] = row
    if not pool:
        raise CannotDraw("The pool has no rows to draw from.")
    return pool


def check_plan(plan: Plan) -> None:
    """Refuse what no pool could satisfy."""
    if not plan.seed.strip() or not plan.seed.isprintable() or len(plan.seed) > LONGEST_SEED:
        raise CannotDraw(f"Give a seed: any text on one line, up to {LONGEST_SEED} characters.")
    if not (plan.quotas or plan.random or plan.purposive):
        raise CannotDraw("Ask for at least one case: by stratum, at random or picked on purpose.")
    if plan.reserves and not (plan.quotas or plan.random):
        raise CannotDraw(
            "Reserves are drawn from a stratum or at random, and every case is picked on purpose. "
            "Ask for no reserves, or for cases by stratum or at random."
        )
    if min(plan.random, plan.reserves) < 0 or any(quota.size < 1 for quota in plan.quotas):
        raise CannotDraw("Ask each stratum for 1 case or more, and for no negative numbers.")
    if max(plan.random, plan.reserves, *(quota.size for quota in plan.quotas)) > MOST_AT_ONCE:
        raise CannotDraw(f"Ask for up to {MOST_AT_ONCE:,} cases of a stratum, and of reserves.")
    _check_names([stratum.name for stratum in strata_of(plan) if stratum.condition])
    _check_picks(plan.purposive)


def _check_names(names: Sequence[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise CannotDraw(f"Stratum {name} is asked for more than once. Ask for it once.")
        if name in {RANDOM, PURPOSIVE}:
            raise CannotDraw(f"A stratum cannot be called {name}: that word has a meaning here.")
        if len(name) > LONGEST_STRATUM:
            raise CannotDraw(f"A stratum has a name of up to {LONGEST_STRATUM} characters.")


def _check_picks(picks: Sequence[PurposivePick]) -> None:
    for row_id, times in Counter(pick.row_id for pick in picks).items():
        if times > 1:
            raise CannotDraw(f"Row {row_id} is picked more than once. Pick it once.")
    for pick in picks:
        if not pick.reason.strip():
            raise CannotDraw(f"Say why row {pick.row_id} is picked on purpose.")


def check_columns(pool: Mapping[str, Candidate], plan: Plan) -> None:
    """A misspelt column would exclude nobody, or find nobody, without a word."""
    known = {column for row in pool.values() for column in row.characteristics}
    asked = [quota.column for quota in plan.quotas]
    for column in asked + [condition.column for condition in plan.exclude_if]:
        if column not in known:
            columns = ", ".join(sorted(known)) or "none"
            raise CannotDraw(f"The pool has no column “{column}”. Its columns are: {columns}.")


def check_conditions(pool: Mapping[str, Candidate], plan: Plan) -> None:
    """A misspelt value would leave out nobody, without a word."""
    for condition in plan.exclude_if:
        if not any(condition.holds(row) for row in pool.values()):
            raise CannotDraw(
                f"No row of the pool has {condition}, so nothing would be left out by it. "
                "Write the value as it stands in the pool, or take the condition away."
            )


def picked(pool: Collection[str], eligible: Collection[str], plan: Plan) -> tuple[Pick, ...]:
    """The rows picked on purpose, in the order given."""
    for pick in plan.purposive:
        if pick.row_id not in pool:
            raise CannotDraw(f"Row {pick.row_id} is picked on purpose but is not in the pool.")
        if pick.row_id not in eligible:
            raise CannotDraw(f"Row {pick.row_id} is picked on purpose but is also excluded.")
    picks = enumerate(plan.purposive, 1)
    return tuple(Pick(p.row_id, PURPOSIVE, place, p.reason.strip()) for place, p in picks)


def check_sizes(strata: Iterable[Stratum]) -> None:
    short = [Shortage(s.name, s.size, s.population) for s in strata if s.population < s.size]
    if short:
        raise TooFew(short)
