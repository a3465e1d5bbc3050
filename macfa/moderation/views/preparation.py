"""A member's own side of the panel: reading the cases, and stepping out of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import Stage
from macfa.moderation import services
from macfa.moderation.access import RoomCases, SeatedCases
from macfa.moderation.forms import ConflictForm, PreparationForm
from macfa.moderation.models import Panel, PanelMember
from macfa.moderation.views.common import of_audit, of_case, once
from macfa.moderation.way_on import case_url
from macfa.pages import person, visible
from macfa.sampling.lifecycle import CaseState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import User


def prepare(request: HttpRequest, public_id: str) -> HttpResponse:
    """A member reads the released cases, and declares conflicts of interest."""
    user = person(request)
    panel = visible(Panel.objects, user, public_id, "audit__partnership", "chair")
    member = _member(panel, user)
    if member is None:
        return redirect("panel", panel.audit.public_id)
    posted = request.method == "POST"
    cases = (SeatedCases if posted else RoomCases).visible_to(user).filter(audit=panel.audit)
    form = PreparationForm(request.POST or None, member=member, cases=cases.order_by("number"))
    if form.is_valid():
        with once():
            services.prepared(
                member=member,
                conflicts=list(form.cleaned_data["conflicts"]),
                why=form.cleaned_data["why"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, "You have read the cases. The panel meets next.")
        return redirect(panel)
    context = of_audit(panel.audit) | {
        "panel": panel,
        "member": member,
        "cases": cases.order_by("number"),
        "waiting": panel.audit.cases.filter(state=CaseState.WITH_AGENCIES).exists(),
        "moderating": panel.audit.stage == Stage.MODERATION,
        "form": form,
    }
    return render(request, "moderation/prepare.html", context)


def _member(panel: Panel, user: User) -> PanelMember | None:
    return panel.members.filter(person=user).select_related("panel__audit").first()


def declare_conflict(request: HttpRequest, public_id: str) -> HttpResponse:
    """A member finds a conflict of interest with a case, also after preparing."""
    user = person(request)
    rows = SeatedCases() if request.method == "POST" else RoomCases()
    case = visible(rows, user, public_id, "audit__partnership")
    panel = Panel.objects.get(audit=case.audit_id)
    member = _member(panel, user)
    if member is None:
        raise Http404
    form = ConflictForm(request.POST or None, version=case.version)
    if form.is_valid():
        with once():
            services.declare_conflict(
                member=member, case=case, why=form.cleaned_data["why"], by=user, token=form.token
            )
            messages.success(request, f"You have stepped out of {case}. You no longer see it.")
        return redirect(panel)
    context = of_case(case, (case.label, case_url(case))) | {"form": form}
    return render(request, "moderation/declare_conflict.html", context)
