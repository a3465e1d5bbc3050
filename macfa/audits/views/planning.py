"""The scope of an audit and its stage dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits import pages, rules, services
from macfa.audits.dates import propose
from macfa.audits.forms import DatesForm, ScopeForm, StartForm
from macfa.audits.views.common import fetch
from macfa.forms.checking import answers, carried, confirmed, refused_beside, to_check
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit


def scope(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the audit asks, of which cases, of whom: to be agreed, or to be read."""
    user = person(request)
    audit = fetch(request, public_id)
    context = pages.of_audit(audit, "Scope")
    if request.method != "POST" and not rules.can_scope(audit, user):
        rows = pages.without_links(pages.scope_rows(audit))
        return render(request, "audits/scope_read.html", context | {"rows": rows})
    rules.check_coordinates(audit, user)
    form = ScopeForm(request.POST or None, audit=audit)
    if form.is_valid():
        with refused_beside(form):
            services.set_scope(
                audit=audit, by=user, expects=form.expects, token=form.token, **answers(form)
            )
            messages.success(request, "The scope has been saved.")
            return redirect(audit)
    return render(request, "audits/scope.html", context | {"form": form})


def dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """When each stage should be over: to be set, to be moved for a reason, or to be read."""
    user = person(request)
    audit = fetch(request, public_id)
    context = pages.of_audit(audit, "Stage dates")
    if request.method == "POST":
        return _set_dates(request, audit, context)
    if not rules.can_set_dates(audit, user):
        rows = pages.without_links(pages.date_rows(audit))
        return render(request, "audits/dates_read.html", context | {"rows": rows})
    if not audit.planned:
        return redirect("propose_dates", public_id)
    return render(request, "audits/dates.html", context | {"form": DatesForm(audit=audit)})


def _set_dates(request: HttpRequest, audit: Audit, context: dict[str, object]) -> HttpResponse:
    """Show what the dates typed would change, then set them."""
    rules.check_coordinates(audit, person(request))
    form = DatesForm(request.POST, audit=audit)
    context |= {"form": form}
    if to_check(request, form):
        if not confirmed(request):
            check = pages.moves(audit, form.steps) | {"carried": carried(request)}
            return render(request, "audits/dates_check.html", context | check)
        with refused_beside(form):
            services.set_dates(
                audit=audit,
                planned=form.plan,
                reason=form.cleaned_data.get("reason", ""),
                by=person(request),
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, "The stage dates have been saved.")
            return redirect(audit)
    return render(request, "audits/dates.html", context)


def propose_dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """Work out the stage dates from one start date, to be adjusted before they are saved."""
    audit = fetch(request, public_id)
    rules.check_sets_dates(audit, person(request))
    form = StartForm(request.POST or None, initial={"start": audit.opened_on})
    context = pages.of_audit(audit, "Stage dates")
    if not form.is_valid():
        return render(request, "audits/propose_dates.html", context | {"form": form})
    start = form.cleaned_data["start"]
    proposed = {s: day for s, day in propose(start).items() if s in audit.stages_to_come}
    adjust = DatesForm(audit=audit, proposed=proposed, start=start)
    return render(request, "audits/dates.html", context | {"form": adjust, "start": start})
