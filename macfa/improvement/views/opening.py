"""Opening an action, and tying it to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits.pages import of_audit
from macfa.audits.views.common import fetch as fetch_audit
from macfa.forms.checking import refused_beside
from macfa.improvement import rules, services
from macfa.improvement.forms import FindingsForm, OpenForm
from macfa.improvement.views.common import act_page, fetch
from macfa.pages import person

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit


def open_action(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open an action, with its finding, owner, due date and success measure."""
    user = person(request)
    audit = fetch_audit(request, public_id)
    form = OpenForm(request.POST or None, audit=audit)
    if form.is_valid():
        with refused_beside(form):
            action = services.open_action(audit=audit, by=user, token=form.token, **_typed(form))
            messages.success(request, f"{action.reference} is open, and {action.owner} was told.")
            return redirect("action_plan", audit.public_id)
    rules.check_open(audit, user)
    return render(request, "improvement/open_action.html", _around(audit) | {"form": form})


def _typed(form: OpenForm) -> dict[str, Any]:
    """What was typed, by the names under which the service takes it."""
    owner, agency = form.cleaned_data["owner"]
    return {
        "title": " ".join(form.cleaned_data["title"].split()),
        "findings": list(form.cleaned_data.get("findings", ())),
        "owner": owner,
        "agency": agency,
        "multi_agency": form.cleaned_data["several"] == "several",
        "due": form.cleaned_data["due"],
        "measure": form.cleaned_data["measure"],
    }


def _around(audit: Audit) -> dict[str, object]:
    shown = of_audit(audit)
    above: Any = shown["crumbs"]
    return shown | {"crumbs": [*above, ("Actions", f"{audit.get_absolute_url()}actions/")]}


def join_findings(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tie an action to the findings it answers."""
    user = person(request)
    action = fetch(request, public_id)
    form = FindingsForm(request.POST or None, action=action)
    if form.is_valid():
        action = services.join_findings(
            action=action,
            findings=list(form.cleaned_data["findings"]),
            by=user,
            expects=form.expects,
            token=form.token,
        )
        messages.success(request, f"{action.reference} is joined to its findings.")
        return redirect(action)
    rules.check_open(action.audit, user)
    return act_page(
        request, action, form, title="Join the action to findings", button="Join to these findings"
    )
