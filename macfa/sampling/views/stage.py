"""The stage at a glance: what there is of the sample, and what the coordinator does next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import can_coordinate
from macfa.sampling import rules

if TYPE_CHECKING:
    from datetime import datetime

    from macfa.audits.models import Audit
    from macfa.people.models import User
    from macfa.sampling.models import Case, Draw, Pool

Item = dict[str, str]


def overview(audit: Audit, person: User) -> dict[str, object]:
    """What the page of the stage shows to somebody."""
    pool = audit.pools.select_related("loaded_by").order_by("pk").last()
    draws = list(audit.draws.select_related("drawn_by").order_by("pk"))
    cases = list(audit.cases.counted())
    used = cases[0].draw_id if cases else None
    return {
        "pool": pool,
        "draws": draws,
        "cases": cases,
        "used": next((draw for draw in draws if draw.pk == used), None),
        "steps": _steps(audit, pool, draws, cases) if can_coordinate(audit, person) else [],
        "sees_draws": rules.can_see_draws(audit, person),
        "sees_log": rules.can_see_identity_log(audit, person),
    }


def _steps(audit: Audit, pool: Pool | None, draws: list[Draw], cases: list[Case]) -> list[Item]:
    """The coordinator's steps, those that can be taken now with an address."""
    here = f"{audit.get_absolute_url()}sample/"
    open_ = audit.stage == Stage.CASE_SAMPLING
    drawing = open_ and not cases
    latest = draws[-1] if draws else None
    current = latest if latest and pool and latest.pool_id == pool.pk else None
    described = sum(bool(case.profile.strip()) for case in cases)
    return [
        _item("Load the pool of cases", f"{here}pool/" if drawing else "", pool, _said_of(pool)),
        _item("Draw the sample", f"{here}draw/" if drawing and pool else "", draws, _made(draws)),
        _item("Use a draw", current.get_absolute_url() if drawing and current else "", cases, ""),
        _item(
            "Describe the cases in bands",
            f"{here}cases/" if cases else "",
            bool(cases) and described == len(cases),
            f"{described} of {len(cases)} described" if cases else "",
        ),
        _item(
            "Issue the audit to the agencies",
            f"{audit.get_absolute_url()}issue/" if open_ and cases else "",
            not open_ and bool(cases),
            "",
        ),
    ]


def _item(title: str, href: str, done: object, hint: str) -> Item:
    item = {"title": title, "href": href, "hint": hint}
    if done:
        return {**item, "tag": "Completed"}
    if href:
        return {**item, "tag": "To do", "colour": "blue"}
    return {**item, "tag": "Cannot start yet"}


def _said_of(pool: Pool | None) -> str:
    return f"{pool.size:,} rows, loaded on {_day(pool.loaded_at)}" if pool else ""


def _made(draws: list[Draw]) -> str:
    if not draws:
        return ""
    return f"{len(draws)} made, each recorded" if len(draws) > 1 else "1 made"


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y")
