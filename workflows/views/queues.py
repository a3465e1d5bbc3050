"""What waits for me, and what waits in my team's queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from workflows import calendar, queue
from workflows.queue import Cursor
from workflows.views.common import find, person
from workflows.views.undo import offered

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse

    from workflows.queue import Page


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """What I hold, oldest due first, and how much waits for me to claim or to give."""
    me = person(request)
    page = queue.page(queue.mine(me.pk), after=_after(request))
    context = {"page": page, **_waiting(me)}
    return render(request, "workflows/my_work.html", context | _pages(request, page))


@require_safe
def calendar_file(request: HttpRequest) -> HttpResponse:
    """The days on which my work is due, for the calendar on my desk."""
    return calendar.download(request, calendar.due_days(person(request).pk), name="audit-tasks")


def _waiting(me: AbstractBaseUser) -> dict[str, Any]:
    """How much waits in my teams' queues, and in those whose work I give to people."""
    reach, barred = queue.reach(me), queue.barred(me)
    waiting = queue.count(queue.claimable(reach.works_in), without=barred)
    to_give = queue.count(queue.claimable({*reach.gives} - {*reach.works_in}), without=barred)
    return {
        "waiting": queue.shown(waiting) if waiting else "",
        "to_give": to_give,
        "to_give_shown": queue.shown(to_give),
        "gives_from": reach.gives_from,
    }


@require_safe
def team_queue(request: HttpRequest) -> HttpResponse:
    """What my teams may claim; for who gives work to people, also what people hold."""
    me, barred = queue.reach(person(request)), queue.barred(person(request))
    held = bool(me.gives) and request.GET.get("show") == "held"
    work = queue.held_in(me.gives) if held else queue.claimable({*me.works_in, *me.gives})
    page = queue.page(work, after=_after(request), seen_by=me, without=barred)
    context = {"page": page, "held": held, "gives": bool(me.gives), **offered(request)}
    return render(request, "workflows/team_queue.html", context | _pages(request, page))


@require_safe
def open_task(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to the page on which the work is done."""
    me, item = person(request), find(public_id)
    if queue.may_see(me, item):
        return redirect(item.page)
    if item.assignments.filter(person=me.pk).exists():
        messages.info(request, f"“{item}” is no longer with you.")
        return redirect("tasks")
    raise Http404


def _after(request: HttpRequest) -> Cursor | None:
    return Cursor.parse(request.GET.get("after", ""))


def _pages(request: HttpRequest, page: Page) -> dict[str, Any]:
    """The address of the next page, and of the first for who is further on."""
    chosen = request.GET.copy()
    began_later = chosen.pop("after", None)
    first = f"{request.path}?{chosen.urlencode()}".rstrip("?") if began_later else ""
    following = ""
    if page.following:
        chosen["after"] = str(page.following)
        following = f"{request.path}?{chosen.urlencode()}"
    return {"first": first, "following": following}
