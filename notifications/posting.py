"""Sending e-mail: at least once each, by as many workers as there are.

An e-mail is leased before it is sent and marked after, each in a transaction of its own. Whoever
dies in between leaves a lease that runs out. A mail server that is away costs no e-mail a try.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from smtplib import (
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone

from notifications.models import Counter, Email
from notifications.preferences import wishes_of
from notifications.wording import message_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.mail.backends.base import BaseEmailBackend

    from notifications.models import EmailQuerySet

logger = logging.getLogger(__name__)

#: How long one worker may take to send one e-mail.
LEASE = timedelta(minutes=2)
#: How many e-mails a worker sends before it lets its other work have a turn.
AT_ONCE = 100
#: After the first failure an e-mail waits this long, then twice as long each time.
PAUSE = timedelta(minutes=1)
LONGEST_CODE = 600
POLICY = b"5.7."


class ServerAway(Exception):
    """The mail server does not take anything just now; it is nothing about one e-mail."""


class Outage:
    """Whether the mail server was away when last tried, so that the log says it once."""

    lasts = False

    def begins(self, problem: BaseException) -> None:
        if not self.lasts:
            logger.warning("The mail server is away (%s). E-mail waits.", type(problem).__name__)
        self.lasts = True

    def ends(self) -> None:
        if self.lasts:
            logger.warning("The mail server is back.")
        self.lasts = False


outage = Outage()


def send(clock: Callable[[], datetime] = timezone.now) -> int:
    """Send what is due, up to so many at once. Says how many were sent."""
    if not Email.objects.due(clock()).exists():
        return 0
    server = mail.get_connection()
    sent = 0
    try:
        _open(server)
        for _ in range(AT_ONCE):
            if (email := lease(clock())) is None:
                break
            sent += post(server, email, clock)
    except ServerAway as away:
        outage.begins(away.__cause__ or away)
    finally:
        _close(server)
    return sent


def _open(server: BaseEmailBackend) -> None:
    try:
        server.open()
    except (SMTPException, OSError) as problem:
        raise ServerAway from problem
    outage.ends()


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (SMTPException, OSError) as problem:
        logger.info("The mail server did not say goodbye (%s).", type(problem).__name__)


def lease(now: datetime) -> Email | None:
    """Take the next e-mail, for nobody else to send until the lease runs out."""
    with transaction.atomic():
        email = Email.objects.due(now).select_for_update(skip_locked=True).first()
        if email is None:
            return None
        email.leased_until = now + LEASE
        email.tries += 1
        email.save(update_fields=["leased_until", "tries"])
    return email


def post(server: BaseEmailBackend, email: Email, clock: Callable[[], datetime]) -> int:
    """Send one e-mail that we have leased, and write down what came of it: 1 where it was sent."""
    now = clock()
    if email.tries > settings.EMAIL_TRIES:
        _write(email, state=Email.State.PARKED, fault=email.fault or "The worker was stopped")
        return 0
    if not email.urgent and wishes_of([email.recipient_id])[email.recipient_id].is_quiet(now):
        _write(email, tries=email.tries - 1, due_at=now + timedelta(minutes=10))
        return 0
    try:
        message = message_for(email, server)
        if message is None:
            _write(email, state=Email.State.NOT_NEEDED)
            return 0
        if not message.send():
            raise SMTPException
    except Exception as problem:  # noqa: BLE001 - whatever it is, no e-mail may stop the others
        _failed(email, problem, now)
        _close(server)
        _open(server)
        return 0
    _write(email, state=Email.State.SENT, sent_at=clock(), fault="")
    return 1


def _failed(email: Email, problem: Exception, now: datetime) -> None:
    """Mark the address, park the e-mail, or let it wait; a server that takes nobody's is away."""
    if isinstance(problem, SMTPSenderRefused):
        _write(email, tries=email.tries - 1, due_at=now + PAUSE)
        raise ServerAway from problem
    if _refused_for_good(problem):
        _write(email, state=Email.State.REFUSED, fault=in_words(problem))
        Counter.objects.filter(recipient=email.recipient_id).update(refused_at=now)
        return
    parked = email.tries >= settings.EMAIL_TRIES
    state = Email.State.PARKED if parked else Email.State.WAITING
    due_at = now + PAUSE * 2 ** (email.tries - 1)
    _write(email, state=state, due_at=due_at, fault=in_words(problem))
    logger.warning("E-mail %s failed, try %s (%s).", email.pk, email.tries, in_words(problem))


def _refused_for_good(problem: Exception) -> bool:
    """Whether the server says that there is no such address, and will never be. One that takes no
    mail of ours, for whomever (5.7, security or policy), says nothing of the address."""
    if not isinstance(problem, SMTPRecipientsRefused):
        return False
    said = problem.recipients.values()
    return all(500 <= code < LONGEST_CODE and not why.startswith(POLICY) for code, why in said)


def in_words(problem: Exception) -> str:
    """What went wrong, without what the server said: that may name the person."""
    if isinstance(problem, SMTPRecipientsRefused):
        codes = sorted({code for code, _ in problem.recipients.values()})
        return f"The mail server refused the address ({', '.join(map(str, codes))})"
    if isinstance(problem, SMTPResponseException):
        return f"The mail server refused the message ({problem.smtp_code})"
    if isinstance(problem, TimeoutError):
        return "The mail server did not answer in time"
    if isinstance(problem, SMTPServerDisconnected):
        return "The mail server ended the connection"
    return f"The message could not be handed over ({type(problem).__name__})"


def _write(email: Email, **what: Any) -> None:
    """Write down what came of it, unless our lease ran out and somebody else has it now."""
    mine = Email.objects.filter(pk=email.pk, leased_until=email.leased_until)
    mine.update(leased_until=None, **what)


def try_again(emails: EmailQuerySet) -> int:
    """Send those of these e-mails that are parked as if they had never failed. Says how many."""
    return emails.parked().update(state=Email.State.WAITING, tries=0, due_at=timezone.now())


@transaction.atomic
def reach_again(recipient_id: int) -> None:
    """Send to somebody's address again, beginning with the last e-mail that was refused: if that
    is refused too, they hear of it at once."""
    Counter.objects.filter(recipient=recipient_id).update(refused_at=None)
    refused = Email.objects.filter(recipient=recipient_id, state=Email.State.REFUSED)
    last = refused.order_by("-pk").first()
    if last is not None:
        last.state, last.tries, last.due_at = Email.State.WAITING, 0, timezone.now()
        last.save(update_fields=["state", "tries", "due_at"])
