"""What an e-mail says: how much waits for somebody, and where. Never what it is: no name, no
reference and no word of the notification leaves the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from notifications.kinds import NEW_WORK
from notifications.models import Counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail.backends.base import BaseEmailBackend

    from notifications.models import Email


def message_for(email: Email, server: BaseEmailBackend | None = None) -> EmailMessage | None:
    """The message as it is sent now; None where all was read meanwhile, or none may be sent."""
    events = list(email.notifications.unread().values_list("event", flat=True))
    person: Any = email.recipient
    refused = Counter.objects.filter(recipient=email.recipient_id, refused_at__isnull=False)
    if not events or not person.is_active or refused.exists():
        return None
    name = "urgent" if email.urgent else "news"
    extra: dict[str, Any] = import_string(settings.NOTIFICATIONS_EMAIL_EXTRA)(person)
    context = {"what": what_waits(events), "site": settings.SITE_URL, **extra}
    return EmailMessage(
        subject=render_to_string(f"email/{name}_subject.txt", context).strip(),
        body=render_to_string(f"email/{name}.txt", context),
        to=[getattr(person, person.get_email_field_name())],
        connection=server,
        headers={"Auto-Submitted": "auto-generated", "Message-ID": _message_id(email)},
    )


def what_waits(events: Sequence[str]) -> str:
    """For example: 2 new audit tasks and 1 other notification."""
    work = sum(event in NEW_WORK for event in events)
    others = len(events) - work
    if not work:
        return _several(others, "new notification")
    tasks = _several(work, "new audit task")
    return f"{tasks} and {_several(others, 'other notification')}" if others else tasks


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _message_id(email: Email) -> str:
    """The same each time one is sent, so that a mailbox can tell that it had it already."""
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"<notification-{email.pk}-{email.made_at:%Y%m%d%H%M%S%f}@{host}>"
