"""The candidate themes, the QPPA's views of them, and the choice."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render

from macfa.audits import pages, rules, services
from macfa.audits.forms import ChooseForm, ThemeForm, ViewForm
from macfa.audits.models import ThemeRank, ThemeView
from macfa.audits.views.common import fetch
from macfa.forms import ActForm
from macfa.forms.checking import answers, carried, confirmed, refused_beside, to_check
from macfa.pages import person
from workflows.errors import AlreadyDone

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def themes(request: HttpRequest, public_id: str) -> HttpResponse:
    """The candidate themes side by side, with where each QPPA member puts them and why."""
    user = person(request)
    audit = fetch(request, public_id)
    ranks = Prefetch("ranks", ThemeRank.objects.order_by("theme"))
    asked = ThemeView.objects.visible_to(user).filter(audit=audit).select_related("person")
    views = list(asked.prefetch_related(ranks).order_by("person__name", "pk"))
    mine = next((view for view in views if view.person_id == user.pk), None)
    context = pages.of_audit(audit, "Themes") | {
        "cards": pages.theme_cards(audit, views),
        "views": views,
        "given": sum(view.given_at is not None for view in views),
        "mine": mine if mine and rules.can_give_view(mine, user) else None,
        "plans": rules.can_plan_theme(audit, user),
        "can_ask": rules.can_ask_for_views(audit, user),
        "ask": ActForm(),
    }
    return render(request, "audits/themes.html", context)


def add_theme(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a candidate theme beside the others."""
    user = person(request)
    audit = fetch(request, public_id)
    rules.check_plans_theme(audit, user)
    form = ThemeForm(request.POST or None, audit=audit, by=user)
    if form.is_valid():
        with refused_beside(form, "title"):
            with suppress(AlreadyDone):
                theme = services.propose_theme(
                    audit=audit, by=user, token=form.token, **answers(form)
                )
                messages.success(request, f"“{theme}” is now one of the candidate themes.")
            return redirect("audit_themes", public_id)
    context = pages.of_audit(audit, below="Themes") | {"form": form}
    return render(request, "audits/add_theme.html", context)


def ask_for_views(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the QPPA members to comment on the candidate themes and rank them."""
    audit = fetch(request, public_id)
    if request.method != "POST":
        return redirect("audit_themes", public_id)
    form = ActForm(request.POST)
    token = form.token if form.is_valid() else None
    views = services.ask_for_views(audit=audit, by=person(request), token=token)
    who = "1 QPPA member has" if len(views) == 1 else f"{len(views)} QPPA members have"
    messages.success(request, f"{who} been asked for a view of the themes.")
    return redirect("audit_themes", public_id)


def give_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """A QPPA member's own view of the candidate themes."""
    user = person(request)
    audit = fetch(request, public_id)
    view = get_object_or_404(ThemeView.objects.select_related("audit"), audit=audit, person=user)
    form = ViewForm(request.POST or None, view=view)
    if form.is_valid():
        with refused_beside(form):
            services.give_view(
                view=view,
                comment=form.cleaned_data["comment"],
                ranks=form.ranks,
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, "Your view of the themes has been recorded.")
            return redirect("audit_themes", public_id)
    context = pages.of_audit(audit, below="Themes") | {
        "form": form,
        "view": view,
        "cards": pages.theme_cards(audit, []),
        "open": rules.can_give_view(view, user),
    }
    return render(request, "audits/give_view.html", context)


def choose_theme(request: HttpRequest, public_id: str) -> HttpResponse:
    """Record which theme was chosen, once the answers have been checked."""
    user = person(request)
    audit = fetch(request, public_id)
    rules.check_plans_theme(audit, user)
    if not audit.themes.exists():
        return redirect("audit_themes", public_id)
    form = ChooseForm(request.POST or None, audit=audit)
    context = pages.of_audit(audit, below="Themes") | {"form": form}
    if to_check(request, form):
        if not confirmed(request):
            check = {
                "rows": pages.choice_rows(form.cleaned_data),
                "awaited": "without_views_because" in form.fields,
                "carried": carried(request),
            }
            return render(request, "audits/choose_check.html", context | check)
        with refused_beside(form):
            services.choose_theme(
                audit=audit, by=user, expects=form.expects, token=form.token, **answers(form)
            )
            messages.success(request, "The choice of theme has been recorded. Next, the scope.")
            return redirect("audit_scope", public_id)
    return render(request, "audits/choose_theme.html", context)
