"""What the pages of the queue share: who asks, and which work they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from workflows import queue
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from workflows.forms import GiveForm, ReleaseForm


def person(request: HttpRequest) -> AbstractBaseUser:
    """Who is signed in. Every page asks for a sign-in unless it says otherwise."""
    assert isinstance(request.user, AbstractBaseUser)
    return request.user


def posted(request: HttpRequest) -> QueryDict | None:
    """What was typed, if anything was."""
    return request.POST if request.method == "POST" else None


def token(form: ReleaseForm | GiveForm) -> str | None:
    """The one-use token of a form."""
    return form.cleaned_data["token"] or None


def find(public_id: str) -> WorkItem:
    """The task of this address, whoever asks."""
    rows = WorkItem.objects.select_related("team", "owner", "process")
    return get_object_or_404(rows, public_id=public_id)


def visible(request: HttpRequest, public_id: str) -> WorkItem:
    """Fetch and authorise in one step: work of other teams does not exist (404)."""
    item = find(public_id)
    if not queue.may_see(person(request), item):
        raise Http404
    queue.reach(person(request)).turn_to(item)
    return item


def nothing_to_do(request: HttpRequest, item: WorkItem) -> HttpResponse:
    """Say that the task is done, or back in the queue, already."""
    where = "is done or withdrawn" if item.finished else "is in the team’s queue already"
    messages.info(request, f"“{item}” {where}.")
    return redirect("team_queue")


def held() -> str:
    """Where the work is listed that people hold."""
    return f"{reverse('team_queue')}?show=held"
