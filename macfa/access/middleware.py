"""The outer wall: an address answers only what its row in the access matrix names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponseNotAllowed
from django.template.loader import render_to_string

from macfa.access.matrix import rows_of
from macfa.people.links import answers_by_link
from macfa.people.sessions import is_by_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


class ByLink:
    """Whoever came by an e-mailed link reaches what the matrix opens to links; whatever else they
    ask for does not exist (404). Once they do not answer by link any more, they are a stranger."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> None:
        """Before a page is made: is it open to somebody who came by a link?"""
        if not is_by_link(request):
            return
        assert request.user.is_authenticated
        if not answers_by_link(request.user):
            request.user = AnonymousUser()
            return
        request.by_link = True  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is None or not any(row.by_link for row in rows_of(match.view_name)):
            raise Http404


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
