"""Answering by an e-mailed link, as people do: the e-mail, the link, the code."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import mail
from django.test import Client
from django.utils import timezone

from macfa.people import services
from notifications import email

if TYPE_CHECKING:
    from macfa.people.models import User
    from tests.cast import Cast

ASK, USE, CODE = "/accounts/link/", "/accounts/link/open/", "/accounts/link/code/"


def let(cast: Cast, name: str) -> User:
    """Somebody of the cast whom the coordinator lets answer by link, and who keeps no password."""
    person = cast[name]
    person.set_unusable_password()
    person.save()
    services.let_answer_by_link(person=person, partnership=cast.partnership, by=cast["coordinator"])
    person.refresh_from_db()
    return person


def bodies_to(person: User) -> list[str]:
    """What has been sent to somebody."""
    return [str(message.body) for message in mail.outbox if message.to == [person.email]]


def send_what_is_due() -> None:
    """As a worker does it, on the next morning."""
    morning = timezone.localtime() + timedelta(days=1)
    email.sweep(lambda: morning.replace(hour=10))


def told_by_email(person: User) -> str:
    """What the e-mail says that tells somebody of their tasks."""
    send_what_is_due()
    return bodies_to(person)[-1]


def link_in(body: str) -> str:
    """The path of the link in an e-mail."""
    return str(re.findall(r"http://127.0.0.1:8000(/accounts/link/[\w-]{20,}/)", body)[0])


def link_to(person: User) -> str:
    """A link that somebody asked for."""
    Client().post(ASK, {"email": person.email})
    return link_in(bodies_to(person)[-1])


def opened(link: str) -> Client:
    """A browser in which the link is open, and nothing is used up."""
    client = Client()
    assert client.get(link)["Location"] == USE
    return client


def asked_for_code(person: User, link: str = "") -> tuple[Client, str]:
    """A browser to which a code was sent, and the code."""
    client = opened(link or link_to(person))
    assert client.post(USE)["Location"] == CODE
    return client, code_to(person)


def code_to(person: User) -> str:
    """The code that was sent to somebody last."""
    return str(re.findall(r"Your code is (\d{6})", bodies_to(person)[-1])[0])


def other_than(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06}"


def came_by_link(person: User) -> Client:
    """A browser in which somebody signed in by a link."""
    client, code = asked_for_code(person)
    assert client.post(CODE, {"code": code}).status_code == 302
    return client
