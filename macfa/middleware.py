"""What holds for every page: signed-in pages are not stored, refusals are said plainly."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import OperationalError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from macfa.people import sessions
from macfa.typed import typed
from workflows import timeline
from workflows.errors import AlreadyDone, NotAllowed, Refused, WrongState

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    Handler = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)


class PrivatePages:
    """Pages of a person signed in are never kept by browser or proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response


class SessionGoesOn:
    """Whoever opens or sends a page stays signed in; what pages ask by themselves is not that."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], *_: object
    ) -> None:
        """Before a page is made, put the end of the session off."""
        if request.user.is_authenticated and not getattr(view_func, "in_background", False):
            sessions.put_off(request)


class SignedIn(LoginRequiredMiddleware):
    """Every page asks for a sign-in; a form sent after signing out keeps what was typed."""

    # The type stubs of Django know of a redirect only.
    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Lead to the sign-in page, by way of what was typed where there is something."""
        kept = typed(request)
        if not kept:
            return super().handle_no_permission(request, view_func)
        sign_in = resolve_url(self.get_login_url(view_func))
        back = urlencode({"next": request.get_full_path()})
        context = {"typed": kept, "sign_in_url": f"{sign_in}?{back}"}
        response = render(request, "errors/signed-out.html", context, status=403)
        add_never_cache_headers(response)
        return response


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """A form from before somebody signed in again: refused (CSRF), with what was typed."""
    response = render(request, "errors/403-csrf.html", {"typed": typed(request)}, status=403)
    add_never_cache_headers(response)
    return response


class PlainRefusals:
    """What cannot be done becomes a plain page that keeps what was typed.

    403 where it is not for this person, 404 where the page is no longer theirs, 409 where it is
    not possible now, 503 where somebody else holds what it needs. A form posted twice lands on
    the result of the first post.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other exception to Django."""
        kept = typed(request)
        match error:
            case AlreadyDone():
                messages.info(request, "This is saved. It was sent twice and counts once.")
                return HttpResponseRedirect(_result(error))
            case NotAllowed():
                return _page(request, 403, message=error.sentence, typed=kept)
            case Refused():
                return _page(request, 409, **_not_now(request, error), typed=kept)
            case Http404() if kept:
                return render(request, "errors/gone.html", {"typed": kept}, status=404)
            case OperationalError():
                logger.exception("The database did not answer in time.")
                return _page(request, 503, typed=kept)
        return None


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    return render(request, f"{status}.html", context, status=status)


def _not_now(request: HttpRequest, error: Refused) -> dict[str, object]:
    """Why an act is not possible now, who changed that, and where to go on."""
    moved_on = isinstance(error, WrongState)
    address, public_id = _record(request)
    return {
        "message": error.sentence,
        "missing": getattr(error, "missing", ()),
        "last": timeline.last_change(public_id) if moved_on and public_id else "",
        "posted": request.method == "POST",
        "back_url": address if moved_on else request.path,
    }


def _record(request: HttpRequest) -> tuple[str, str]:
    """The address of the record that a page is about, and its public id, where there is one."""
    match = request.resolver_match
    public_id = str(match.kwargs.get("public_id", "")) if match else ""
    if not public_id:
        return request.path, ""
    return f"{request.path.partition(public_id)[0]}{public_id}/", public_id


def _result(error: AlreadyDone) -> str:
    model = apps.get_model(error.record_type)
    record = model._default_manager.get(public_id=error.record)
    return str(record.get_absolute_url())
