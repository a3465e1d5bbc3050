"""Stage 2: the pool, the draw from it, the cases, who may see them, and the identity key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q, UniqueConstraint

from macfa.audits.lifecycle import ENDED, Stage
from macfa.audits.models import Audit, StageDate
from macfa.audits.pausing import Pausable
from macfa.people.models import Agency, Setting, Team, User
from macfa.people.roles import AUDITS_FOR_AGENCY, SITS_ON_PANELS
from macfa.people.rules import posts_of
from macfa.sampling.lifecycle import SAYS, CaseLifecycle, CaseState
from macfa.sampling.marks import told_by
from workflows import clock
from workflows.ids import public_id
from workflows.models import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How long a file waits for somebody to say what its columns hold: no longer than a session.
UPLOADS_LAST = timedelta(hours=12)
#: How far back an audit counts as recent when a child comes up again.
RECENT = timedelta(days=365)
#: The stages at whose end a child's records are being audited, and have been.
AUDITED_IN = (Stage.CASE_SAMPLING, Stage.AGENCY_AUDITS)


class PoolUploadQuerySet(models.QuerySet["PoolUpload"]):
    def waiting(self) -> PoolUploadQuerySet:
        """Files that somebody may still explain and load."""
        return self.filter(created_at__gt=clock.now() - UPLOADS_LAST)

    def forgotten(self) -> PoolUploadQuerySet:
        """Files that nobody came back to; they go."""
        return self.filter(created_at__lte=clock.now() - UPLOADS_LAST)


class PoolUpload(models.Model):
    """A file while somebody says what its columns hold: sealed, theirs alone, soon gone.

    It becomes a pool or is thrown away; of the file itself nothing is kept.
    """

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    audit = models.ForeignKey(Audit, models.PROTECT, related_name="pool_uploads")
    file_name = models.CharField(max_length=200)
    sealed = models.BinaryField()
    sealed_header = models.BinaryField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = PoolUploadQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("audit", "created_by"), name="one_upload_a_person"),
        )

    def __str__(self) -> str:
        return f"file for {self.audit.prefix}"


class Pool(Record):
    """The list of cases an audit may be drawn from, as read from one file.

    The rows hold only the row id and characteristics; whatever identifies a child went straight
    into the identity key.
    """

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="pools")
    file_name = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    row_id_column = models.CharField(max_length=100)
    characteristics = models.JSONField(default=list)
    identifying = models.JSONField(default=list)
    size = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(default=clock.now)
    loaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    SAYS = {"pool_loaded": "loaded a pool of {size} cases"}

    class Meta:
        get_latest_by = "pk"

    def get_absolute_url(self) -> str:
        return f"{self.audit.get_absolute_url()}sample/"

    def __str__(self) -> str:
        return f"{self.audit.prefix}: {self.size} rows"

    @property
    def told_by(self) -> list[str]:
        """The columns by which its children are known again in other lists, if there are any."""
        return told_by(self.identifying)

    def marks(self, row_ids: Iterable[str]) -> dict[str, str]:
        """The marks of the children in these rows, by row id; of those that have one."""
        keys = IdentityKey.objects.filter(pool_row__pool=self, pool_row__row_id__in=list(row_ids))
        return dict(keys.exclude(mark="").values_list("pool_row__row_id", "mark"))

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return self.audit.prefix


class PoolRow(models.Model):
    """One case of the pool: its row id and what is known about it in bands, no identity."""

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="rows")
    row_id = models.CharField(max_length=200)
    characteristics = models.JSONField(default=dict)

    class Meta:
        constraints = (UniqueConstraint(fields=("pool", "row_id"), name="pool_row_once"),)

    def __str__(self) -> str:
        return f"row {self.pk}"


class Draw(Record):
    """A draw that anyone can repeat: method, population, strata, seed, person and time (R6)."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="draws")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="draws")
    method = models.CharField(max_length=40)
    seed = models.CharField(max_length=100)
    strata = models.JSONField(default=list)
    quotas = models.JSONField(default=list)
    purposive = models.JSONField(default=list)
    random = models.PositiveSmallIntegerField(default=0)
    reserves = models.PositiveSmallIntegerField(default=0)
    exclude_if = models.JSONField(default=list)
    population = models.PositiveIntegerField()
    chosen = models.JSONField(default=list)
    held_in_reserve = models.JSONField(default=list)
    note = models.TextField()
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(default=clock.now)

    SAYS = {"drawn": "drew {count} cases from {population} by {method}"}

    def get_absolute_url(self) -> str:
        return f"{self.audit.get_absolute_url()}sample/draws/{self.public_id}/"

    def __str__(self) -> str:
        return f"{self.audit.prefix}: {self.method}, seed {self.seed}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return self.audit.prefix


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, person: User) -> CaseQuerySet:
        """The cases somebody may see: an access row of theirs or of a team, and no conflict."""
        return self.filter(
            Exists(CaseAccess.objects.granting(person).filter(case=OuterRef("pk"))),
            ~Exists(CaseAccess.objects.conflicts(person).filter(case=OuterRef("pk"))),
        )

    def counted(self) -> CaseQuerySet:
        """The cases that count: all but the replaced ones."""
        return self.exclude(state=CaseState.REPLACED)

    def elsewhere(self, audit: Audit, marks: Iterable[str]) -> CaseQuerySet:
        """Cases of the children with these marks in the partnership's other audits, live or recent.

        Live is neither closed nor withdrawn. Recent is audited in the last 12 months: sent to the
        agencies in them, or come back from them.
        """
        audited = StageDate.objects.filter(
            audit=OuterRef("audit"), stage__in=AUDITED_IN, actual__gte=clock.today() - RECENT
        )
        return (
            self.counted()
            .filter(~Q(audit__state__in=ENDED) | Exists(audited))
            .filter(audit__partnership=audit.partnership_id)
            .filter(identity__mark__in=[each for each in marks if each])
            .exclude(audit=audit)
        )


