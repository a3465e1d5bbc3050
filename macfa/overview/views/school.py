"""When schools are closed, and which agencies then have nobody there (R4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from macfa.audits.rules import partnership_to_open_in
from macfa.forms.checking import refused_beside
from macfa.overview.forms import RemoveHolidayForm, SchoolHolidayForm, SchoolTermsForm
from macfa.pages import person
from macfa.people import services
from workflows import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Partnership


def school_holidays(request: HttpRequest) -> HttpResponse:
    """The school holidays of the partnership, and a form for one more."""
    user = person(request)
    partnership = partnership_to_open_in(user)
    form = SchoolHolidayForm(request.POST or None)
    terms = SchoolTermsForm(partnership=partnership)
    if form.is_valid():
        with refused_beside(form):
            holiday = services.add_school_holiday(
                partnership=partnership, by=user, **form.cleaned_data
            )
            messages.success(request, f"{holiday} is entered.")
            return redirect("school_holidays")
    return _page(request, partnership, form, terms)


def _page(
    request: HttpRequest, partnership: Partnership, form: SchoolHolidayForm, terms: SchoolTermsForm
) -> HttpResponse:
    holidays = partnership.school_holidays.filter(last__gte=clock.today())
    context = {"holidays": holidays, "form": form, "terms": terms}
    return render(request, "overview/school_holidays.html", context)


@require_POST
def remove_school_holiday(request: HttpRequest) -> HttpResponse:
    """One was entered by mistake, or has moved."""
    user = person(request)
    form = RemoveHolidayForm(request.POST, partnership=partnership_to_open_in(user))
    if form.is_valid():
        holiday = form.cleaned_data["holiday"]
        services.remove_school_holiday(holiday=holiday, by=user)
        messages.success(request, f"{holiday} is removed.")
    else:
        messages.warning(request, "That holiday is not there any more.")
    return redirect("school_holidays")


@require_POST
def school_terms(request: HttpRequest) -> HttpResponse:
    """Say which agencies keep school terms."""
    user = person(request)
    partnership = partnership_to_open_in(user)
    form = SchoolTermsForm(request.POST, partnership=partnership)
    if form.is_valid():
        agencies = list(form.cleaned_data["agencies"])
        services.keep_school_terms(partnership=partnership, agencies=agencies, by=user)
        messages.success(request, "The agencies that keep school terms are saved.")
        return redirect("school_holidays")
    return _page(request, partnership, SchoolHolidayForm(), form)
