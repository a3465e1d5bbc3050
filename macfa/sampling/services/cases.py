"""The cases: a draw is used, a reserve takes the place of a case, a case is described in bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.rules import check_coordinates
from macfa.people.models import Team
from macfa.people.roles import Role
from macfa.sampling import rules
from macfa.sampling.models import Case, CaseAccess, Draw, IdentityKey, PoolRow
from notifications.rows import insert_many, update_many
from workflows.errors import NotYet
from workflows.lifecycle import act, begin, begin_many, beginning, lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from macfa.audits.models import Audit
    from macfa.people.models import User


def confirm_draw(
    *,
    draw: Draw,
    numbers: Sequence[int] | None = None,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> list[Case]:
    """Use a draw: its chosen rows become the cases of the audit, with references (`NEG-03`).

    They are numbered from 1 in the order of the draw, unless `numbers` gives the references
    under which the sample has been announced already.

    Raises:
        NotYet: a draw is used already, or a newer pool was loaded since this one.
    """
    with act(draw.audit, by=by, expects=expects, token=token) as (doing, audit):
        rules.check_may_use(draw, audit, by)
        doing.note("draw_confirmed", facts={"count": len(draw.chosen)})
        rows = _rows(draw, draw.chosen)
        order = numbers or range(1, len(rows) + 1)
        cases = [
            _case(audit, draw, pick, row, number)
            for number, pick, row in zip(order, draw.chosen, rows, strict=True)
        ]
        begin_many(cases, "drawn", by=by, facts=lambda case: {"stratum": case.stratum})
        _link(cases, rows)
    return cases


def _rows(draw: Draw, picks: Sequence[Mapping[str, str]]) -> list[PoolRow]:
    """The rows of the pool that were picked, in order."""
    row_ids = [pick["row_id"] for pick in picks]
    rows = {row.row_id: row for row in draw.pool.rows.filter(row_id__in=row_ids)}
    return [rows[row_id] for row_id in row_ids]


def _case(audit: Audit, draw: Draw, pick: Mapping[str, str], row: PoolRow, number: int) -> Case:
    return Case(
        audit=audit,
        draw=draw,
        number=number,
        label=f"{audit.prefix}-{number:02}",
        row_id=row.row_id,
        stratum=pick["stratum"],
        characteristics=row.characteristics,
    )


def _link(cases: Sequence[Case], rows: Sequence[PoolRow]) -> None:
    """Tie each case to its identity, and let the coordinators see it."""
    keys = IdentityKey.objects.in_bulk([row.pk for row in rows])
    for case, row in zip(cases, rows, strict=True):
        keys[row.pk].case = case
    update_many(list(keys.values()), ["case"])
    team = Team.objects.for_role(cases[0].audit.partnership, Role.COORDINATOR)
    coordinates = CaseAccess.Capacity.COORDINATES
    insert_many([CaseAccess(case=case, team=team, capacity=coordinates) for case in cases])


def take_reserve(*, case: Case, by: User) -> Case:
    """The next unused reserve of a case's stratum becomes a case of the audit (R9).

    Part of replacing a case: the returns room withdraws what was asked about the old one. The
    draw is locked, so that two cases replaced at once do not take the same reserve.

    Raises:
        NotYet: the stratum has no reserve left.
    """
    with beginning():
        check_coordinates(case.audit, by)
        where = f"{case.label} ({case.stratum})"
        fresh, row = _from_reserve(lock(case.draw), case.stratum, where)
        begin(fresh, "added", by=by, facts={"stratum": fresh.stratum})
        _link([fresh], [row])
    return fresh


def take_another(*, audit: Audit, stratum: str, reason: str, approved_by: str, by: User) -> Case:
    """The next unused reserve of a stratum joins the audit beside its cases, with a reason and
    whoever approved it.

    Part of adding a case: the returns room sends it out.

    Raises:
        NotYet: the stratum has no reserve left.
    """
    with beginning():
        check_coordinates(audit, by)
        fresh, row = _from_reserve(lock(rules.draw_in_use(audit)), stratum, stratum)
        fresh.added_because, fresh.added_approved_by = reason.strip(), approved_by.strip()
        text = f"{fresh.added_because}\nApproved by: {fresh.added_approved_by}."
        begin(fresh, "joined", by=by, text=text, facts={"stratum": stratum})
        _link([fresh], [row])
    return fresh


def _from_reserve(draw: Draw, stratum: str, where: str) -> tuple[Case, PoolRow]:
    """The next unused reserve of a stratum, as a case that is not stored yet, and its row."""
    pick = next((each for each in rules.reserves_left(draw) if each["stratum"] == stratum), None)
    if pick is None:
        raise NotYet(f"No reserve is left in the stratum of {where}.")
    (row,) = _rows(draw, [pick])
    return _case(draw.audit, draw, pick, row, _first_free(draw.audit)), row


def _first_free(audit: Audit) -> int:
    """The lowest number no case of the audit has had: a dropped case keeps its own."""
    taken = set(audit.cases.values_list("number", flat=True))
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def describe_case(
    *, case: Case, profile: str, by: User, expects: int | None = None, token: str | None = None
) -> Case:
    """Set what the panel may know of the child, in bands: nothing that identifies (R7)."""
    with act(case, by=by, expects=expects, token=token) as (doing, case):
        rules.check_describes(case, by)
        doing.change(profile=profile)
        doing.note("described")
    return case
