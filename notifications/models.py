"""What people have been told, and how far each person's numbering has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


class Counter(models.Model):
    """The number of the last notification a person was sent.

    It is raised in the transaction that writes the notification, so numbers have no gaps and
    come in the order of commit: whoever holds number 7 has been able to see 1 to 6.
    """

    recipient = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+"
    )
    last_seq = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.last_seq}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, recipient_id: int) -> NotificationQuerySet:
        """What one person has been told."""
        return self.filter(recipient=recipient_id)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(models.Model):
    """One message to one person: what happened, in a sentence, and the page where it is.

    Never deleted and, apart from having been read, never changed. `event_key` names the one
    thing it tells (for example one assignment), so that nobody is told the same thing twice.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    event = models.CharField(max_length=60)
    event_key = models.CharField(max_length=160)
    text = models.TextField()
    url = models.CharField(max_length=500)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("recipient", "seq"), name="notification_seq_once"),
            UniqueConstraint(fields=("recipient", "event_key"), name="notification_told_once"),
            CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"),
                name="notification_url_is_ours",
            ),
        )
        indexes = (
            Index(
                fields=("recipient", "-seq"),
                condition=Q(read_at=None),
                name="notification_unread",
            ),
        )

    def __str__(self) -> str:
        return self.text
