"""The pages of the queue: my work, my team's queue, and giving work to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from workflows import assignment, calendar, handing_over, queue
from workflows.candidates import candidates
from workflows.errors import AlreadyDone, NotAllowed, WrongState
from workflows.forms import GiveForm, HandOverForm, ReleaseForm
from workflows.history import history
from workflows.ids import PUBLIC_ID
from workflows.models import WorkItem
from workflows.queue import Cursor

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from workflows.handing_over import HandedOver
    from workflows.queue import Page

#: More than a page of the queue can offer.
MOST_AT_ONCE = 100


def person(request: HttpRequest) -> AbstractBaseUser:
    """Who is signed in. Every page asks for a sign-in unless it says otherwise."""
    assert isinstance(request.user, AbstractBaseUser)
    return request.user


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
    context = {"page": page, "held": held, "gives": bool(me.gives)}
    return render(request, "workflows/team_queue.html", context | _pages(request, page))


@require_safe
def open_task(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to the page on which the work is done."""
    me, item = person(request), _find(public_id)
    if queue.may_see(me, item):
        return redirect(item.page)
    if item.assignments.filter(person=me.pk).exists():
        messages.info(request, f"“{item}” is no longer with you.")
        return redirect("tasks")
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take work from my team's queue and go to its page; or hear that it is gone."""
    me, item = person(request), _visible(request, public_id)
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
    me, item = person(request), _visible(request, public_id)
    if item.owner_id != me.pk and not queue.may_give(me, item):
        raise NotAllowed(f"“{item}” is not yours to put back.")
    assignment.check_moves(item)
    if item.finished or item.owner is None:
        return _nothing_to_do(request, item)
    form = ReleaseForm(_posted(request), items=[item])
    if form.is_valid():
        why, seen = form.cleaned_data["why"], form.expects.get(item.pk)
        try:
            assignment.release(item=item, why=why, by=me, expects=seen, token=_token(form))
        except AlreadyDone:
            return _nothing_to_do(request, item)
        messages.success(request, f"“{item}” is back in the queue of {item.team}.")
        return redirect("tasks" if item.owner_id == me.pk else _held())
    context = {"form": form, "item": item, "history": history(item)}
    return render(request, "workflows/release.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give work to somebody, or move it from one person to another."""
    item = _visible(request, public_id)
    if item.finished:
        return _nothing_to_do(request, item)
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
    form = GiveForm(_posted(request), items=items, people=candidates(items, me))
    if form.is_valid() and _given(form, me):
        what = f"“{items[0]}” is" if len(items) == 1 else f"{len(items)} tasks are"
        messages.success(request, f"{what} now with {form.chosen.get_full_name()}.")
        return redirect(_held() if form.moves else "team_queue")
    context: dict[str, Any] = {"form": form, "items": items}
    if len(items) == 1:
        context |= {"item": items[0], "history": history(items[0])}
    return render(request, "workflows/give.html", context)


def _given(form: GiveForm, me: AbstractBaseUser) -> bool:
    """Give it; where that person may not have it, say so beside the choice."""
    try:
        assignment.give_many(
            items=form.items,
            to=form.chosen,
            by=me,
            why=form.cleaned_data["why"],
            expects=form.expects,
            token=_token(form),
        )
    except AlreadyDone:
        return True
    except NotAllowed as refused:
        form.add_error("person", refused.sentence)
        return False
    return True


@require_safe
def holders(request: HttpRequest) -> HttpResponse:
    """Who holds work of the teams whose work I give: first those who serve no longer."""
    me = person(request)
    if not queue.reach(me).gives:
        raise Http404
    return render(request, "workflows/holders.html", {"holders": handing_over.holders(me)})


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
    form = HandOverForm(_posted(request), items=items, people=people)
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
            token=_token(form),
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


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _token(form: ReleaseForm | GiveForm) -> str | None:
    return form.cleaned_data["token"] or None


def _find(public_id: str) -> WorkItem:
    rows = WorkItem.objects.select_related("team", "owner", "process")
    return get_object_or_404(rows, public_id=public_id)


def _visible(request: HttpRequest, public_id: str) -> WorkItem:
    """Fetch and authorise in one step: work of other teams does not exist (404)."""
    item = _find(public_id)
    if not queue.may_see(person(request), item):
        raise Http404
    return item


def _nothing_to_do(request: HttpRequest, item: WorkItem) -> HttpResponse:
    where = "is done or withdrawn" if item.finished else "is in the team’s queue already"
    messages.info(request, f"“{item}” {where}.")
    return redirect("team_queue")


def _held() -> str:
    return f"{reverse('team_queue')}?show=held"


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
