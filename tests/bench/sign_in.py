"""Signing in with a password and no second step, beside the hash of the password alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings

from tests.bench.audits import cast_of
from tests.bench.measure import minima
from tests.bench.table import Figure, Goal, figure
from tests.cast import PASSWORD

if TYPE_CHECKING:
    from macfa.people.models import User

NAME = "sign_in"
ROUNDS = 25
#: What the site uses outside the tests.
HASHER = f"{PBKDF2PasswordHasher.__module__}.{PBKDF2PasswordHasher.__qualname__}"
SIGN_IN, HASH = "sign in", "its password’s hash"


def measure(database: str) -> list[Figure]:
    """The form sent by somebody who has signed in before, each time in a browser of its own."""
    call_command("createcachetable")
    cache.clear()
    with override_settings(PASSWORD_HASHERS=[HASHER]):
        person = cast_of(1, "signing")["lead.a00"]
        runs = {
            SIGN_IN: lambda _number: sign_in(person),
            HASH: lambda _number: check_password(PASSWORD, person.password),
        }
        times = minima(runs, ROUNDS)
    row = partial(figure, NAME, database, f"{SIGN_IN}, least of {ROUNDS}", times[SIGN_IN], "ms")
    return [row(beside=HASH, beside_value=times[HASH], goal=Goal(1.3))]


def sign_in(person: User) -> None:
    """Send the form, as a browser that asked for it."""
    client = Client(SERVER_NAME="localhost")
    sent = {"login": person.email, "password": PASSWORD}
    status = client.post("/accounts/login/", sent).status_code
    assert status == 302, f"signing in answered {status}"
