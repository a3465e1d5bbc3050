"""Taking back, within a minute, what one has just given to somebody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from workflows import clock
from workflows.errors import AlreadyDone, WrongState
from workflows.forms import UndoForm
from workflows.giving import UNDO_WITHIN, take_back
from workflows.models import WorkItem
from workflows.views.common import person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse

KEPT = "given_just_now"


def remember(request: HttpRequest, items: Sequence[WorkItem], to: Any) -> None:
    """Keep with the session what was given, so that the next page can offer to take it back."""
    if items:
        request.session[KEPT] = {
            "items": [item.public_id for item in items],
            "to": to.get_full_name(),
            "until": (clock.now() + UNDO_WITHIN).isoformat(),
        }


def offered(request: HttpRequest) -> dict[str, Any]:
    """What may still be taken back: a form, how many tasks, and whom they went to."""
    kept = request.session.get(KEPT)
    if not kept or clock.now() > datetime.fromisoformat(kept["until"]):
        return {}
    return {"undo": {"form": UndoForm(), "number": len(kept["items"]), "to": kept["to"]}}


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was given a moment ago, all of it."""
    kept, me = request.session.pop(KEPT, None), person(request)
    form = UndoForm(request.POST)
    if not kept or not form.is_valid():
        messages.info(request, "There is nothing to take back.")
        return redirect("team_queue")
    rows = WorkItem.objects.filter(public_id__in=kept["items"])
    items = list(rows.select_related("team", "owner", "process"))
    _take_back(request, items, me, form.cleaned_data["token"] or None)
    return redirect("team_queue")


def _take_back(
    request: HttpRequest, items: list[WorkItem], me: AbstractBaseUser, token: str | None
) -> None:
    try:
        back = take_back(items=items, by=me, token=token)
    except AlreadyDone:
        return
    except WrongState as refused:
        messages.warning(request, refused.sentence)
        return
    what = f"“{back[0]}” is" if len(back) == 1 else f"{len(back)} tasks are"
    messages.success(request, f"{what} back where it was." if len(back) == 1 else f"{what} back.")
