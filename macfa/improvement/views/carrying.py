"""The page of an action, and what its owner does there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.improvement import pages, rules, services
from macfa.improvement.forms import ClaimForm, UpdateForm
from macfa.improvement.views.common import act_page, fetch
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def action(request: HttpRequest, public_id: str) -> HttpResponse:
    """An action: its facts, how it stands and why, its updates and evidence, its history."""
    found = fetch(request, public_id)
    return render(request, "improvement/action.html", pages.of_action(found, person(request)))


def update(request: HttpRequest, public_id: str) -> HttpResponse:
    """The owner reports how it is going."""
    user = person(request)
    found = fetch(request, public_id)
    form = UpdateForm(request.POST or None, action=found)
    if form.is_valid():
        found = services.update(
            action=found,
            text=form.cleaned_data["text"],
            at_risk=form.cleaned_data["at_risk"] == "yes",
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"Your update on {found.reference} is saved.")
        return redirect(found)
    rules.check_reports(found, user)
    return act_page(request, found, form, title="Give an update", button="Save the update")


def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """The owner claims completion: what was done, what changed for children, what shows it."""
    user = person(request)
    found = fetch(request, public_id)
    form = ClaimForm(request.POST or None, version=found.version, initial=_last_claim(found))
    if form.is_valid():
        found = services.claim_completion(
            action=found,
            output=form.cleaned_data["output"],
            impact=form.cleaned_data["impact"],
            evidence=form.cleaned_data["evidence"],
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{found.reference} goes to somebody else to accept.")
        return redirect(found)
    rules.check_may_claim(found, user)
    return act_page(
        request,
        found,
        form,
        title="Claim completion",
        button="Claim completion",
        intro=f"Somebody who does not own the action looks at this against its success measure: "
        f"{found.measure}",
    )


def _last_claim(found: object) -> dict[str, str]:
    """What was claimed before, where it came back."""
    return {name: getattr(found, name) for name in ("output", "impact", "evidence")}
