"""Stage 5: what the audit found, and the report made from it."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint

from macfa.audits.models import Audit
from macfa.findings.lifecycle import SAYS, ReportLifecycle, ReportState
from macfa.people.models import Agency, Membership, User
from macfa.people.roles import Role
from macfa.sampling.models import Case
from macfa.tools.models import Domain
from workflows.models import Record

#: Who writes findings down: the coordinator for the panel, the chair, and panel members.
RECORDS_FINDINGS = (Role.COORDINATOR, Role.SCRUTINEER, Role.PANEL)
#: Who reads the findings while they are being agreed.
READS_FINDINGS = (*RECORDS_FINDINGS, Role.QPPA)
#: Who reads a report before it is signed off: those who make it, and those who sign it off.
READS_DRAFTS = (Role.COORDINATOR, Role.SCRUTINEER, Role.QPPA)


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, person: User) -> FindingQuerySet:
        """The findings of the partnerships in which somebody helps to agree them."""
        reads = Membership.objects.current().filter(
            person=person,
            team__role__in=READS_FINDINGS,
            team__partnership=models.OuterRef("audit__partnership"),
        )
        return self.filter(models.Exists(reads))


class Finding(Record):
    """One thing the audit found, linked to the cases, domains and agencies it rests on (R34)."""

    class Kind(models.TextChoices):
        GOOD_PRACTICE = "good_practice", "Good practice"
        LEARNING = "learning", "Learning"
        SYSTEM = "system", "System finding"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    cases = models.ManyToManyField(Case, blank=True, related_name="findings")
    domains = models.ManyToManyField(Domain, blank=True, related_name="+")
    agencies = models.ManyToManyField(Agency, blank=True, related_name="+")
    repeats = models.CharField(
        max_length=200, blank=True, help_text="The earlier audit in which it was found (R35)."
    )

    objects = FindingQuerySet.as_manager()

    SAYS = {"found": "recorded the finding {number}", "edited": "edited the finding {number}"}

    class Meta:
        ordering = ("kind", "number")
        constraints = (
            UniqueConstraint(fields=("audit", "kind", "number"), name="finding_number_once"),
        )

    def get_absolute_url(self) -> str:
        return f"{self.audit.get_absolute_url()}findings/"

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def label(self) -> str:
        """`P1` for good practice, `F1` for learning, `S1` for a system finding."""
        return {"good_practice": "P", "learning": "F", "system": "S"}[self.kind] + str(self.number)

    @property
    def reference(self) -> str:
        return f"{self.audit.prefix} {self.label}"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, person: User) -> ReportQuerySet:
        """Drafts for those who make and sign them off; signed-off reports for the partnership.

        A system administrator looks after accounts and reads no report; an inspector reads what
        was frozen for them.
        """
        current = Membership.objects.current().filter(
            person=person, team__partnership=models.OuterRef("audit__partnership")
        )
        makes = current.filter(team__role__in=READS_DRAFTS)
        reads = current.exclude(team__role__in=(Role.ADMIN, Role.INSPECTOR))
        return self.filter(
            models.Q(models.Exists(makes))
            | models.Q(models.Exists(reads), state=ReportState.SIGNED_OFF)
        )

    def signed_off(self) -> ReportQuerySet:
        """Versions that cannot change any more."""
        return self.filter(state=ReportState.SIGNED_OFF)

    def under_way(self) -> ReportQuerySet:
        """Versions that are being written or wait for sign-off: one at most for each audit."""
        return self.exclude(state=ReportState.SIGNED_OFF)


class Report(ReportLifecycle):
    """One version of an audit's report. A correction after sign-off is a new version (R40).

    `contents` holds what the report says from the moment it is put to the QPPA, so that what is
    signed off is what was read, whatever changes in the audit meanwhile.
    """

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField(default=1)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    summary = models.TextField(blank=True)
    method = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    signed_off_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_off_at = models.DateTimeField(null=True, editable=False)
    contents = models.JSONField(null=True, editable=False)
    board_said = models.TextField(
        blank=True, editable=False, help_text="Why the Board sent this version back."
    )
    board_who = models.CharField(max_length=200, blank=True, editable=False)
    board_on = models.DateField(null=True, editable=False)

    objects = ReportQuerySet.as_manager()

    SAYS = SAYS

    class Meta:
        ordering = ("number",)
        constraints = (UniqueConstraint(fields=("audit", "number"), name="report_once"),)

    def get_absolute_url(self) -> str:
        return f"/reports/{self.public_id}/"

    def __str__(self) -> str:
        return f"{self.audit.prefix} report, version {self.number}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return f"{self.audit.prefix} report"
