"""Claiming work, putting it back, and giving it to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from workflows import assignment, giving, queue
from workflows.candidates import candidates, unfit
from workflows.errors import AlreadyDone, NotAllowed, WrongState
from workflows.forms import GiveForm, ReleaseForm
from workflows.history import history
from workflows.ids import PUBLIC_ID
from workflows.models import WorkItem
from workflows.views import undo
from workflows.views.common import held, nothing_to_do, person, posted, token, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from workflows.giving import Plan

#: More than a page of the queue can offer.
MOST_AT_ONCE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take work from my team's queue and go to its page; or hear that it is gone."""
    me, item = person(request), visible(request, public_id)
    if request.method != "POST":
        return redirect("team_queue")
    try:
        assignment.claim(item=item, by=me)
    except WrongState as gone:
        messages.warning(request, gone.sentence)
        return redirect("team_queue")
    messages.success(request, f"You have claimed “{item}”.")
    return redirect(item.page)


@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put work back in the team's queue, with a reason."""
    me, item = person(request), visible(request, public_id)
    if item.owner_id != me.pk and not queue.may_give(me, item):
        raise NotAllowed(f"“{item}” is not yours to put back.")
    assignment.check_moves(item)
    if item.finished or item.owner is None:
        return nothing_to_do(request, item)
    form = ReleaseForm(posted(request), items=[item])
    if form.is_valid():
        why, seen = form.cleaned_data["why"], form.expects.get(item.pk)
        try:
            assignment.release(item=item, why=why, by=me, expects=seen, token=token(form))
        except AlreadyDone:
            return nothing_to_do(request, item)
        messages.success(request, f"“{item}” is back in the queue of {item.team}.")
        return redirect("tasks" if item.owner_id == me.pk else held())
    context = {"form": form, "item": item, "history": history(item)}
    return render(request, "workflows/release.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give work to somebody, or move it from one person to another."""
    item = visible(request, public_id)
    if item.finished:
        return nothing_to_do(request, item)
    return _give(request, [item])


@require_http_methods(["GET", "HEAD", "POST"])
def give_many(request: HttpRequest) -> HttpResponse:
    """Give the tasks ticked in the team's queue to one person: all of them, or none."""
    chosen = [each for each in request.GET.getlist("item") if PUBLIC_ID.fullmatch(each)]
    rows = (
        WorkItem.objects.open()
        .filter(public_id__in=chosen[:MOST_AT_ONCE])
        .select_related("team", "owner")
    )
    given = set(queue.gives(person(request)))
    items = [item for item in rows.order_by("due", "id") if item.team_id in given]
    if not items:
        messages.warning(request, "Tick at least one task to give.")
        return redirect("team_queue")
    return _give(request, items)


def _give(request: HttpRequest, items: list[WorkItem]) -> HttpResponse:
    me = person(request)
    for item in items:
        if not queue.may_give(me, item):
            raise NotAllowed(f"“{item}” is not yours to give.")
        assignment.check_moves(item)
    form = GiveForm(posted(request), items=items, people=candidates(items, me))
    if form.is_valid():
        plan = giving.plan(items, form.chosen)
        if plan.going and plan.wants_a_look and not form.cleaned_data["checked"]:
            return render(request, "workflows/give_check.html", {"form": form, "plan": plan})
        if _given(request, form, plan):
            return redirect(held() if form.moves else "team_queue")
    context: dict[str, Any] = {"form": form, "items": items, "unfit": unfit(items)}
    if len(items) == 1:
        context |= {"item": items[0], "history": history(items[0])}
    return render(request, "workflows/give.html", context)


def _given(request: HttpRequest, form: GiveForm, plan: Plan) -> bool:
    """Give what that person may have; where that is nothing, say so beside the choice."""
    if plan.staying and not plan.going:
        form.add_error("person", plan.staying[0].why)
        return False
    try:
        given = assignment.give_many(
            items=plan.going,
            to=form.chosen,
            by=person(request),
            why=form.cleaned_data["why"],
            expects=form.expects,
            token=token(form),
        )
    except AlreadyDone:
        return True
    except NotAllowed as refused:
        form.add_error("person", refused.sentence)
        return False
    _say_given(request, given or plan.going or form.items, form.chosen.get_full_name())
    for stays in plan.staying:
        messages.warning(request, f"“{stays.item}” stays where it is. {stays.why}")
    undo.remember(request, given, form.chosen)
    return True


def _say_given(request: HttpRequest, items: Sequence[WorkItem], name: str) -> None:
    what = f"“{items[0]}” is" if len(items) == 1 else f"{len(items)} tasks are"
    messages.success(request, f"{what} now with {name}.")
