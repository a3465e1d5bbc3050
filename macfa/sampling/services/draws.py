"""The draw: made from the latest pool and stored with all that is needed to repeat it (R6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.sampling import rules
from macfa.sampling.draw import METHOD, Condition, Drawn, Pick, Plan, PurposivePick, Quota, draw
from macfa.sampling.models import Draw, Pool
from workflows import clock
from workflows.errors import NotYet
from workflows.lifecycle import Facts, act, begin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macfa.audits.models import Audit
    from macfa.people.models import User


def draw_sample(
    *,
    audit: Audit,
    quotas: Sequence[Quota] = (),
    random: int = 0,
    reserves: int = 0,
    seed: str,
    exclude_if: Sequence[Condition] = (),
    purposive: Sequence[PurposivePick] = (),
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Draw:
    """Draw cases and reserves from the latest pool, and store how, so that anyone can repeat it.

    It may be drawn again until a draw is confirmed; every draw is kept (R6).

    Raises:
        NotYet: no pool is loaded.
        CannotDraw: a stratum has fewer rows than asked for, or the plan makes no sense.
    """
    plan = Plan(
        seed=seed,
        quotas=tuple(quotas),
        random=random,
        reserves=reserves,
        exclude_if=tuple(exclude_if),
        purposive=tuple(purposive),
    )
    with act(audit, by=by, expects=expects, token=token) as (_doing, audit):
        rules.check_may_draw(audit, by)
        pool = latest_pool(audit)
        drawn = draw(pool.rows.all(), plan)
        stored = _stored(audit, pool, drawn, by)
        count, population = len(drawn.chosen), drawn.population
        facts: Facts = {"count": count, "population": population, "method": METHOD}
        begin(stored, "drawn", by=by, token=token, facts=facts)
    return stored


def latest_pool(audit: Audit) -> Pool:
    """The pool an audit is drawn from. Raises `NotYet` where none is loaded."""
    pool = audit.pools.order_by("pk").last()
    if pool is None:
        raise NotYet("Load the pool of cases first, then draw from it.")
    return pool


def _stored(audit: Audit, pool: Pool, drawn: Drawn, by: User) -> Draw:
    plan = drawn.plan
    return Draw(
        audit=audit,
        pool=pool,
        method=drawn.method,
        seed=plan.seed,
        strata=[
            {
                "name": stratum.name,
                "asked": stratum.size,
                "reserves": stratum.reserves,
                "population": stratum.population,
            }
            for stratum in drawn.strata
        ],
        quotas=[[quota.column, quota.value, quota.size] for quota in plan.quotas],
        random=plan.random,
        reserves=plan.reserves,
        exclude_if=[[condition.column, condition.value] for condition in plan.exclude_if],
        purposive=[[pick.row_id, pick.reason] for pick in plan.purposive],
        population=drawn.population,
        chosen=[_stored_pick(pick) for pick in drawn.chosen],
        held_in_reserve=[_stored_pick(pick) for pick in drawn.reserves],
        note=drawn.note(),
        drawn_by=by,
        drawn_at=clock.now(),
    )


def _stored_pick(pick: Pick) -> dict[str, str]:
    return {"row_id": pick.row_id, "stratum": pick.stratum, "reason": pick.reason}


def repeat(stored: Draw) -> Drawn:
    """Draw again from what is stored of a draw: the result must be the same (R6)."""
    return draw(stored.pool.rows.all(), plan_of(stored))


def plan_of(stored: Draw) -> Plan:
    """What was asked of a draw."""
    return Plan(
        seed=stored.seed,
        quotas=tuple(Quota(*quota) for quota in stored.quotas),
        random=stored.random,
        reserves=stored.reserves,
        exclude_if=tuple(Condition(*pair) for pair in stored.exclude_if),
        purposive=tuple(PurposivePick(*pair) for pair in stored.purposive),
    )
