"""The pages on which an audit or a case is paused and resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits.models import Audit
from macfa.audits.rules import check_coordinates
from macfa.forms.checking import answers, refused_beside
from macfa.overview import services
from macfa.overview.forms import PauseForm, ResumeForm
from macfa.pages import person, visible
from macfa.sampling.models import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from macfa.forms import ActForm


def pause_audit(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole audit waits, for example for a criminal inquiry."""
    audit = visible(Audit.objects, person(request), public_id, "partnership")
    form = PauseForm(request.POST or None, version=audit.version)
    return _asked(request, audit, audit, form, services.pause_audit)


def resume_audit(request: HttpRequest, public_id: str) -> HttpResponse:
    """The audit goes on."""
    audit = visible(Audit.objects, person(request), public_id, "partnership")
    form = ResumeForm(request.POST or None, version=audit.version)
    return _asked(request, audit, audit, form, services.resume_audit)


def pause_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case waits, and the others go on."""
    case = visible(Case.objects, person(request), public_id, "audit__partnership")
    form = PauseForm(request.POST or None, version=case.version)
    return _asked(request, case.audit, case, form, services.pause_case)


def resume_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """The case goes on."""
    case = visible(Case.objects, person(request), public_id, "audit__partnership")
    form = ResumeForm(request.POST or None, version=case.version)
    return _asked(request, case.audit, case, form, services.resume_case)


def _asked(
    request: HttpRequest,
    audit: Audit,
    what: Audit | Case,
    form: ActForm,
    act: Callable[..., Audit | Case],
) -> HttpResponse:
    """Ask, act, and go back to the audit or the case."""
    user = person(request)
    check_coordinates(audit, user)
    name = "audit" if what is audit else "case"
    pauses = isinstance(form, PauseForm)
    if form.is_valid():
        with refused_beside(form):
            found = act(
                **{name: what}, **answers(form), by=user, expects=form.expects, token=form.token
            )
            said = found.paused_words or f"{found} goes on"
            messages.success(request, f"{said}." if pauses else f"{found} goes on.")
            return redirect(found)
    context = {"audit": audit, "what": what, "name": name, "pauses": pauses, "form": form}
    return render(request, "overview/pause.html", context)
