"""A real mail server for the tests, and people who are told things at a moment of our choosing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from django.test import override_settings

from macfa.people.models import User
from notifications.inbox import Message as News
from notifications.models import Notification
from tests.realtime.people import tell
from tests.servers import free_port

LONDON = ZoneInfo("Europe/London")
#: A Tuesday morning in term time.
MORNING = datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)
keys = count(1)


@dataclass
class MailServer:
    """What it has accepted, and how it behaves: answers by address, and by the whole message."""

    port: int
    accepted: list[Message] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    rejects: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        if address in self.rejects:
            return self.rejects[address]
        self.accepted.append(message_from_bytes(envelope.content))
        return "250 OK"

    def to(self, person: User) -> list[Message]:
        """What has arrived for somebody."""
        return [message for message in self.accepted if message["To"] == person.email]

    @contextmanager
    def up(self) -> Iterator[None]:
        """The server runs in this block; outside of it nobody answers."""
        running = Controller(self, hostname="127.0.0.1", port=self.port)
        running.start()
        try:
            yield
        finally:
            running.stop()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server that is down, and the site told to use it."""
    server = MailServer(free_port())
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=server.port,
    ):
        yield server


def told(person: User, event: str = "task.assigned", at: datetime = MORNING) -> Notification:
    """Tell somebody one thing at a moment."""
    key = f"key-{next(keys)}"
    [row] = tell(News(person.pk, event, key, "Audit NEG-02 for Westmarch Police", "/tasks/", at))
    return row
