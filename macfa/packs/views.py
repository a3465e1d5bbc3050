"""Packs: frozen by the coordinator, read by inspectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from macfa.forms import ActForm
from macfa.forms.checking import refused_beside
from macfa.packs import rules, services
from macfa.packs.forms import FreezeForm
from macfa.packs.models import Pack
from macfa.pages import person, visible
from macfa.people.roles import Role
from macfa.people.rules import check_holds, holds, home_as
from workflows import timeline

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Who has anything to do with packs.
READS_PACKS = (Role.COORDINATOR, Role.INSPECTOR)


def packs(request: HttpRequest) -> HttpResponse:
    """The packs one may read, the newest first."""
    user = person(request)
    partnership = home_as(user, READS_PACKS)
    context = {
        "packs": Pack.objects.visible_to(user).filter(partnership=partnership),
        "freezes": holds(user, Role.COORDINATOR, partnership),
    }
    return render(request, "packs/packs.html", context)


def freeze(request: HttpRequest) -> HttpResponse:
    """Freeze a pack."""
    user = person(request)
    partnership = home_as(user, Role.COORDINATOR)
    form = FreezeForm(request.POST or None, partnership=partnership)
    if form.is_valid():
        with refused_beside(form):
            pack = services.freeze(
                partnership=partnership,
                title=form.cleaned_data["title"],
                audits=list(form.cleaned_data["audits"]),
                readers=list(form.cleaned_data["readers"]),
                by=user,
                token=form.token,
            )
            messages.success(request, "The pack is frozen, and its inspectors are told.")
            return redirect(pack)
    context = {
        "form": form,
        "audits": rules.audits_to_freeze(partnership).exists(),
        "inspectors": rules.inspectors(partnership).exists(),
    }
    return render(request, "packs/freeze.html", context)


def pack(request: HttpRequest, public_id: str) -> HttpResponse:
    """The documents of a pack; for the coordinator also who may read it, and who did."""
    user = person(request)
    found = visible(Pack.objects, user, public_id, "frozen_by")
    runs = holds(user, Role.COORDINATOR, found.partnership_id)
    context = {
        "pack": found,
        "documents": found.documents.defer("html"),
        "runs": runs,
        "readers": found.readers.order_by("name") if runs else [],
        "lines": timeline.lines(timeline.of_record(found)) if runs else [],
        "withdraw": ActForm(version=found.version),
    }
    return render(request, "packs/pack.html", context)


@require_safe
def document(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """One document, byte by byte as it was frozen. That it is read is kept."""
    found = visible(Pack.objects, person(request), public_id)
    one = get_object_or_404(found.documents.select_related("pack"), number=number)
    services.read(document=one, by=person(request))
    return HttpResponse(one.html.encode(), content_type="text/html; charset=utf-8")


@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """No inspector reads it any more."""
    user = person(request)
    found = visible(Pack.objects, user, public_id)
    check_holds(user, Role.COORDINATOR, found.partnership_id)
    form = ActForm(request.POST)
    services.withdraw(pack=found, by=user, token=form.token if form.is_valid() else None)
    messages.success(request, f"{found} is withdrawn.")
    return redirect(found)
