"""What changes about the sample: a pool is loaded, a draw made and confirmed, a reserve taken."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.sampling import rules
from macfa.sampling.draw import METHOD, Condition, Drawn, Pick, Plan, PurposivePick, Quota, draw
from macfa.sampling.identity import seal
from macfa.sampling.models import Case, CaseAccess, Draw, IdentityKey, Pool, PoolRow
from macfa.sampling.pool_file import PoolFile, PoolLayout, read_pool
from workflows import clock
from workflows.errors import NotYet
from workflows.lifecycle import Facts, act, begin, begin_many, beginning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.sampling import pool_file

BATCH = 1000


def load_pool(
    *,
    audit: Audit,
    file_name: str,
    content: bytes,
    layout: PoolLayout,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Pool:
    """Read a pool from a CSV or XLSX file and store it: all of it, or nothing.

    What identifies a child goes only into the identity key, sealed (R7). A pool loaded later is
    the one drawn from; the earlier ones stay as they are.

    Raises:
        PoolFaults: the file has faults, each named by row and column.
    """
    rules.check_may_draw(audit, by)
    read = read_pool(PoolFile(file_name, content), layout)
    with act(audit, by=by, expects=expects, token=token) as (_doing, audit):
        rules.check_may_draw(audit, by)
        pool = Pool(
            audit=audit,
            file_name=file_name,
            checksum=hashlib.sha256(content).hexdigest(),
            row_id_column=layout.row_id_column,
            characteristics=list(layout.characteristics),
            identifying=list(layout.identifying),
            size=len(read.rows),
            loaded_by=by,
        )
        begin(pool, "pool_loaded", by=by, token=token, facts={"size": pool.size})
        _store_rows(pool, read.rows)
    return pool


def _store_rows(pool: Pool, read: Sequence[pool_file.Row]) -> None:
    rows = PoolRow.objects.bulk_create(
        (
            PoolRow(pool=pool, row_id=row.row_id, characteristics=dict(row.characteristics))
            for row in read
        ),
        batch_size=BATCH,
    )
    IdentityKey.objects.bulk_create(
        (
            IdentityKey(pool_row=stored, sealed=seal(row.identity))
            for stored, row in zip(rows, read, strict=True)
        ),
        batch_size=BATCH,
    )


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
        stored = _stored_draw(audit, pool, drawn, by)
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


def _stored_draw(audit: Audit, pool: Pool, drawn: Drawn, by: User) -> Draw:
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
    plan = Plan(
        seed=stored.seed,
        quotas=tuple(Quota(*quota) for quota in stored.quotas),
        random=stored.random,
        reserves=stored.reserves,
        exclude_if=tuple(Condition(*pair) for pair in stored.exclude_if),
        purposive=tuple(PurposivePick(*pair) for pair in stored.purposive),
    )
    return draw(stored.pool.rows.all(), plan)


def confirm_draw(
    *, draw: Draw, by: User, expects: int | None = None, token: str | None = None
) -> list[Case]:
    """Use a draw: its chosen rows become the cases of the audit, with references (`NEG-03`)."""
    with act(draw.audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_may_draw(audit, by)
        doing.note("draw_confirmed", facts={"count": len(draw.chosen)})
        rows = _rows(draw, [pick["row_id"] for pick in draw.chosen])
        cases = [
            _case(audit, draw, pick, rows[pick["row_id"]], number)
            for number, pick in enumerate(draw.chosen, 1)
        ]
        begin_many(cases, "drawn", by=by, facts=lambda case: {"stratum": case.stratum})
        _link([(case, rows[pick["row_id"]]) for case, pick in zip(cases, draw.chosen, strict=True)])
    return cases


def _rows(draw: Draw, row_ids: Sequence[str]) -> Mapping[str, PoolRow]:
    return {row.row_id: row for row in draw.pool.rows.filter(row_id__in=row_ids)}


def _case(audit: Audit, draw: Draw, pick: Mapping[str, str], row: PoolRow, number: int) -> Case:
    return Case(
        audit=audit,
        draw=draw,
        number=number,
        label=f"{audit.prefix}-{number:02}",
        stratum=pick["stratum"],
        characteristics=row.characteristics,
    )


def _link(cases: Sequence[tuple[Case, PoolRow]]) -> None:
    """Tie each case to its identity, and let the coordinators see it."""
    for case, row in cases:
        IdentityKey.objects.filter(pool_row=row).update(case=case)
    team = Team.objects.for_role(cases[0][0].audit.partnership, Role.COORDINATOR)
    CaseAccess.objects.bulk_create(
        CaseAccess(case=case, team=team, capacity=CaseAccess.Capacity.COORDINATES)
        for case, _row in cases
    )


def take_reserve(*, case: Case, by: User) -> Case:
    """The next unused reserve of a case's stratum becomes a case of the audit (R9).

    Part of replacing a case: the returns room withdraws what was asked about the old one.

    Raises:
        NotYet: the stratum has no reserve left.
    """
    draw, audit = case.draw, case.audit
    with beginning():
        rules.check_coordinates(audit, by)
        used = set(draw.cases.values_list("identity__pool_row__row_id", flat=True))
        waiting = (
            pick
            for pick in draw.held_in_reserve
            if pick["stratum"] == case.stratum and pick["row_id"] not in used
        )
        pick = next(waiting, None)
        if pick is None:
            raise NotYet(f"No reserve is left in the stratum of {case.label} ({case.stratum}).")
        row = draw.pool.rows.get(row_id=pick["row_id"])
        fresh = _case(audit, draw, pick, row, audit.cases.count() + 1)
        begin(fresh, "added", by=by, facts={"stratum": fresh.stratum})
        _link([(fresh, row)])
    return fresh


def describe_case(
    *, case: Case, profile: str, by: User, expects: int | None = None, token: str | None = None
) -> Case:
    """Set what the panel may know of the child, in bands: nothing that identifies (R7)."""
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_coordinates(case.audit, by)
        doing.change(profile=profile)
        doing.note("described")
    return case
