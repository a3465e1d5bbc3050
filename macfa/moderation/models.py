"""Stage 4: the panel, its sittings and members, and the grades it records.

Agency grade, panel grade and case grade are three columns in three tables. None overwrites
another, nothing is averaged (R29, R30), and an earlier decision is kept beside the new one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q, UniqueConstraint

from macfa.audits.models import Audit
from macfa.people.models import Agency, Membership, User
from macfa.people.roles import SITS_ON_PANELS, Role
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import Case
from macfa.tools.models import Domain, Grade
from workflows import clock
from workflows.models import Record

#: Three statutory partners and the case's main agencies is a sane default where none is set.
USUAL_QUORUM = 3


class PanelQuerySet(models.QuerySet["Panel"]):
    def visible_to(self, person: User) -> PanelQuerySet:
        """The panels somebody sits on, while they serve, and those they coordinate."""
        serves = Membership.objects.current().filter(
            person=person, team__partnership=OuterRef("audit__partnership")
        )
        sits = PanelMember.objects.filter(panel=OuterRef("pk"), person=person)
        return self.filter(
            Q(Exists(sits), Exists(serves.filter(team__role__in=SITS_ON_PANELS)))
            | Q(Exists(serves.filter(team__role=Role.COORDINATOR)))
        )


class Panel(Record):
    """The people who moderate an audit together, and who chairs them."""

    audit = models.OneToOneField(Audit, models.PROTECT, related_name="panel")
    chair = models.ForeignKey(User, models.PROTECT, related_name="+")
    meets_on = models.DateField()
    quorum = models.PositiveSmallIntegerField(default=USUAL_QUORUM)

    objects = PanelQuerySet.as_manager()

    SAYS = {
        "convened": "convened a panel of {count}, chaired by {chair_person}",
        "member_added": "added {member_person} to the panel",
        "guest_added": "added somebody without an account to the panel",
        "sat": "recorded a sitting with {present} present, {quorate}",
    }

    def get_absolute_url(self) -> str:
        return f"/moderation/panels/{self.public_id}/"

    def __str__(self) -> str:
        return f"Panel of {self.audit.prefix}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return self.audit.prefix


class PanelMember(Record):
    """Someone on the panel, for an agency or as chair; also somebody without an account."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="members")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=120, blank=True)
    deputy_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    prepared_at = models.DateTimeField(null=True)

    SAYS = {
        "joined": "named a member of the panel",
        "prepared": "read the cases and declared conflicts of interest",
    }

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("panel", "person"), condition=~Q(person=None), name="panel_member_once"
            ),
        )

    def get_absolute_url(self) -> str:
        return self.panel.get_absolute_url()

    def __str__(self) -> str:
        return self.name

    @property
    def thread(self) -> int:
        return self.panel.audit_id

    @property
    def reference(self) -> str:
        return self.panel.audit.prefix


class Sitting(models.Model):
    """One meeting of the panel, with its own attendance and quorum."""

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="sittings")
    held_on = models.DateField()
    present = models.ManyToManyField(PanelMember, related_name="sittings")
    note = models.TextField(blank=True, help_text="Why the panel went ahead, if not quorate.")

    class Meta:
        ordering = ("held_on", "pk")

    def __str__(self) -> str:
        return f"{self.panel} on {self.held_on}"


class Decision(models.Model):
    """What every decision of the panel carries: a reason, who decided, and who typed (R29)."""

    grade = models.ForeignKey(Grade, models.PROTECT, related_name="+")
    reason = models.TextField()
    decided_by = models.CharField(max_length=200)
    typed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    current = models.BooleanField(default=True)

    class Meta:
        abstract = True


class PanelGrade(Decision):
    """The panel's grade for one agency's work on one case, beside the agency's own."""

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="panel_grades")

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("agency_return",), condition=Q(current=True), name="one_current_panel_grade"
            ),
        )

    def __str__(self) -> str:
        return str(self.grade)


class DomainGrade(Decision):
    """The panel's grade for one domain of a case, all agencies together."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="domain_grades")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("case", "domain"),
                condition=Q(current=True),
                name="one_current_domain_grade",
            ),
        )

    def __str__(self) -> str:
        return str(self.grade)


class CaseGrade(Decision):
    """The multi-agency grade of a case: the panel's own judgement, never an average (R30)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="case_grades")
    dissent = models.TextField(blank=True)

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("case",), condition=Q(current=True), name="one_current_case_grade"
            ),
        )

    def __str__(self) -> str:
        return str(self.grade)


class GoneAhead(models.Model):
    """Why the panel decides a case without one of its members, for whom nobody sits in: they are
    away, or have a conflict of interest."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="gone_ahead")
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="+")
    why = models.TextField()
    decided_by = models.CharField(max_length=200)
    typed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("pk",)
        constraints = (
            UniqueConstraint(fields=("case", "member"), name="gone_ahead_without_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.case} without {self.member}"
