"""Offering an action to another agency, and that agency's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect

from macfa.forms.checking import answers, refused_beside
from macfa.improvement import rules, services
from macfa.improvement.forms import DeclineForm, OfferForm, TakeBackForm, TakeOnForm
from macfa.improvement.models import Action
from macfa.improvement.views.common import act_page, fetch
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def offer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask another agency to take the action on."""
    user = person(request)
    action = fetch(request, public_id)
    form = OfferForm(request.POST or None, action=action)
    if form.is_valid():
        with refused_beside(form, "agency"):
            action = services.offer(
                action=action, **answers(form), by=user, expects=form.expects, token=form.token
            )
            messages.success(
                request, f"{action.offered_to} is asked to take {action.reference} on."
            )
            return redirect(action)
    rules.check_hands_over(action, user)
    return act_page(
        request,
        action,
        form,
        title="Offer the action to another agency",
        button="Offer the action",
        intro=f"It stays with {action.owner}, {action.lead}, until a lead of the other agency "
        "takes it on and says who owns it there. Number, due date, success measure and history "
        "stay.",
    )


def take_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take on the action that is offered to one's agency, and say who owns it."""
    user = person(request)
    action = fetch(request, public_id)
    form = TakeOnForm(request.POST or None, action=action)
    if form.is_valid():
        owner, _agency = form.cleaned_data["owner"]
        with refused_beside(form, "owner"):
            action = services.take_on(
                action=action, owner=owner, by=user, expects=form.expects, token=form.token
            )
            messages.success(request, f"{action.reference} is now with {owner}, {action.lead}.")
            return redirect(action)
    rules.check_answers(action, user)
    return act_page(
        request,
        action,
        form,
        title="Accept the action",
        button="Accept the action",
        intro=f"{action.offered_to} takes it on from {action.lead}, with its due date and its "
        f"success measure: {action.measure}",
    )


def decline(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that one's agency does not take the action on, and why."""
    user = person(request)
    action = fetch(request, public_id)
    form = DeclineForm(request.POST or None, version=action.version)
    if form.is_valid():
        action = services.decline(
            action=action, **answers(form), by=user, expects=form.expects, token=form.token
        )
        messages.success(request, f"{action.reference} stays with {action.owner}, {action.lead}.")
        seen = Action.objects.visible_to(user).filter(pk=action.pk).exists()
        return redirect(action if seen else "actions")
    rules.check_answers(action, user)
    return act_page(request, action, form, title="Decline the action", button="Decline the action")


def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back an offer that has not been answered."""
    user = person(request)
    action = fetch(request, public_id)
    form = TakeBackForm(request.POST or None, version=action.version)
    if form.is_valid():
        action = services.take_offer_back(
            action=action, **answers(form), by=user, expects=form.expects, token=form.token
        )
        messages.success(request, f"{action.reference} is no longer offered to another agency.")
        return redirect(action)
    rules.check_takes_back(action, user)
    return act_page(
        request, action, form, title="Take the offer back", button="Take the offer back"
    )
