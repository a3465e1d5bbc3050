"""Where one is signed in, and signing out there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from macfa.pages import person
from macfa.people import sessions
from notifications.background import in_background
from notifications.narrowing import number

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: What a browser calls itself, the first that fits: many claim to be others as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def your_sessions(request: HttpRequest) -> HttpResponse:
    """Every browser in which one is signed in, this one first."""
    rows = UserSession.objects.purge_and_list(person(request))
    here = request.session.session_key
    rows.sort(key=lambda row: (row.session_key != here, -row.last_seen_at.timestamp()))
    shown = [{"row": row, "is_here": row.session_key == here, **_described(row)} for row in rows]
    return render(request, "usersessions/usersession_list.html", {"sessions": shown})


def _described(row: UserSession) -> dict[str, str]:
    browser = next((name for mark, name in BROWSERS if mark in row.user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in row.user_agent), "")
    return {"browser": f"{browser} on {system}" if system else browser, "place": _coarse(row.ip)}


def _coarse(address: str) -> str:
    """The network that an address belongs to, without the machine: 203.0.113.x."""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + ":…"
    return re.sub(r"\d+$", "x", address)


@require_POST
def sign_out_there(request: HttpRequest) -> HttpResponse:
    """Sign out in one other place, or in all others."""
    user, here = person(request), request.session.session_key
    if "session" in request.POST:
        which = number(request.POST["session"])
        ended = int(which is not None and sessions.end_one(user, which, but=here))
    else:
        ended = sessions.end_all(user, but=here)
    there = "in 1 place" if ended == 1 else f"in {ended} places"
    messages.success(
        request, f"You are signed out {there}." if ended else "You are signed in here only."
    )
    return redirect("usersessions_list")


@require_safe
@in_background
def session_end(request: HttpRequest) -> HttpResponse:
    """How many seconds are left, for the script that warns. Asking puts nothing off."""
    return JsonResponse({"seconds": sessions.seconds_left(request.session)})


@require_POST
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """Somebody is still there. The middleware has put the end off already."""
    return JsonResponse({"seconds": sessions.seconds_left(request.session)})