class Case(CaseLifecycle, Pausable):
    """One child's case in an audit, known by its reference alone: `NEG-03` (R7)."""

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="cases")
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="cases")
    number = models.PositiveSmallIntegerField()
    label = models.CharField("case reference", max_length=16, editable=False)
    row_id = models.CharField(max_length=200, default="", editable=False)
    stratum = models.CharField(max_length=120)
    profile = models.TextField(blank=True, help_text="In bands only: nothing that identifies.")
    characteristics = models.JSONField(default=dict)
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaces", editable=False
    )
    replaced_because = models.TextField(blank=True)
    added_because = models.TextField(
        blank=True, help_text="Of a case that joined the audit after it was issued."
    )
    added_approved_by = models.CharField(max_length=200, blank=True)

    objects = CaseQuerySet.as_manager()

    SAYS = SAYS

    class Meta:
        ordering = ("number",)
        constraints = (UniqueConstraint(fields=("audit", "number"), name="case_number_once"),)

    def get_absolute_url(self) -> str:
        return f"/cases/{self.public_id}/"

    def __str__(self) -> str:
        return self.label

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        return self.label


class IdentityKey(models.Model):
    """The one table in which a case's identity lies, encrypted; opened only with a reason.

    The mark beside it tells whether two lists name the same child, and nothing else.
    """

    pool_row = models.OneToOneField(PoolRow, models.PROTECT, primary_key=True, related_name="key")
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="identity")
    sealed = models.BinaryField()
    mark = models.CharField(max_length=64, default="", blank=True, db_index=True, editable=False)

    def __str__(self) -> str:
        return "identity key"


class CaseAccessQuerySet(models.QuerySet["CaseAccess"]):
    def current(self) -> CaseAccessQuerySet:
        """Access that holds now."""
        return self.filter(Q(until=None) | Q(until__gt=clock.now()))

    def granting(self, person: User) -> CaseAccessQuerySet:
        """Access somebody has: through a team they work in, or themselves for as long as they
        hold the role in which they were given it. Whoever has left the role sees nothing more."""
        posts, capacity = posts_of(person), CaseAccess.Capacity
        works = {post.agency for post in posts if post.role in AUDITS_FOR_AGENCY}
        sits = {post.partnership for post in posts if post.role in SITS_ON_PANELS}
        own = Q(capacity__in=(capacity.LEADS, capacity.AUDITS), agency__in=works)
        if sits:
            own |= Q(capacity=capacity.PANEL, case__audit__partnership__in=sits)
        in_team = Q(team__in={post.team for post in posts})
        return self.current().filter(in_team | Q(own, person=person))

    def conflicts(self, person: User) -> CaseAccessQuerySet:
        """The conflicts of interest somebody has declared."""
        return self.current().filter(person=person, capacity=CaseAccess.Capacity.CONFLICT)


class CaseAccess(models.Model):
    """Who may see a case, in what capacity, from when, and why. It is itself evidence.

    Access of a team is access of whoever works in it that day. With an agency it reaches only
    that agency's return of the case, with a setting only that setting's. A conflict row takes
    the case away from a person, whatever else they have.
    """

    class Capacity(models.TextChoices):
        COORDINATES = "coordinates", "coordinates the audit"
        LEADS = "leads", "leads the agency"
        AUDITS = "audits", "audits for the agency"
        PANEL = "panel", "sits on the panel"
        CONFLICT = "conflict", "steps out: conflict of interest"

    case = models.ForeignKey(Case, models.PROTECT, related_name="access")
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="case_access")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="case_access")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    setting = models.ForeignKey(Setting, models.PROTECT, null=True, related_name="+")
    capacity = models.CharField(max_length=20, choices=Capacity.choices)
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)

    objects = CaseAccessQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(person=None) ^ Q(team=None), name="access_of_person_or_team"
            ),
        )
        indexes = (
            models.Index(fields=("case", "person"), name="access_of_person"),
            models.Index(fields=("case", "team"), name="access_of_team"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.capacity}"
