"""What holds for every page: signed-in pages are not stored, refusals are said plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from workflows.errors import AlreadyDone, NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Handler = Callable[[HttpRequest], HttpResponse]

#: Fields of a form that the person did not type.
UNTYPED = {"csrfmiddlewaretoken", "token", "version"}


class PrivatePages:
    """Pages of a person signed in are never kept by browser or proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
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
            return HttpResponseRedirect(_result(error))
        if not isinstance(error, Refused):
            return None
        status = 403 if isinstance(error, NotAllowed) else 409
        context = {
            "message": error.sentence,
            "missing": getattr(error, "missing", ()),
            "typed": _typed(request),
            "back_url": request.path,
        }
        return render(request, f"{status}.html", context, status=status)


def _result(error: AlreadyDone) -> str:
    model = apps.get_model(error.record_type)
    record = model._default_manager.get(public_id=error.record)
    return str(record.get_absolute_url())


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        if name not in UNTYPED
        for value in values
        if value.strip()
    ]
