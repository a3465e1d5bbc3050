"""The cases of an audit as its panel works through them, and the panel's room for one case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render

from macfa.audits.lifecycle import Stage
from macfa.audits.rules import can_coordinate, check_coordinates
from macfa.forms import ActForm
from macfa.forms.checking import answers
from macfa.moderation import rules, services
from macfa.moderation.access import RoomCases, stepped_out
from macfa.moderation.case_list import lines
from macfa.moderation.case_pack import CasePack
from macfa.moderation.forms import ReasonForm, WithoutForm
from macfa.moderation.models import PanelMember
from macfa.moderation.panel_facts import sittings_of
from macfa.moderation.views.common import fetch_audit, fetch_case, of_audit, of_case, once
from macfa.moderation.views.panel import panel_of
from macfa.moderation.way_on import case_url, still_missing, ways_on
from macfa.pages import person
from macfa.sampling.models import Case

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit
    from macfa.people.models import User


def case_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where each case of an audit stands with the panel."""
    user = person(request)
    audit = fetch_audit(request, public_id)
    coordinates = can_coordinate(audit, user)
    listed = lines(audit, _cases(audit, user, coordinates=coordinates))
    context = of_audit(audit) | {
        "lines": listed,
        "moderated": sum(line.moderated for line in listed),
        "moderating": audit.stage == Stage.MODERATION,
        "coordinates": coordinates,
    }
    return render(request, "moderation/cases.html", context)


def _cases(audit: Audit, user: User, *, coordinates: bool) -> QuerySet[Case]:
    """The coordinator lists every case that counts; a member those they may read."""
    seen = Case.objects.visible_to(user).counted() if coordinates else RoomCases.visible_to(user)
    return seen.filter(audit=audit).order_by("number")


def case_room(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case on one screen: what the agencies said side by side, and what the panel decided."""
    user = person(request)
    case = fetch_case(request, public_id)
    panel = panel_of(case.audit)
    members = list(PanelMember.objects.filter(panel=panel).select_related("agency").order_by("pk"))
    pack, records = CasePack(case), rules.can_record(case, user)
    context = of_case(case) | {
        "pack": pack,
        "panel": panel,
        "members": members,
        "sits": any(member.person_id == user.pk for member in members),
        "sittings": sittings_of(panel),
        "stepped_out": stepped_out(case),
        "left_out": rules.left_out(case),
        "gone_ahead": case.gone_ahead.select_related("member__agency", "typed_by"),
        "leads": rules.can_lead_panel(case, user),
        "records": records,
        "reopens": rules.can_reopen(case, user),
        "ways": ways_on(pack, user, records=records),
    }
    return render(request, "moderation/case.html", context)


def reopen_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """The chair or the coordinator lets the panel look at a case again, with a reason."""
    user = person(request)
    case = fetch_case(request, public_id)
    rules.check_reopen(case, user)
    form = ReasonForm(request.POST or None, version=case.version)
    if form.is_valid():
        with once():
            services.reopen_case(
                case=case,
                why=form.cleaned_data["why"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, f"{case} is with the panel again.")
        return redirect(case_url(case))
    context = of_case(case, (case.label, case_url(case))) | {"form": form}
    return render(request, "moderation/reopen.html", context)


def go_ahead_without(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record why the panel decides a case without one of its members."""
    user = person(request)
    case = fetch_case(request, public_id)
    members = PanelMember.objects.filter(panel__audit=case.audit).order_by("pk")
    missing = rules.left_out(case)
    form = WithoutForm(
        request.POST or None,
        members=members,
        initial={"member": missing[0]} if missing else None,
        version=case.version,
    )
    if form.is_valid():
        with once():
            decided = services.go_ahead_without(
                case=case, **answers(form), by=user, expects=form.expects, token=form.token
            )
            messages.success(request, f"Recorded: {decided}.")
        return redirect(f"{case_url(case)}#case-grade")
    rules.check_leads_panel(case, user)
    context = of_case(case, (case.label, case_url(case))) | {"form": form}
    return render(request, "moderation/go_ahead.html", context)


def conclude(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check that every case has its grade, then move the audit to findings."""
    user = person(request)
    audit = panel_of(fetch_audit(request, public_id)).audit
    check_coordinates(audit, user)
    form = ActForm(request.POST or None, version=audit.version)
    if form.is_valid():
        with once():
            services.conclude(audit=audit, by=user, expects=form.expects, token=form.token)
            messages.success(request, f"{audit.prefix} has moved to findings.")
        return redirect(audit)
    listed = lines(audit, _cases(audit, user, coordinates=True))
    cases = ("Moderation", f"{audit.get_absolute_url()}moderation/")
    context = of_audit(audit, cases) | {
        "form": form,
        "lines": listed,
        "missing": list(still_missing(audit)),
        "moderating": audit.stage == Stage.MODERATION,
    }
    return render(request, "moderation/conclude.html", context)
