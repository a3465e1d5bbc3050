"""The inbox page, how one is told, what is new since a number, and the badge on every page."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from notifications import inbox
from notifications.background import in_background
from notifications.forms import HowToldForm, InboxFilter
from notifications.kinds import kind_of
from notifications.models import Notification
from notifications.narrowing import Narrowing, number
from notifications.preferences import choose, wishes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from notifications.models import Counter

PAGE = 25


class Badge:
    """What every page shows of somebody's inbox. Asks the database only for what is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __bool__(self) -> bool:
        """Whether there is an inbox: somebody is signed in. A request for a host that is none of
        ours is refused before anybody asks who sends it."""
        user = getattr(self._request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def unread(self) -> int:
        return inbox.unread_count(self._person) if self else 0

    @cached_property
    def shown(self) -> str:
        """The number unread as a badge shows it: 3, 99+, nothing for none."""
        return inbox.shown(self.unread) if self.unread else ""

    @cached_property
    def last_seq(self) -> int:
        """The newest number this page knows of: live updates start after it."""
        return self._counter.last_seq if self else 0

    @property
    def refused(self) -> bool:
        """Whether e-mails to this person are refused."""
        return bool(self and self._counter.refused_at)

    @cached_property
    def _counter(self) -> Counter:
        return inbox.counter_of(self._person)

    @property
    def _person(self) -> int:
        return person(self._request)


def person(request: HttpRequest) -> int:
    """The number of the account that is signed in; 0 is nobody's."""
    return request.user.pk or 0


def inbox_context(request: HttpRequest) -> dict[str, Badge]:
    """`inbox` in every template: false for somebody not signed in; costs nothing until used."""
    return {"inbox": Badge(request)}


@require_safe
@never_cache
@login_required
def inbox_page(request: HttpRequest) -> HttpResponse:
    """What I have been told, newest first: of one kind or any, all or what is unread."""
    narrowing = Narrowing.of(request.GET)
    rows = inbox.page(person(request), narrowing, size=PAGE)
    context = {
        "notifications": rows[:PAGE],
        "older": narrowing.query(before=rows[PAGE - 1].seq) if len(rows) > PAGE else None,
        "narrowing": narrowing,
        "back": narrowing.query(),
        "oldest": rows[:PAGE][-1].seq if rows else None,
        "any_unread": any(row.read_at is None for row in rows[:PAGE]),
        "form": InboxFilter(narrowing),
    }
    return render(request, "notifications/inbox.html", context)


@require_POST
@never_cache
@login_required
def mark_shown_read(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page showed; what has arrived since stays unread."""
    back = _back(request)
    upto, since = (number(request.POST.get(name)) for name in ("upto", "since"))
    if upto is not None:
        inbox.mark_shown(person(request), upto=upto, since=since, kind=back.kind)
    return _to_inbox(back)


@require_POST
@never_cache
@login_required
def mark_one_read(request: HttpRequest, seq: int) -> HttpResponse:
    """Mark one as read without going to its page."""
    get_object_or_404(Notification.objects.of(person(request)), seq=seq)
    inbox.mark_read(person(request), seqs=[seq])
    return _to_inbox(_back(request))


def _back(request: HttpRequest) -> Narrowing:
    """What the inbox showed when the button was pressed."""
    return Narrowing.of(QueryDict(request.POST.get("back", "").removeprefix("?")))


def _to_inbox(narrowing: Narrowing) -> HttpResponse:
    return redirect(reverse("notifications:inbox") + narrowing.query())


@require_GET
@never_cache
@login_required
def open_one(request: HttpRequest, seq: int) -> HttpResponse:
    """Mark one as read and go to the page it is about."""
    told = get_object_or_404(Notification.objects.of(person(request)), seq=seq)
    inbox.mark_read(person(request), seqs=[seq])
    ours = url_has_allowed_host_and_scheme(told.url, allowed_hosts=None)
    return redirect(told.url if ours else "notifications:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def how_told(request: HttpRequest) -> HttpResponse:
    """What I want to be told at once, and when I get e-mail."""
    me = person(request)
    form = HowToldForm(request.POST or None, wishes=wishes_of([me])[me])
    if form.is_valid():
        choose(me, live=form.cleaned_data["live"], email=form.email, hours=form.hours)
        messages.success(request, "How you are told is saved.")
        return redirect("notifications:inbox")
    return render(request, "notifications/how_told.html", {"form": form})


@require_safe
@never_cache
@login_not_required
@in_background
def news(request: HttpRequest, seq: int) -> HttpResponse:
    """What I have been told since number `seq`, at most 100, oldest first; ask again for more.

    An HTML fragment, or JSON where that is preferred. Somebody no longer signed in gets a 403
    and not the sign-in page, which a script would take for news.
    """
    if not request.user.is_authenticated:
        return HttpResponse("Sign in to see your notifications.", "text/plain", status=403)
    me = person(request)
    told = inbox.after(me, seq)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        what = {"notifications": _as_json(me, told), "unread": inbox.unread_count(me)}
        response: HttpResponse = JsonResponse(what)
    else:
        context = {"notifications": told, "badge": Badge(request)}
        response = render(request, "notifications/news.html", context)
    patch_vary_headers(response, ["Accept", "Cookie"])
    return response


def _as_json(me: int, told: Sequence[Notification]) -> list[dict[str, object]]:
    """Each with whether it is announced at once, or only counted."""
    if not told:
        return []
    wishes = wishes_of([me])[me]
    return [
        {
            "seq": one.seq,
            "event": one.event,
            "text": one.text,
            "url": one.url,
            "at": one.at,
            "live": wishes.live(kind_of(one.event)),
        }
        for one in told
    ]
