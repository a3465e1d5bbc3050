"""Partnerships, the agencies in them, and when their schools are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, UniqueConstraint

from workflows.clock import today

if TYPE_CHECKING:
    from datetime import date


class Partnership(models.Model):
    """A local safeguarding children partnership: the wall around everything it owns."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    amber_after_weeks = models.PositiveSmallIntegerField(
        default=6, help_text="Weeks without an update after which an action turns amber."
    )
    front_door = models.CharField(
        "front door",
        max_length=40,
        blank=True,
        help_text="Children’s social care, in office hours.",
    )
    out_of_hours = models.CharField("out of hours", max_length=40, blank=True)
    lado = models.CharField(
        "local authority designated officer (LADO)",
        max_length=40,
        blank=True,
        help_text="For allegations about somebody who works with children.",
    )
    acknowledge_within_hours = models.PositiveSmallIntegerField(
        default=2, help_text="Hours after which a concern nobody acknowledged is told again (R27)."
    )
    most_open_tasks = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Whoever gives somebody more than this is asked to look again.",
    )

    def __str__(self) -> str:
        return self.name


class AgencyQuerySet(models.QuerySet["Agency"]):
    def on(self, day: date) -> AgencyQuerySet:
        """Agencies that exist on a day: agencies merge, split and are renamed."""
        return self.filter(since__lte=day).filter(Q(until=None) | Q(until__gte=day))

    def going_on(self) -> AgencyQuerySet:
        """Agencies that have not ended."""
        return self.filter(Q(until=None) | Q(until__gte=today()))


class Agency(models.Model):
    """An organisation that audits its own work: children's social care, police, health ...

    Agencies are data, not code, because structures move. One that ends keeps its returns under
    its old name and names its successor.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="agencies")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    signs_off = models.BooleanField(
        default=False, help_text="The agency lead signs off each return before it goes in (R19)."
    )
    keeps_school_terms = models.BooleanField(
        default=False, help_text="Its people are away in the school holidays (R4)."
    )
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "code")
        constraints = (UniqueConstraint(fields=("partnership", "code"), name="agency_code_once"),)

    def __str__(self) -> str:
        return self.name


class SchoolHoliday(models.Model):
    """Weeks in which the schools of a partnership are closed (R4). Term dates are set area by
    area, so they are data of the partnership."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="school_holidays")
    name = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering = ("first",)
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")), name="school_holiday_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Setting(models.Model):
    """One school, practice or office of an agency that answers for itself on a case."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="settings")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("name",)
        constraints = (UniqueConstraint(fields=("agency", "name"), name="setting_once"),)

    def __str__(self) -> str:
        return self.name
