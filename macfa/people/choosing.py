"""Which partnership somebody is in, where they serve in several: chosen, and kept with the session.

What is kept is only a wish. Each request asks their roles whether they serve there today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

#: Where the session keeps it.
CHOSEN = "partnership"


class InPartnership:
    """Tells the account of a request which partnership its person chose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever has no session has chosen nothing, and none is read for them.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            chosen = request.session.get(CHOSEN)
            if chosen is not None and request.user.is_authenticated:
                request.user.chosen_partnership = chosen
        return self.get_response(request)
