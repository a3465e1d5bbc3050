"""Who holds how much, and handing everything over that somebody holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from workflows import handing_over, queue
from workflows.errors import AlreadyDone, NotAllowed
from workflows.forms import HandOverForm
from workflows.views.common import person, posted, token

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse

    from workflows.handing_over import HandedOver
    from workflows.models import WorkItem


@require_safe
def holders(request: HttpRequest) -> HttpResponse:
    """Who holds work of the teams whose work I give: first those who serve no longer."""
    me = person(request)
    if not queue.reach(me).gives:
        raise Http404
    context = {"holders": handing_over.holders(me), "teams": handing_over.teams(me)}
    return render(request, "workflows/holders.html", context)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """Move everything that somebody holds to one other person, with a note."""
    me = person(request)
    holder = get_user_model()._default_manager.filter(public_id=public_id).first()
    items = handing_over.held_by(holder, me) if holder else []
    if not queue.reach(me).gives:
        raise Http404
    if holder is None or not items:
        return redirect("holders")
    people = handing_over.takers(items, holder, me)
    form = HandOverForm(posted(request), items=items, people=people)
    if form.is_valid() and _handed_over(request, form, holder):
        return redirect("hand_everything_over", public_id)
    context = {"form": form, "items": items, "holder": holder}
    return render(request, "workflows/hand_over.html", context)


def _handed_over(request: HttpRequest, form: HandOverForm, holder: AbstractBaseUser) -> bool:
    """Hand it over; where that person may have none of it, say so beside the choice."""
    try:
        done = handing_over.hand_over(
            holder=holder,
            to=form.chosen,
            why=form.cleaned_data["why"],
            by=person(request),
            expects=form.expects,
            token=token(form),
        )
    except AlreadyDone:
        return True
    except NotAllowed as refused:
        form.add_error("person", refused.sentence)
        return False
    _say_handed_over(request, done, form.chosen.get_full_name())
    return True


def _say_handed_over(request: HttpRequest, done: HandedOver, name: str) -> None:
    messages.success(request, f"{_tasks(done.moved)} now with {name}.")
    if done.left:
        which = "it" if len(done.left) == 1 else "them"
        messages.warning(request, f"{_tasks(done.left)} still here: {name} may not have {which}.")


def _tasks(items: list[WorkItem]) -> str:
    return "1 task is" if len(items) == 1 else f"{len(items)} tasks are"
