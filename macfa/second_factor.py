"""Nobody is signed in by half: without the second step that everybody needs, a page or a socket
is opened by a stranger. The pages that set one up are the exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from macfa.people.second_factor import has_one, is_halfway
from macfa.people.sessions import BY_LINK
from macfa.typed import typed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest, HttpResponse

    App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

#: The pages of somebody halfway, by name: to read what to do, or to leave.
READ = {"account_logout", "mfa_index"}
#: To set a first second step up: not for a browser that was signed in by a password alone before
#: its person set one up in another.
SET_UP = {
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


class SecondFactor:
    """Leads whoever has not shown a second step to set one up, and lets them see nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object
    ) -> HttpResponse | None:
        """Before a page is made: is it for somebody halfway?"""
        if not is_halfway(request.user, request.session):
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in READ or (name in SET_UP and not has_one(request.user)):
            request.halfway = True  # type: ignore[attr-defined]
            return None
        request.user = AnonymousUser()
        if getattr(view, "login_required", True) or name == "account_login":
            return _to_set_up(request)
        return None


def _to_set_up(request: HttpRequest) -> HttpResponse:
    """To the page that sets a second step up, by way of what was typed where there is something."""
    address = reverse("mfa_index")
    kept = typed(request)
    if kept:
        context = {"typed": kept, "set_up_url": address}
        response = render(request, "errors/second-step.html", context, status=403)
        add_never_cache_headers(response)
        return response
    if request.method == "GET" and not request.path.startswith("/accounts/"):
        address += f"?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address)


def _hears_nothing(scope: dict[str, Any]) -> bool:
    user, session = scope["user"], scope["session"]
    by_link = bool(user.is_authenticated and session.get(BY_LINK))
    return by_link or is_halfway(user, session)


class SecondFactorForSockets:
    """The same for sockets: one that somebody halfway opens is nobody's, and so is one of whoever
    came by an e-mailed link, to whom no notifications are shown."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve the socket."""
        if await database_sync_to_async(_hears_nothing)(scope):
            scope = {**scope, "user": AnonymousUser()}
        await self.app(scope, receive, send)
