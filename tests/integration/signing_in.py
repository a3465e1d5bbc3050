"""Signing in as people do: by the form, with a second step where they have one."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from macfa.people.second_factor import unseal
from tests.cast import PASSWORD

if TYPE_CHECKING:
    from macfa.people.models import User
    from tests.integration.browsing import Posted

SIGN_IN, STEP = "/accounts/login/", "/accounts/second-step/"
CHECK, APP, CODES = f"{STEP}check/", f"{STEP}app/", f"{STEP}codes/"
HALF_A_MINUTE = 30
#: Seconds within which a form arrives, also on a busy machine.
SLOW = 5


def signed_in(person: User, **headers: str) -> Client:
    """A browser in which somebody has filled in the sign-in form."""
    client = Client(headers=headers)
    page = client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert page.status_code == 302, page.content
    return client


def code_of(secret: str, ahead: int = 0) -> str:
    """What an app shows now, or so many half minutes ahead.

    The last one is taken early in a half minute, so that it counts still when it arrives.
    """
    if ahead < 0 and (left := HALF_A_MINUTE - time.time() % HALF_A_MINUTE) < SLOW:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // HALF_A_MINUTE + ahead))


def secret_of(person: User) -> str:
    """The key that somebody's app holds."""
    return unseal(Authenticator.objects.get(user=person, type="totp").data["secret"])


def set_up_app(client: Client) -> list[str]:
    """Set an app up in this browser; the recovery codes that come with it."""
    secret = re.findall(r'app-key">(\w+)<', client.get(APP).content.decode())[0]
    # Its own code is used up by this. Whoever signs in next waits, or takes that of the next half
    # minute, which counts already.
    page = client.post(APP, {"code": code_of(secret, -1)}, follow=True)
    assert page.redirect_chain[-1][0] == CODES, page.content.decode()
    return re.findall(r"<li>(\d{8})</li>", page.content.decode())


def with_app(person: User) -> tuple[Client, list[str]]:
    """A browser in which somebody has signed in and set an app up, and their recovery codes."""
    client = signed_in(person)
    return client, set_up_app(client)


def after_password(person: User) -> Client:
    """A browser in which the password was right, and the second step is asked for."""
    client = Client()
    answer = client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert answer["Location"] == CHECK
    return client


def typed(code: str) -> Posted:
    return {"code": code}


def is_in(client: Client) -> bool:
    """Whether this browser sees the pages of somebody signed in."""
    return client.get("/").status_code == 200
