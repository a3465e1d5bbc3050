"""Moving an action to another owner, or to another day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect

from macfa.forms.checking import refused_beside
from macfa.improvement import rules, services
from macfa.improvement.forms import DueForm, HandOverForm
from macfa.improvement.models import Action
from macfa.improvement.views.common import act_page, fetch
from macfa.pages import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the action to another owner in its agency, or to the partnership itself."""
    user = person(request)
    action = fetch(request, public_id)
    form = HandOverForm(request.POST or None, action=action, by=user)
    if form.is_valid():
        owner, agency = form.cleaned_data["owner"]
        with refused_beside(form, "owner"):
            action = services.hand_over(
                action=action,
                owner=owner,
                agency=agency,
                why=form.cleaned_data["why"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, f"{action.reference} is now with {owner}, {action.lead}.")
            seen = Action.objects.visible_to(user).filter(pk=action.pk).exists()
            return redirect(action if seen else "actions")
    rules.check_hands_over(action, user)
    return act_page(
        request,
        action,
        form,
        title="Hand the action over",
        button="Hand the action over",
        intro=f"It is with {action.owner}, {action.lead}. Number, due date, success measure and "
        "history stay. To move it to another agency, offer it to that agency instead.",
    )


def change_due(request: HttpRequest, public_id: str) -> HttpResponse:
    """Move the due date, with a reason."""
    user = person(request)
    action = fetch(request, public_id)
    form = DueForm(request.POST or None, version=action.version, initial={"due": action.due})
    if form.is_valid():
        with refused_beside(form, "due"):
            action = services.change_due(
                action=action,
                due=form.cleaned_data["due"],
                reason=form.cleaned_data["reason"],
                by=user,
                expects=form.expects,
                token=form.token,
            )
            messages.success(request, f"The due date of {action.reference} has moved.")
            return redirect(action)
    rules.check_moves_due(action, user)
    return act_page(
        request, action, form, title="Change the due date", button="Change the due date"
    )
