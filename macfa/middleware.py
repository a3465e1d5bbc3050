"""What holds for every page: signed-in pages are not stored, refusals are said plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from workflows.errors import AlreadyDone, NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    Handler = Callable[[HttpRequest], HttpResponse]

#: Fields of a form that the person did not type.
UNTYPED = {"csrfmiddlewaretoken", "token", "version", "password", "next", "upto"}


class PrivatePages:
    """Pages of a person signed in are never kept by browser or proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response


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
    """A refused act becomes a plain page: 403, or 409 with what was typed.

    A form posted twice lands on the result of the first post.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other exception to Django."""
        if isinstance(error, AlreadyDone):
            messages.info(request, "This is saved. It was sent twice and counts once.")
            return HttpResponseRedirect(_result(error))
        if not isinstance(error, Refused):
            return None
        status = 403 if isinstance(error, NotAllowed) else 409
        context = {
            "message": error.sentence,
            "missing": getattr(error, "missing", ()),
            "typed": typed(request),
            "back_url": request.path,
        }
        return render(request, f"{status}.html", context, status=status)


def _result(error: AlreadyDone) -> str:
    model = apps.get_model(error.record_type)
    record = model._default_manager.get(public_id=error.record)
    return str(record.get_absolute_url())


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody typed into the form they sent, by the names of its fields."""
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        if name not in UNTYPED
        for value in values
        if value.strip()
    ]
