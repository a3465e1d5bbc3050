"""Opening an audit, and agreeing that it moves to case sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits import pages, rules, services
from macfa.audits.forms import OpenForm
from macfa.audits.lifecycle import Stage
from macfa.audits.views.common import fetch
from macfa.forms import ActForm
from macfa.forms.checking import refused_beside
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def new_audit(request: HttpRequest) -> HttpResponse:
    """Open an audit."""
    partnership = rules.partnership_to_open_in(person(request))
    form = OpenForm(request.POST or None)
    if form.is_valid():
        with refused_beside(form, "reference"):
            audit = services.open_audit(
                partnership=partnership,
                prefix=form.cleaned_data["reference"],
                title=form.cleaned_data["title"],
                period=form.cleaned_data["period"],
                by=person(request),
                token=form.token,
            )
            messages.success(request, f"{audit} is open. Next, gather candidate themes.")
            return redirect(audit)
    return render(request, "audits/new.html", {"form": form})


def begin_sampling(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check everything that was agreed, and move the audit to case sampling."""
    user = person(request)
    audit = fetch(request, public_id)
    rules.check_coordinates(audit, user)
    form = ActForm(request.POST or None, version=audit.version)
    if form.is_valid():
        services.begin_sampling(audit=audit, by=user, expects=form.expects, token=form.token)
        messages.success(request, f"{audit.prefix} has moved to case sampling.")
        return redirect(audit)
    rules.check_stage(audit, Stage.THEME_SELECTION)
    context = pages.of_audit(audit) | {
        "form": form,
        "parts": pages.everything_agreed(audit),
        "missing": list(rules.missing_scope(audit)),
    }
    return render(request, "audits/begin_sampling.html", context)
