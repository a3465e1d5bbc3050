"""The page on which people say that they are away, and who covers for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from macfa.forms import ActForm
from macfa.forms.checking import answers, refused_beside
from macfa.pages import person, visible
from macfa.people import absences
from macfa.people import away as rules
from macfa.people.forms import AbsenceForm
from macfa.people.models import Absence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def away(request: HttpRequest) -> HttpResponse:
    """Who is away or will be, as far as it is one's business; and a form for one more."""
    user = person(request)
    form = AbsenceForm(request.POST or None, by=user)
    if form.is_valid():
        with refused_beside(form):
            absence = absences.record_absence(**answers(form), by=user, token=form.token)
            messages.success(request, f"The absence of {absence.person} is recorded.")
            return redirect("away")
    shown = rules.may_be_away(user, user.reach.here)
    rows = Absence.objects.visible_to(user).to_come().filter(person__in=shown)
    rows = rows.select_related("person", "cover")
    context = {"form": form, "rows": rows, "gives": bool(user.reach.gives), "end": ActForm()}
    return render(request, "people/away.html", context)


@require_POST
def back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody is back."""
    absence = visible(Absence.objects, person(request), public_id, "person")
    form = ActForm(request.POST)
    token = form.token if form.is_valid() else None
    absences.end_absence(absence=absence, by=person(request), token=token)
    messages.success(request, f"{absence.person} is back.")
    return redirect("away")
