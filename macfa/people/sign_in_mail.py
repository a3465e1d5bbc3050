"""E-mail about signing in: that it was changed, in case it was not they, and sending it unseen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core import mail
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

logger = logging.getLogger(__name__)

#: What happened, by the name under which allauth or a service tells it.
SAYS = {
    "password_changed": "The password of your account was changed.",
    "password_reset": "A new password was chosen for your account.",
    "totp_activated": "An authenticator app was set up as the second step of your sign-in.",
    "totp_deactivated": "The authenticator app of your sign-in was removed.",
    "webauthn_added": "A passkey was added to your account.",
    "webauthn_removed": "A passkey was removed from your account.",
    "recovery_codes_generated": "New recovery codes were made for your account. The old ones no "
    "longer count.",
    "account_connected": "Your account was joined to the sign-in of your organisation: you can "
    "sign in by it from now on.",
    "second_step_reset": "A system administrator took away the second step of your sign-in, and "
    "signed you out everywhere. The next time you sign in you are asked to set up a new one.",
}


def tell_of_change(what: str, email: str) -> None:
    """Send it. A mail server that is away does not undo what was changed."""
    text = render_to_string("email/sign_in_changed.txt", {"sentence": SAYS[what]})
    try:
        mail.send_mail("Your sign-in on the audits site was changed", text, None, [email])
    except OSError:
        logger.exception("Nobody could be told that their sign-in was changed.")


def send_quietly(send: Callable[[], object], what: str) -> None:
    """Send it. Whoever asked for it is told no more when a mail server is away."""
    try:
        send()
    except OSError:
        logger.exception("%s could not be sent.", what)


def when_answered(response: HttpResponse, act: Callable[[], None]) -> None:
    """Do something once the answer is on its way, so that nobody can tell how long it took."""
    # The one list of Django's that is gone through when the answer has been sent.
    response._resource_closers.append(act)  # type: ignore[attr-defined]
