"""What people have been told, and how far each person's numbering has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from notifications.kinds import Kind

if TYPE_CHECKING:
    from datetime import datetime


class Counter(models.Model):
    """The number of the last notification a person was sent.

    It is raised in the transaction that writes the notification, so numbers have no gaps and
    come in the order of commit: whoever holds number 7 has been able to see 1 to 6.
    """

    recipient = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+"
    )
    last_seq = models.PositiveBigIntegerField(default=0)
    #: When an e-mail to them was refused for good; none goes until they say it may.
    refused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.last_seq}"


class EmailQuerySet(models.QuerySet["Email"]):
    def due(self, now: datetime) -> EmailQuerySet:
        """What is to be sent now, and nobody is sending: concerns first, then the oldest."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        waiting = self.filter(free, state=Email.State.WAITING, due_at__lte=now)
        return waiting.order_by("-urgent", "due_at", "pk")

    def abandoned(self, before: datetime) -> EmailQuerySet:
        """What somebody began to send, and nobody has taken up since their lease ran out."""
        return self.filter(state=Email.State.WAITING, leased_until__lt=before)

    def parked(self) -> EmailQuerySet:
        return self.filter(state=Email.State.PARKED)


class Email(models.Model):
    """One e-mail to one person: that something waits for them, never what (docs/adr/0013).

    A worker leases it, sends it and says so. One that was killed in between leaves a lease that
    runs out, and the next worker sends it again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENT = "sent", "Sent"
        NOT_NEEDED = "not_needed", "Not needed: it was read before, or may not be sent"
        REFUSED = "refused", "Refused: there is no such address"
        PARKED = "parked", "Parked: it failed too often"

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        indexes = (
            Index(fields=("due_at",), condition=Q(state="waiting"), name="email_waiting"),
            Index(fields=("due_at",), condition=Q(state="parked"), name="email_parked"),
        )

    def __str__(self) -> str:
        return f"{self.pk}: {self.get_state_display()}"


class HowEmail(models.TextChoices):
    """When somebody gets e-mail about what they are told."""

    NOW = "now", "Soon after it happens"
    DIGEST = "digest", "Once a day"
    NONE = "none", "No e-mail"


class Preference(models.Model):
    """How one person wants to hear of one kind of thing, where it is not as for everybody."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    live = models.BooleanField(default=True)
    email = models.CharField(max_length=6, choices=HowEmail.choices)

    class Meta:
        constraints = (UniqueConstraint(fields=("recipient", "kind"), name="preference_once"),)

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind}"


class Hours(models.Model):
    """At which hour one person gets the daily e-mail, and in which hours none; in local time."""

    recipient = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+"
    )
    daily_at = models.PositiveSmallIntegerField(default=8)
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True, default=20)
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True, default=7)

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.daily_at}"

    def covers(self, hour: int) -> bool:
        """Whether an hour of the day is one of those without e-mail."""
        begins, ends = self.quiet_from, self.quiet_until
        if begins is None or ends is None or begins == ends:
            return False
        return begins <= hour < ends if begins < ends else hour >= begins or hour < ends


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, recipient_id: int) -> NotificationQuerySet:
        """What one person has been told."""
        return self.filter(recipient=recipient_id)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def unsettled(self) -> NotificationQuerySet:
        """Of which nobody has yet settled whether an e-mail tells it."""
        return self.filter(settled_at=None)

    def to_settle(self, now: datetime) -> NotificationQuerySet:
        """Of which it can be settled now, as far as is known; what waits for its hour is left."""
        return self.unsettled().filter(Q(due_at=None) | Q(due_at__lte=now))


class Notification(models.Model):
    """One message to one person: what happened, in a sentence, and the page where it is.

    Never deleted and, apart from having been read and e-mailed, never changed. `event_key` names
    the one thing it tells (for example one assignment), so that nobody is told it twice.
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
    #: When an e-mail about it falls due; empty until a worker has looked.
    due_at = models.DateTimeField(null=True, blank=True)
    #: When it was settled whether an e-mail tells it, and which one does.
    settled_at = models.DateTimeField(null=True, blank=True)
    email = models.ForeignKey(
        Email, models.PROTECT, null=True, blank=True, related_name="notifications", db_index=False
    )

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
            Index(
                fields=("recipient", "seq"),
                condition=Q(settled_at=None),
                name="notification_unsettled",
            ),
            Index(
                fields=("due_at", "recipient"),
                condition=Q(settled_at=None),
                name="notification_email_due",
            ),
            Index(
                fields=("email",), condition=Q(email__isnull=False), name="notification_of_email"
            ),
        )

    def __str__(self) -> str:
        return self.text
