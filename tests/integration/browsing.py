"""What the tests of pages do with a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.test import Client

from macfa.people.models import User

Posted = dict[str, object]
#: A browser in which somebody of the cast, by name, is signed in.
Browsers = Callable[[str], Client]


def browser(person: User) -> Client:
    """A browser in which a person is signed in."""
    client = Client()
    client.force_login(person)
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    """The page at an address."""
    page = client.get(address)
    assert page.status_code == status, page.content
    return page.content.decode()


def posted(client: Client, address: str, data: Posted, status: int = 200) -> str:
    """The page that answers a form."""
    page = client.post(address, data)
    assert page.status_code == status, page.content
    return page.content.decode()


def parts(name: str, day: date) -> Posted:
    """A date as its three fields send it."""
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
