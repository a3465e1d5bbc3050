"""What the pages of an action share: fetching it, and a page for one act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from macfa.improvement import pages
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.models import Action
from macfa.pages import person, visible

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.forms import ActForm


def fetch(request: HttpRequest, public_id: str) -> Action:
    """The action at this address, if the person may see it."""
    related = ("audit__partnership", "agency", "owner", "decided_by", "offered_to", "offered_by")
    action: Action = visible(Action.objects, person(request), public_id, *related)
    return action


def act_page(
    request: HttpRequest,
    action: Action,
    form: ActForm,
    *,
    title: str,
    button: str,
    intro: str = "",
    caution: str = "",
    shows_claim: bool = False,
) -> HttpResponse:
    """The page of one act on an action: what it means, its form, and one button that names it."""
    context = pages.around(action, person(request), below=True) | {
        "form": form,
        "title": title,
        "button": button,
        "intro": intro,
        "caution": caution,
        "shows_claim": shows_claim,
        "claim": pages.CLAIMS[ActionState(action.state)],
    }
    return render(request, "improvement/act.html", context)
