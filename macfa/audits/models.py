"""The audit: its candidate themes, the views on them, its scope and its dates."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q, UniqueConstraint

from macfa.audits.dates import propose
from macfa.audits.lifecycle import ENDED, SAYS, WORKING_STAGES, AuditLifecycle, Stage
from macfa.audits.pausing import Pausable
from macfa.people.models import Agency, Membership, Partnership, User
from macfa.people.roles import Role
from macfa.tools.models import ToolVersion
from workflows.models import Record

#: Roles whose holders see every audit of their partnership (not the cases in it).
SEES_AUDITS = (
    Role.COORDINATOR,
    Role.AGENCY_LEAD,
    Role.PANEL,
    Role.SCRUTINEER,
    Role.QPPA,
    Role.BOARD,
)

#: Roles whose holders read what every QPPA member said about the candidate themes.
READS_VIEWS = (Role.COORDINATOR, Role.SCRUTINEER, Role.QPPA)


PLACES = ("1st", "2nd", "3rd")


def place(rank: int) -> str:
    """1st, 2nd, 3rd, 4th: where a theme was put."""
    return PLACES[rank - 1] if rank <= len(PLACES) else f"{rank}th"


class AuditQuerySet(models.QuerySet["Audit"]):
    def visible_to(self, person: User) -> AuditQuerySet:
        """The audits of the partnerships in which somebody holds a role that sees them."""
        memberships = Membership.objects.current().filter(
            person=person,
            team__role__in=SEES_AUDITS,
            team__partnership=models.OuterRef("partnership"),
        )
        return self.filter(models.Exists(memberships))

    def running(self) -> AuditQuerySet:
        """Audits that are neither closed nor withdrawn."""
        return self.exclude(state__in=ENDED)


class Audit(AuditLifecycle, Pausable):
    """A multi-agency case file audit (MACFA): one theme, a sample of cases, and what follows.

    It carries everything that must be settled before it can be issued: theme, key lines of
    enquiry, look-back dates, criteria, agencies, tool version and scale, stage dates (R1).
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="audits")
    prefix = models.CharField(
        "short reference", max_length=8, help_text="Prefixes its cases: NEG gives NEG-01."
    )
    title = models.CharField(max_length=200)
    period = models.CharField(max_length=40, help_text="When it is planned for: “Q1 2026/27”.")
    opened_on = models.DateField()
    coordinator = models.ForeignKey(User, models.PROTECT, related_name="+")
    theme = models.ForeignKey(
        "audits.Theme", models.PROTECT, null=True, related_name="+", editable=False
    )
    theme_reason = models.TextField(blank=True)
    theme_decided_by = models.CharField(max_length=200, blank=True)
    purpose = models.TextField(blank=True)
    enquiry = models.TextField("key lines of enquiry", blank=True, help_text="One on each line.")
    criteria = models.TextField("which cases can be drawn", blank=True)
    looks_back_from = models.DateField(null=True, blank=True)
    looks_back_to = models.DateField(null=True, blank=True)
    agencies = models.ManyToManyField(Agency, blank=True, related_name="audits")
    tool_version = models.ForeignKey(ToolVersion, models.PROTECT, null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)
    destroyed = models.JSONField(
        default=dict,
        editable=False,
        help_text="The classes of record that were destroyed, each with the day.",
    )

    objects = AuditQuerySet.as_manager()

    SAYS = SAYS

    class Meta:
        constraints = (
            UniqueConstraint(fields=("partnership", "prefix"), name="audit_prefix_once"),
        )

    def get_absolute_url(self) -> str:
        return f"/audits/{self.public_id}/"

    def __str__(self) -> str:
        return f"{self.prefix} {self.title}"

    @property
    def reference(self) -> str:
        """`NEG`: the short reference, unique in the partnership."""
        return self.prefix

    @property
    def stage(self) -> Stage:
        """The stage the audit is at."""
        return Stage(self.state)

    @property
    def enquiries(self) -> list[str]:
        """The key lines of enquiry, one at a time."""
        return [line.strip() for line in self.enquiry.splitlines() if line.strip()]

    @property
    def planned(self) -> dict[Stage, date]:
        """The day each stage should be over, for the stages that have one."""
        return {Stage(row.stage): row.planned for row in self.stage_dates.all()}

    @property
    def stages_to_come(self) -> tuple[Stage, ...]:
        """The stage the audit is at and those after it: the ones whose dates can move."""
        if self.stage in ENDED:
            return ()
        return WORKING_STAGES[WORKING_STAGES.index(self.stage) :]

    def due(self, stage: Stage) -> date:
        """The day a stage should be over. Before the dates are set, as if it had begun at once."""
        planned = self.stage_dates.filter(stage=stage).first()
        return planned.planned if planned else propose(self.opened_on)[stage]

    def destroyed_on(self, kind: str) -> date | None:
        """When a class of record was destroyed; nothing while it is kept."""
        day = self.destroyed.get(kind)
        return date.fromisoformat(day) if day else None

    @property
    def views_awaited(self) -> models.QuerySet[ThemeView]:
        """Views of the themes that were asked for and can still come: none after the choice."""
        if self.theme_id is not None:
            return self.theme_views.none()
        return self.theme_views.filter(given_at=None).order_by("pk")


