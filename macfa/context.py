"""What every page knows: whose partnership it is, whom to call, and what its footer links to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from macfa.concerns.rules import waiting_for
from macfa.people.rules import numbers_for, partnership_of
from macfa.people.sessions import ends_at, seconds_left
from macfa.rehearsal import mailbox

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The partnership of the person signed in, numbers to call, and the footer's links."""
    user = getattr(request, "user", None)
    halfway = getattr(request, "halfway", False)
    by_link = getattr(request, "by_link", False)
    signed_in = bool(user and user.is_authenticated and not halfway)
    return {
        # Signed in but for the second step: pages show nothing but how to set one up.
        "halfway": halfway,
        # Signed in by an e-mailed link: pages lead no further than one's own returns.
        "by_link": by_link,
        "session_ends_at": partial(ends_at, request.session) if signed_in else None,
        "session_left": partial(seconds_left, request.session) if signed_in else 0,
        "partnership": SimpleLazyObject(lambda: partnership_of(request.user))  # type: ignore[arg-type]
        if signed_in
        else None,
        "concerns_waiting": partial(waiting_for, request.user)  # type: ignore[arg-type]
        if signed_in
        else 0,
        # Read by the sign-in page alone.
        "organisations": settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"],
        "numbers": SimpleLazyObject(lambda: numbers_for(request.user)) if user else (),
        "source_url": settings.SOURCE_URL,
        "shows_emails": signed_in and not by_link and mailbox.is_shown(),
    }
