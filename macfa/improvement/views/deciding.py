"""Accepting an action, sending it back, ending it; and closing the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import Stage
from macfa.audits.pages import of_audit
from macfa.audits.rules import check_coordinates, check_stage
from macfa.audits.views.common import fetch as fetch_audit
from macfa.forms import ActForm
from macfa.forms.checking import refused_beside
from macfa.improvement import lists, rules, services
from macfa.improvement.forms import AcceptForm, EndForm, SendBackForm
from macfa.improvement.lifecycle import RUNNING
from macfa.improvement.views.common import act_page, fetch
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def accept(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept the evidence: the action is completed."""
    user = person(request)
    action = fetch(request, public_id)
    form = AcceptForm(request.POST or None, version=action.version)
    if form.is_valid():
        action = services.accept(
            action=action,
            comment=form.cleaned_data["comment"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{action.reference} is completed.")
        return redirect(action)
    rules.check_decides(action, user)
    return act_page(
        request,
        action,
        form,
        title="Accept as completed",
        button="Accept as completed",
        intro=f"You accept that the success measure is met: {action.measure}",
        shows_claim=True,
        caution="A completed action cannot be opened again.",
    )


def send_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the action back to its owner, with a reason."""
    user = person(request)
    action = fetch(request, public_id)
    form = SendBackForm(request.POST or None, version=action.version)
    if form.is_valid():
        action = services.send_back(
            action=action,
            why=form.cleaned_data["why"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{action.reference} is back with {action.owner}.")
        return redirect(action)
    rules.check_decides(action, user)
    return act_page(
        request,
        action,
        form,
        title="Send the action back",
        button="Send the action back",
        shows_claim=True,
    )


def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the action as no longer needed, with a reason."""
    user = person(request)
    action = fetch(request, public_id)
    form = EndForm(request.POST or None, version=action.version)
    if form.is_valid():
        action = services.end(
            action=action,
            reason=form.cleaned_data["reason"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{action.reference} has ended.")
        return redirect(action)
    rules.check_ends(action, user)
    return act_page(
        request,
        action,
        form,
        title="End the action",
        button="End the action",
        caution="An action that has ended is not counted as completed and cannot be taken up "
        "again.",
    )


def close_audit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close the audit when no action of it runs any more."""
    user = person(request)
    audit = fetch_audit(request, public_id)
    check_coordinates(audit, user)
    form = ActForm(request.POST or None, version=audit.version)
    if form.is_valid():
        with refused_beside(form):
            services.close_audit(audit=audit, by=user, expects=form.expects, token=form.token)
            messages.success(request, f"{audit.prefix} is closed.")
            return redirect(audit)
    check_stage(audit, Stage.ACTION_TRACKING)
    found = lists.rows(lists.named(audit.actions.order_by("number")))
    context = of_audit(audit) | {
        "form": form,
        "rows": found,
        "running": [row for row in found if row.action.state in RUNNING],
        "reports": audit.reports.under_way().select_related("audit"),
    }
    return render(request, "improvement/close_audit.html", context)
