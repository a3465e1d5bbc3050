"""Immediate concerns: what somebody saw, what was done, and who confirms it (R25 to R28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, UniqueConstraint
from django.utils import timezone
from django.utils.formats import date_format

from macfa.audits.models import Audit
from macfa.concerns.lifecycle import OPEN, SAYS, ConcernLifecycle
from macfa.people.models import Agency, Membership, Partnership, User
from macfa.people.roles import Role
from macfa.sampling.models import Case, CaseAccess
from workflows import clock
from workflows.models import Record

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet


def _works_here(person: User) -> QuerySet[Membership]:
    """What somebody does today in the partnership that a row belongs to."""
    held = Membership.objects.current().filter(person=person)
    return held.filter(team__partnership=OuterRef("partnership"))


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, person: User) -> ConcernQuerySet:
        """One's own while one works in the partnership, and those that need one."""
        own = Q(raised_by=person) & Q(Exists(_works_here(person)))
        return self.filter(own | self._need(person))

    def needing(self, person: User) -> ConcernQuerySet:
        """Open ones that somebody has still to acknowledge or to confirm."""
        confirmed = Confirmation.objects.filter(concern=OuterRef("pk"), by=person)
        return self.open().filter(self._need(person)).exclude(Exists(confirmed))

    def _need(self, person: User) -> Q:
        """Those of the partnership one coordinates or the agency one leads; the scrutineer's once
        they were told. A lead or scrutineer in conflict with the case sees none.
        """
        here = _works_here(person)
        coordinates = here.filter(team__role=Role.COORDINATOR)
        leads = here.filter(team__role=Role.AGENCY_LEAD, team__agency=OuterRef("agency"))
        chairs: Any = Q(Exists(here.filter(team__role=Role.SCRUTINEER)), ~Q(escalated_at=None))
        conflict = CaseAccess.objects.conflicts(person).filter(case=OuterRef("case"))
        others = (Q(Exists(leads)) | chairs) & ~Q(Exists(conflict))
        need: Q = Q(Exists(coordinates)) | others
        return need

    def closed_to(self, person: User) -> ConcernQuerySet:
        """About a case somebody has a conflict of interest with. A coordinator is always asked."""
        coordinates = _works_here(person).filter(team__role=Role.COORDINATOR)
        conflict = CaseAccess.objects.conflicts(person).filter(case=OuterRef("case"))
        return self.filter(Exists(conflict)).exclude(Exists(coordinates))

    def open(self) -> ConcernQuerySet:
        """Those that two people have not confirmed yet."""
        return self.filter(state__in=OPEN)


class Concern(ConcernLifecycle):
    """Somebody reading a file found that a child may be at risk now.

    It is a record and no referral. It belongs to no audit: a case is known from the reference
    that was typed, whether or not whoever typed it may open the case.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="concerns")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    case_reference = models.CharField(max_length=40, blank=True)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, related_name="concerns", editable=False
    )
    audit = models.ForeignKey(
        Audit, models.PROTECT, null=True, related_name="concerns", editable=False
    )
    seen = models.TextField("what was seen")
    done = models.TextField("what was done")
    done_by = models.CharField(max_length=200)
    done_when = models.CharField(max_length=100)
    referral = models.CharField("referral reference", max_length=100, blank=True)
    not_referred_because = models.TextField(blank=True)
    told = models.TextField("who was told")
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    raised_at = models.DateTimeField(default=clock.now, editable=False)
    acknowledged_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    acknowledged_at = models.DateTimeField(null=True, editable=False)
    alerted = models.PositiveIntegerField(default=0, editable=False)
    escalated_at = models.DateTimeField(null=True, editable=False)

    objects = ConcernQuerySet.as_manager()

    SAYS = SAYS

    class Meta:
        verbose_name = "immediate concern"
        ordering = ("-raised_at",)
        constraints = (
            CheckConstraint(
                condition=~Q(referral="", not_referred_because=""),
                name="concern_referred_or_says_why_not",
            ),
        )

    def get_absolute_url(self) -> str:
        return f"/concerns/{self.public_id}/"

    def __str__(self) -> str:
        return "Immediate concern"

    @property
    def reference(self) -> str:
        """Which of several it is, without a word of it: when it was raised."""
        words = date_format(timezone.localtime(self.raised_at), "j M \\a\\t g:ia")
        return words.replace(".", "")

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do about it."""
        return self.state in OPEN


class ConcernNote(models.Model):
    """What became known, or was done, while a concern was open."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"note {self.pk}"


class Confirmation(models.Model):
    """One of the two people who confirm what was done, and what came of it (R26)."""

    class Capacity(models.TextChoices):
        COORDINATOR = "coordinator", "as coordinator"
        SECOND = "second", "as second person"

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="confirmations")
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    outcome = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            UniqueConstraint(fields=("concern", "by"), name="confirmation_of_person_once"),
            UniqueConstraint(fields=("concern", "capacity"), name="confirmation_of_capacity_once"),
        )

    def __str__(self) -> str:
        return f"{self.concern_id} {self.capacity}"


class StaffMatterQuerySet(models.QuerySet["StaffMatter"]):
    def visible_to(self, person: User) -> StaffMatterQuerySet:
        """One's own while one works in the partnership, and those of the partnership whose
        staff-conduct contact one is."""
        here = _works_here(person)
        contacts = here.filter(team__role=Role.STAFF_CONDUCT)
        return self.filter(Q(raised_by=person) & Q(Exists(here)) | Q(Exists(contacts)))


class StaffMatter(Record):
    """A restricted record about the conduct of somebody who works with children (R28).

    The local authority designated officer (LADO) deals with it, and not this site. It is tied to
    no audit and no case, and stands in no list, count or report.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="+")
    seen = models.TextField("what was seen or heard")
    done = models.TextField("what was done")
    done_when = models.CharField(max_length=100)
    told = models.TextField("who was told")
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    raised_at = models.DateTimeField(default=clock.now, editable=False)
    contact_told = models.BooleanField(
        editable=False, help_text="Whether a staff-conduct contact was there to be told."
    )

    objects = StaffMatterQuerySet.as_manager()

    SAYS = {"recorded": "recorded a restricted matter"}

    class Meta:
        verbose_name = "restricted matter"

    def get_absolute_url(self) -> str:
        return f"/concerns/staff/{self.public_id}/"

    def __str__(self) -> str:
        return "Restricted matter"
