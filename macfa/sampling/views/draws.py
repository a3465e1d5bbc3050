"""The stage at a glance, and its draws: made, looked at, used."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from macfa.forms import ActForm
from macfa.pages import person
from macfa.sampling import balance, rules, services
from macfa.sampling.draw import CannotDraw, TooFew
from macfa.sampling.forms import DrawForm, StrataForm, again, column_to_divide_by
from macfa.sampling.models import Case
from macfa.sampling.services.draws import plan_of
from macfa.sampling.views import stage
from macfa.sampling.views.frame import sample_crumb, show, the_audit
from workflows.errors import AlreadyDone

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit
    from macfa.sampling.balance import Counts
    from macfa.sampling.models import Draw, Pool


def sample(request: HttpRequest, public_id: str) -> HttpResponse:
    """The stage at a glance: the pool, the draws, the cases, and what is next."""
    audit = the_audit(request, public_id)
    rules.check_sees_draws(audit, person(request))
    return show(request, "sampling/sample.html", audit, **stage.overview(audit, person(request)))


def draw_cases(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say how to draw, and draw. Each draw is recorded."""
    audit = the_audit(request, public_id)
    rules.check_may_draw(audit, person(request))
    if request.method != "POST" and not audit.pools.exists():
        messages.info(request, "Load the pool of cases first, then draw from it.")
        return redirect("load_pool", public_id)
    pool = services.latest_pool(audit)
    rows = pool.rows.values_list("characteristics", flat=True)
    counts = balance.count(rows, pool.characteristics)
    form = _draw_form(request, audit, pool, counts)
    if form.is_valid():
        drawn = _draw(form, audit, request)
        if drawn:
            return redirect(drawn)
    strata = StrataForm(initial={"column": form.column}, counts=counts)
    return show(
        request,
        "sampling/draw.html",
        audit,
        sample_crumb(audit),
        form=form,
        strata_form=strata,
        pool=pool,
    )


def _draw_form(request: HttpRequest, audit: Audit, pool: Pool, counts: Counts) -> DrawForm:
    form = DrawForm(
        request.POST if request.method == "POST" else None,
        counts=counts,
        column=column_to_divide_by(counts, request.GET.get("column")),
        current=pool.public_id,
        version=audit.version,
    )
    form.initial["seed"] = secrets.token_hex(8)
    asked = request.GET.get("again")
    earlier = next((draw for draw in audit.draws.all() if draw.public_id == asked), None)
    if earlier:
        form.initial.update(again(plan_of(earlier), form.column, form.values))
    return form


def _draw(form: DrawForm, audit: Audit, request: HttpRequest) -> Draw | None:
    """Draw, or say on the form why that cannot be done."""
    plan = form.plan
    try:
        return services.draw_sample(
            audit=audit,
            quotas=plan.quotas,
            random=plan.random,
            reserves=plan.reserves,
            seed=plan.seed,
            exclude_if=plan.exclude_if,
            purposive=plan.purposive,
            by=person(request),
            expects=form.expects,
            token=form.token,
        )
    except TooFew as refused:
        form.add_shortages(refused)
    except CannotDraw as refused:
        form.add_error(None, refused.sentence)
    return None


def draw(request: HttpRequest, public_id: str, draw_id: str) -> HttpResponse:
    """One draw: its cases and reserves, how it stands beside the pool, and how to repeat it."""
    audit = the_audit(request, public_id)
    rules.check_sees_draws(audit, person(request))
    found = _the_draw(audit, draw_id)
    rows = dict(found.pool.rows.values_list("row_id", "characteristics"))
    sample = [pick["row_id"] for pick in found.chosen]
    chosen, reserves = (_picks(audit, found, p) for p in (found.chosen, found.held_in_reserve))
    return show(
        request,
        "sampling/drawn.html",
        audit,
        sample_crumb(audit),
        draw=found,
        number=_number(audit, found),
        chosen=chosen,
        reserves=reserves,
        has_elsewhere=any(pick["too"] for pick in (*chosen, *reserves)),
        balances=balance.balances(rows, sample, found.pool.characteristics),
        again_column=found.quotas[0][0] if found.quotas else "",
        can_draw=rules.can_draw(audit, person(request)),
        is_used=found.cases.exists(),
    )


def _the_draw(audit: Audit, draw_id: str) -> Draw:
    draws = audit.draws.select_related("pool", "drawn_by")
    return get_object_or_404(draws, public_id=draw_id)


def _number(audit: Audit, draw: Draw) -> int:
    """Which draw of the audit it is, counted from 1."""
    return audit.draws.filter(pk__lte=draw.pk).count()


def _picks(audit: Audit, draw: Draw, picks: list[dict[str, str]]) -> list[dict[str, object]]:
    """Rows that were drawn, each with the case it became and the cases elsewhere of its child."""
    marks = draw.pool.marks(pick["row_id"] for pick in picks)
    labels: dict[str, list[str]] = {}
    elsewhere = Case.objects.elsewhere(audit, marks.values()).order_by("label")
    for mark, label in elsewhere.values_list("identity__mark", "label"):
        labels.setdefault(mark, []).append(label)
    cases = {case.row_id: case for case in draw.cases.select_related("replaced_by")}
    return [
        {
            **pick,
            "too": labels.get(marks.get(pick["row_id"], ""), []),
            "case": cases.get(pick["row_id"]),
        }
        for pick in picks
    ]


def use_draw(request: HttpRequest, public_id: str, draw_id: str) -> HttpResponse:
    """Check a draw once more, and make its rows the cases of the audit."""
    audit = the_audit(request, public_id)
    found = _the_draw(audit, draw_id)
    posted = request.method == "POST"
    form = ActForm(request.POST if posted else None, version=audit.version)
    if form.is_valid():
        return _use(request, found, form)
    rules.check_may_use(found, audit, person(request))
    chosen = _picks(audit, found, found.chosen)
    return show(
        request,
        "sampling/use.html",
        audit,
        sample_crumb(audit),
        (f"Draw {_number(audit, found)}", found.get_absolute_url()),
        form=form,
        draw=found,
        number=_number(audit, found),
        chosen=chosen,
        has_elsewhere=any(pick["too"] for pick in chosen),
    )


def _use(request: HttpRequest, draw: Draw, form: ActForm) -> HttpResponse:
    cases_page = redirect("sample_cases", draw.audit.public_id)
    try:
        cases = services.confirm_draw(
            draw=draw, by=person(request), expects=form.expects, token=form.token
        )
    except AlreadyDone:
        return cases_page
    span = f"{cases[0]} to {cases[-1]}" if len(cases) > 1 else str(cases[0])
    messages.success(request, f"The sample is drawn: {span}.")
    return cases_page