class StageDate(models.Model):
    """The day by which a stage should be over, planned and, once it is, actual (R1, R3)."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="stage_dates")
    stage = models.CharField(max_length=30, choices=[(s.value, s.label) for s in WORKING_STAGES])
    planned = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    actual = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("planned",)
        constraints = (UniqueConstraint(fields=("audit", "stage"), name="stage_date_once"),)

    def __str__(self) -> str:
        return f"{self.audit.prefix} {self.stage} {self.planned}"


class Theme(models.Model):
    """A candidate theme: what might be audited, where the idea comes from, and why now."""

    class Source(models.TextChoices):
        PRIORITY = "priority", "Partnership priority"
        EMERGING = "emerging", "Emerging theme"
        PRACTICE_REVIEW = "practice_review", "Practice-review learning"
        DATA = "data", "Performance data"
        EARLIER_FINDING = "earlier_finding", "Earlier finding"
        INSPECTION = "inspection", "Inspection"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="themes")
    title = models.CharField(max_length=200)
    sources = models.JSONField(default=list)
    evidence = models.TextField()
    from_audit = models.ForeignKey(
        Audit, models.PROTECT, null=True, blank=True, related_name="led_to"
    )

    class Meta:
        ordering = ("pk",)
        constraints = (UniqueConstraint(fields=("audit", "title"), name="theme_once"),)

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> int:
        """Which candidate theme of its audit it is: the ledger's facts tell themes by number,
        since a title is free text."""
        return self.audit.themes.filter(pk__lte=self.pk).count()

    @property
    def source_names(self) -> list[str]:
        """Where the idea comes from, in words."""
        return [str(self.Source(source).label) for source in self.sources]


class ThemeViewQuerySet(models.QuerySet["ThemeView"]):
    def visible_to(self, person: User) -> ThemeViewQuerySet:
        """One's own view; everyone's for the coordinator, the scrutineer and the QPPA."""
        readers = Membership.objects.current().filter(
            person=person,
            team__role__in=READS_VIEWS,
            team__partnership=models.OuterRef("audit__partnership"),
        )
        return self.filter(Q(person=person) | models.Exists(readers))


class ThemeView(Record):
    """What one QPPA member was asked about the candidate themes, and what they answered."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="theme_views")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    given_at = models.DateTimeField(null=True)

    objects = ThemeViewQuerySet.as_manager()

    SAYS = {
        "view_asked": "asked for a view on the candidate themes",
        "view_given": "gave a view on the candidate themes",
        "view_changed": "changed their view on the candidate themes",
    }

    class Meta:
        constraints = (UniqueConstraint(fields=("audit", "person"), name="theme_view_once"),)

    def get_absolute_url(self) -> str:
        return f"{self.audit.get_absolute_url()}themes/"

    def __str__(self) -> str:
        return f"{self.person} on {self.audit.prefix}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return self.audit.prefix


class ThemeRank(models.Model):
    """Where a QPPA member puts one candidate theme: 1 is first."""

    view = models.ForeignKey(ThemeView, models.PROTECT, related_name="ranks")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="ranks")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("view", "theme"), name="theme_rank_once"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="theme_rank_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.theme}: {self.place}"

    @property
    def place(self) -> str:
        """Where the theme was put, in words: “1st”."""
        return place(self.rank)
