"""What the engine keeps: records with a version and a ledger, processes, work items,
assignments, and the ledger itself. It knows nothing about audits."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from viewflow.workflow.models import AbstractProcess, AbstractTask

from workflows import clock
from workflows.ids import public_id


class Record(models.Model):
    """Anything that acts change: an audit, a case, a return, an action.

    It carries the version that a form must name to change it, and the head of its own ledger
    chain, so that one act costs one UPDATE here and one INSERT in the ledger.
    """

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    ledger_length = models.PositiveIntegerField(default=0, editable=False)
    ledger_head = models.CharField(max_length=64, default="", editable=False)

    #: What each verb in this record's ledger says, after the name of the person who did it.
    SAYS: ClassVar[dict[str, str]] = {}

    class Meta:
        abstract = True

    @property
    def thread(self) -> int | None:
        """The number of the timeline this record's entries belong to besides its own."""
        return None

    @property
    def reference(self) -> str:
        """How people call this record: `NEG`, `NEG-03`, `N4`. Never a name."""
        return ""


class LedgerEntry(models.Model):
    """One thing that happened to one record: who, what, when. Never changed, never deleted.

    The entries of a record are a chain of hashes. Facts are public within the partnership;
    personal or free text lies beside, in `LedgerText`, and only its salted hash is chained.
    """

    record_type = models.CharField(max_length=60)
    record = models.CharField(max_length=22)
    position = models.PositiveIntegerField()
    thread = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=40, blank=True)
    verb = models.CharField(max_length=40)
    actor = models.CharField(max_length=22, blank=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    text_hash = models.CharField(max_length=64, blank=True)
    token = models.CharField(max_length=40, null=True, unique=True)  # noqa: DJ001 - NULL is many
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("record_type", "record", "position"), name="ledger_chain"
            ),
        )
        indexes = (
            models.Index(fields=("thread", "at", "id"), name="ledger_thread"),
            models.Index(fields=("at", "id"), name="ledger_newest"),
            models.Index(fields=("actor", "at", "id"), name="ledger_actor"),
            models.Index(fields=("record_type", "at", "id"), name="ledger_kind"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.verb} {self.position}"


class LedgerText(models.Model):
    """The free text of a ledger entry (a reason, a comment), kept so that it can be erased.

    Erasing takes text and salt and leaves the row, which says when (`workflows/erasure.py`).
    """

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, primary_key=True, related_name="said")
    salt = models.CharField(max_length=32, blank=True)
    text = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.text


class Read(models.Model):
    """Somebody read what is sensitive, took a copy of it, or asked for what is not theirs.

    One row a person, record, way and day; one for every export. The rows of a person are a chain
    of hashes, as the entries of a record are. Never changed, never deleted.
    """

    class How(models.TextChoices):
        RETURN = "return", "read another agency’s return"
        CASE = "case", "read all returns of the case side by side"
        IDENTITY_LOG = "identity_log", "read who opened the identity key"
        STAFF_MATTER = "staff_matter", "read a restricted record"
        EXPORT = "export", "took a copy"
        NOT_FOUND = "not_found", "asked for a record that is not theirs or not there"

    actor = models.CharField(max_length=22)
    position = models.PositiveIntegerField()
    how = models.CharField(max_length=20, choices=How.choices)
    record_type = models.CharField(max_length=60, blank=True)
    record = models.CharField(max_length=22, blank=True)
    thread = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=40, blank=True)
    #: How many rows an export had.
    rows = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    #: The day, for what is written once a day; none for an export.
    day = models.DateField(null=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("actor", "position"), name="read_chain"),
            models.UniqueConstraint(
                fields=("actor", "day", "how", "record_type", "record"), name="read_once_a_day"
            ),
        )
        indexes = (
            models.Index(fields=("thread", "at", "id"), name="read_thread"),
            models.Index(fields=("at", "id"), name="read_newest"),
            models.Index(fields=("actor", "at", "id"), name="read_actor"),
        )

    def __str__(self) -> str:
        return f"{self.actor} {self.how} {self.reference}".strip()


class Process(AbstractProcess):
    """One piece of work that one person at a time holds, on its way through its flow."""

    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")

    #: The act under way, while the process is being moved on; not stored.
    doing: Any = None

    class Meta:
        indexes = (models.Index(fields=("subject_type", "subject_id"), name="process_subject"),)


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def open(self) -> WorkItemQuerySet:
        """Work that waits for somebody."""
        return self.filter(finished=None)


class WorkItem(AbstractTask):
    """One task for a person: what to do, on which record, by when, and whose it is now.

    `owner` is the person who holds it; while nobody does, it waits in the queue of `team`.
    """

    # `previous` of the engine is not written: `after` says the same in one column.
    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    process = models.ForeignKey(Process, models.PROTECT, related_name="items")
    after = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(
        settings.WORKFLOWS_TEAM_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    tenant = models.ForeignKey(
        settings.WORKFLOWS_TENANT_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", db_index=False)
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    thread = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    page = models.CharField(max_length=200)
    due = models.DateField()
    version = models.PositiveIntegerField(default=1)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("process",), condition=Q(finished=None), name="one_open_item_a_process"
            ),
        )
        indexes = (
            models.Index(
                fields=("owner", "due", "id"), condition=Q(finished=None), name="open_of_owner"
            ),
            models.Index(
                fields=("team", "due", "id"),
                condition=Q(finished=None, owner=None),
                name="open_of_team",
            ),
            models.Index(
                fields=("team", "due", "id"),
                condition=Q(finished=None, owner__isnull=False),
                name="held_of_team",
            ),
            models.Index(
                fields=("tenant", "due", "id"), condition=Q(finished=None), name="open_of_tenant"
            ),
            models.Index(fields=("subject_type", "subject_id"), name="item_subject"),
            models.Index(
                fields=("thread", "due"), condition=Q(finished=None), name="open_of_thread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.reference}".strip()

    @property
    def node(self) -> Any:
        """The place in the flow that this item stands at."""
        return self.flow_task

    @property
    def is_overdue(self) -> bool:
        """Whether the due date has passed, and it is still to be done."""
        return self.finished is None and self.due < clock.today()


class Assignment(models.Model):
    """Work was given to somebody, taken, or put back. Every one is kept (who, by whom, why)."""

    class Kind(models.TextChoices):
        GIVEN = "given", "given"
        CLAIMED = "claimed", "claimed"
        MOVED = "moved", "moved"
        RELEASED = "released", "put back in the team's queue"

    item = models.ForeignKey(WorkItem, models.PROTECT, related_name="assignments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind}"
