"""The outer wall: an address answers only what its row in the access matrix names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponseNotAllowed
from django.template.loader import render_to_string

from macfa.access.matrix import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class OnlyWhatIsNamed:
    """What the matrix does not name is refused before any page sees it, for everybody.

    Who it is for is asked by the page itself, of the record: this wall stands before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        """Refuse an address without a row (404), and a method its rows do not name (405)."""
        match = request.resolver_match
        rows = rows_of(match.view_name) if match else []
        if not rows:
            raise Http404
        methods = {method for row in rows for method in row.methods}
        if "GET" in methods:
            methods.add("HEAD")
        return None if request.method in methods else _refuse(request, methods)


def _refuse(request: HttpRequest, methods: set[str]) -> HttpResponse:
    page = render_to_string("400.html", request=request)
    return HttpResponseNotAllowed(sorted(methods), page)
