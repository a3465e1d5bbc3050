"""The agencies of a partnership, and what becomes of one that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from macfa.audits.rules import partnership_to_open_in
from macfa.forms.checking import refused_beside
from macfa.overview import services
from macfa.overview.forms import SuccessionForm
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Agency, Succession, User


def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies of the partnership: those that go on, and those that have ended."""
    partnership = partnership_to_open_in(person(request))
    rows = partnership.agencies.select_related("successor", "succession")
    return render(request, "overview/agencies.html", {"agencies": rows})


def end_agency(request: HttpRequest, code: str) -> HttpResponse:
    """An agency has ended: who carries on, from when and why."""
    user = person(request)
    partnership = partnership_to_open_in(user)
    agency = get_object_or_404(partnership.agencies.select_related("partnership"), code=code)
    if agency.until is not None:
        return redirect("agencies")
    form = SuccessionForm(request.POST or None, agency=agency)
    if form.is_valid():
        with refused_beside(form):
            done = _succeed(agency, form, user)
            messages.success(request, f"{done.successor} carries on for {agency}.")
            return redirect("agencies")
    return render(request, "overview/end_agency.html", {"agency": agency, "form": form})


def _succeed(agency: Agency, form: SuccessionForm, user: User) -> Succession:
    typed = form.cleaned_data
    on, why = typed["on"], typed["why"]
    if form.chosen is not None:
        return services.merge_agency(
            agency=agency, into=form.chosen, on=on, why=why, by=user, token=form.token
        )
    return services.rename_agency(
        agency=agency,
        code=typed["code"],
        name=typed["name"],
        on=on,
        why=why,
        by=user,
        token=form.token,
    )
