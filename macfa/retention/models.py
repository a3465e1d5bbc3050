"""Periods, legal holds, and destructions with their certificates (R57)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, UniqueConstraint

from macfa.audits.models import Audit
from macfa.people.models import Membership, Partnership, User
from macfa.people.roles import Role
from macfa.retention.lifecycle import (
    DestructionLifecycle,
    DestructionState,
    HoldLifecycle,
    HoldState,
)
from workflows import clock
from workflows.models import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Who sees what is kept, until when, and why.
OVERSEES = (Role.COORDINATOR, Role.SCRUTINEER)


class Kept(models.TextChoices):
    """The classes of record. What each holds, and for how long, is in `classes.py`."""

    IDENTITY_KEY = "identity_key", "Identity key"
    CASE_MATERIAL = "case_material", "Agency returns and panel notes"
    REPORT = "report", "Report, actions and sign-off"
    CONCERNS = "concerns", "Immediate concerns and staff conduct"
    LEDGER = "ledger", "Ledger and log of who read what"


def _overseen_by(person: User) -> Exists:
    """Rows of the partnerships that somebody coordinates or scrutinises."""
    return Exists(
        Membership.objects.current().filter(
            person=person, team__role__in=OVERSEES, team__partnership=OuterRef("partnership")
        )
    )


class Period(Record):
    """For how many months a partnership keeps a class of record, where it chose so."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="periods")
    kind = models.CharField(
        max_length=20, choices=Kept.choices, help_text="The class of record it is about."
    )
    months = models.PositiveSmallIntegerField()

    SAYS = {"period_set": "set the period of “{kind}” to {months} months"}

    class Meta:
        verbose_name = "retention period"
        constraints = (UniqueConstraint(fields=("partnership", "kind"), name="period_once"),)

    def get_absolute_url(self) -> str:
        return "/retention/periods/"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.months} months"


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, person: User) -> HoldQuerySet:
        """Those of the partnerships that somebody oversees."""
        return self.filter(_overseen_by(person))

    def standing(self) -> HoldQuerySet:
        """Holds that nobody has lifted."""
        return self.filter(state=HoldState.STANDING)


class Hold(HoldLifecycle):
    """A legal hold: nothing of an audit may be destroyed, or of any audit on a theme.

    A theme is held by its words: whichever audit has them in its title or its chosen theme is
    held, also one that is opened later.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="holds")
    audit = models.ForeignKey(Audit, models.PROTECT, null=True, related_name="holds")
    theme = models.CharField(
        max_length=120, blank=True, help_text="The words that an audit on the theme has."
    )
    reason = models.TextField("why nothing may be destroyed")
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    placed_at = models.DateTimeField(default=clock.now, editable=False)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_because = models.TextField(blank=True, editable=False)

    objects = HoldQuerySet.as_manager()

    SAYS = {"placed": "placed a legal hold", "lift": "lifted the legal hold"}

    class Meta:
        verbose_name = "legal hold"
        ordering = ("-placed_at", "-pk")
        constraints = (
            CheckConstraint(
                condition=Q(audit=None) & ~Q(theme="") | Q(audit__isnull=False, theme=""),
                name="hold_of_audit_or_theme",
            ),
        )

    def get_absolute_url(self) -> str:
        return f"/retention/holds/{self.public_id}/"

    def __str__(self) -> str:
        return f"Legal hold on {self.audit or f'the theme “{self.theme}”'}"

    @property
    def thread(self) -> int | None:
        return self.audit_id

    @property
    def reference(self) -> str:
        """`NEG` where it is on one audit."""
        return self.audit.prefix if self.audit else ""

    def covers(self, audit: Audit) -> bool:
        """Whether it holds this audit."""
        if self.audit_id is not None:
            return self.audit_id == audit.pk
        about = f"{audit.title}\n{audit.theme or ''}".casefold()
        return self.partnership_id == audit.partnership_id and self.theme.casefold() in about


def standing_on(audits: Iterable[Audit]) -> dict[int, list[Hold]]:
    """The holds that stand on each of these audits, by its number, in one statement."""
    wanted = list(audits)
    homes = {audit.partnership_id for audit in wanted}
    holds = list(Hold.objects.standing().filter(partnership__in=homes).select_related("audit"))
    return {audit.pk: [hold for hold in holds if hold.covers(audit)] for audit in wanted}


class DestructionQuerySet(models.QuerySet["Destruction"]):
    def visible_to(self, person: User) -> DestructionQuerySet:
        """Those of the partnerships that somebody oversees."""
        return self.filter(_overseen_by(person))

    def proposed(self) -> DestructionQuerySet:
        """Those that wait for the second person."""
        return self.filter(state=DestructionState.PROPOSED)

    def done(self) -> DestructionQuerySet:
        """Those that were confirmed: their pages are certificates."""
        return self.filter(state=DestructionState.DESTROYED)


class Destruction(DestructionLifecycle):
    """What is due of one class of one audit, proposed by one person and confirmed by another.

    Once confirmed it is the certificate, and stays for ever. It holds counts and no content.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="destructions")
    audit = models.ForeignKey(Audit, models.PROTECT, related_name="destructions")
    kind = models.CharField(
        max_length=20, choices=Kept.choices, help_text="The class of record that goes."
    )
    due_on = models.DateField()
    counts = models.JSONField(default=dict, help_text="How many of what were counted.")
    digest = models.CharField(
        max_length=64, help_text="The SHA-256 of exactly the rows that were counted."
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    backups_until = models.DateField(
        null=True,
        editable=False,
        help_text="Until when backups that were made before may still hold it.",
    )
    stopped_because = models.TextField(blank=True, editable=False)

    objects = DestructionQuerySet.as_manager()

    SAYS = {
        "proposed": "proposed to destroy: {kind}",
        "confirm": "confirmed, and destroyed: {kind} ({count} in all)",
        "stop": "said no to destroying: {kind}",
    }

    class Meta:
        ordering = ("-proposed_at", "-pk")
        constraints = (
            UniqueConstraint(
                fields=("audit", "kind"),
                condition=Q(state=DestructionState.PROPOSED),
                name="one_proposed_destruction",
            ),
            CheckConstraint(
                condition=Q(ended_by=None)
                | Q(state=DestructionState.STOPPED)
                | ~Q(ended_by=models.F("proposed_by")),
                name="destroyed_by_two_people",
            ),
        )

    def get_absolute_url(self) -> str:
        return f"/retention/destructions/{self.public_id}/"

    def __str__(self) -> str:
        return f"{self.audit.prefix}: {self.get_kind_display().lower()}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return self.audit.prefix

    @property
    def number(self) -> int:
        """How many rows and texts in all."""
        return sum(self.counts.values())
