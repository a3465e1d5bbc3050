"""The panel of an audit: convened, joined, released to, and its sittings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import can_coordinate, check_coordinates
from macfa.forms import ActForm
from macfa.forms.checking import answers, carried, confirmed, refused_beside, to_check
from macfa.moderation import rules, services
from macfa.moderation.forms import ConveneForm, GuestForm, MemberForm, SittingForm
from macfa.moderation.models import Panel
from macfa.moderation.panel_facts import convening, facts
from macfa.moderation.views.common import fetch_audit, of_audit, once, panel_crumb
from macfa.pages import person
from macfa.sampling.lifecycle import CaseState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit


def panel(request: HttpRequest, public_id: str) -> HttpResponse:
    """The panel of an audit or, before there is one, the page on which it is convened."""
    audit = fetch_audit(request, public_id)
    found = Panel.objects.filter(audit=audit).select_related("chair").first()
    if found is None or request.method == "POST":
        return _convene(request, audit)
    user = person(request)
    context = (
        of_audit(audit)
        | facts(found)
        | {
            "coordinates": can_coordinate(audit, user),
            "sits": found.members.filter(person=user).exists(),
            "records_sittings": rules.can_record_sitting(found, user),
            "moderating": audit.stage == Stage.MODERATION,
        }
    )
    return render(request, "moderation/panel.html", context)


def _convene(request: HttpRequest, audit: Audit) -> HttpResponse:
    check_coordinates(audit, person(request))
    form = ConveneForm(request.POST or None, audit=audit)
    context = of_audit(audit) | {"form": form}
    if to_check(request, form):
        if not confirmed(request):
            check = {"rows": convening(form.cleaned_data), "carried": carried(request)}
            return render(request, "moderation/convene_check.html", context | check)
        with refused_beside(form):
            with once():
                services.convene(
                    audit=audit,
                    by=person(request),
                    expects=form.expects,
                    token=form.token,
                    **answers(form),
                )
                messages.success(request, "The panel is convened. Next, release the cases to it.")
            return redirect("panel", audit.public_id)
    owed = list(rules.outstanding(audit))
    context |= {
        "collecting": audit.stage == Stage.AGENCY_AUDITS,
        "outstanding": [(rules.words(each), each.get_absolute_url()) for each in owed],
    }
    return render(request, "moderation/convene.html", context)


def _panel_to_change(request: HttpRequest, public_id: str) -> Panel:
    """The panel of an audit, for who coordinates it, while it moderates."""
    audit = fetch_audit(request, public_id)
    rules.check_release(audit, person(request))
    return panel_of(audit)


def panel_of(audit: Audit) -> Panel:
    """The panel of an audit; without one the page does not exist."""
    found = Panel.objects.filter(audit=audit).select_related("audit__partnership", "chair").first()
    if found is None:
        raise Http404
    return found


def add_member(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody with an account joins the panel, perhaps as a deputy."""
    panel = _panel_to_change(request, public_id)
    form = MemberForm(request.POST or None, panel=panel)
    if form.is_valid():
        with refused_beside(form, "person"):
            with once():
                seat = services.add_member(
                    panel=panel,
                    by=person(request),
                    expects=form.expects,
                    token=form.token,
                    **answers(form),
                )
                messages.success(request, f"{seat} has joined the panel.")
            return redirect("panel", public_id)
    context = of_audit(panel.audit, panel_crumb(panel.audit)) | {"form": form}
    return render(request, "moderation/add_member.html", context)


def add_guest(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody without an account is named as a member of the panel."""
    panel = _panel_to_change(request, public_id)
    form = GuestForm(request.POST or None, panel=panel)
    if form.is_valid():
        with refused_beside(form, "name"):
            with once():
                guest = services.add_guest(
                    panel=panel,
                    by=person(request),
                    expects=form.expects,
                    token=form.token,
                    **answers(form),
                )
                messages.success(request, f"{guest} is on the panel.")
            return redirect("panel", public_id)
    context = of_audit(panel.audit, panel_crumb(panel.audit)) | {"form": form}
    return render(request, "moderation/add_guest.html", context)


def record_sitting(request: HttpRequest, public_id: str) -> HttpResponse:
    """The coordinator or the chair records who sat, and whether that was a quorum."""
    panel = panel_of(fetch_audit(request, public_id))
    rules.check_records_sitting(panel, person(request))
    form = SittingForm(request.POST or None, panel=panel)
    if form.is_valid():
        with refused_beside(form, "note"):
            with once():
                services.record_sitting(
                    panel=panel,
                    by=person(request),
                    expects=form.expects,
                    token=form.token,
                    **answers(form) | {"present": list(form.cleaned_data["present"])},
                )
                messages.success(request, "The sitting of the panel is recorded.")
            return redirect("panel", public_id)
    context = of_audit(panel.audit, panel_crumb(panel.audit)) | {"form": form, "panel": panel}
    return render(request, "moderation/record_sitting.html", context)


def release_cases(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check which cases go to whom, then release them to the panel."""
    user = person(request)
    panel = _panel_to_change(request, public_id)
    audit = panel.audit
    form = ActForm(request.POST or None, version=audit.version)
    if form.is_valid():
        with once():
            cases = services.release(audit=audit, by=user, expects=form.expects, token=form.token)
            count = "1 case is" if len(cases) == 1 else f"{len(cases)} cases are"
            messages.success(request, f"{count} released to the panel, who have been told.")
        return redirect("panel", public_id)
    owed = rules.outstanding(audit).filter(case__state=CaseState.WITH_AGENCIES)
    context = of_audit(audit, panel_crumb(audit)) | {
        "form": form,
        "readers": panel.members.exclude(person=None).select_related("agency").order_by("pk"),
        "cases": audit.cases.filter(state=CaseState.WITH_AGENCIES),
        "outstanding": [rules.words(each) for each in owed],
    }
    return render(request, "moderation/release.html", context)
