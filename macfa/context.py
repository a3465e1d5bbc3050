"""What every page knows: whose partnership it is, and where the source lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from macfa.people.rules import partnership_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The partnership of the person signed in, and the footer's link to the source."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "partnership": SimpleLazyObject(lambda: partnership_of(request.user))  # type: ignore[arg-type]
        if signed_in
        else None,
        "source_url": settings.SOURCE_URL,
    }
