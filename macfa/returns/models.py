"""Stage 3: each agency's audit of its own work on a case."""

from __future__ import annotations

from functools import cached_property
from typing import TypedDict

from django.db import models
from django.db.models import Exists, OuterRef, Q, UniqueConstraint

from macfa.audits.models import Audit
from macfa.audits.reminders import Reminded
from macfa.people.models import Agency, Setting, User
from macfa.people.roles import Role
from macfa.returns.desks import Desk, desk_of
from macfa.returns.lifecycle import OUTSTANDING, SAYS, ReturnLifecycle, ReturnState
from macfa.sampling.models import Case, CaseAccess
from macfa.tools.models import Grade, Question
from workflows import clock

Capacity = CaseAccess.Capacity


class AgencyReturnQuerySet(models.QuerySet["AgencyReturn"]):
    def visible_to(self, person: User) -> AgencyReturnQuerySet:
        """The returns somebody may see: through access to the case that reaches this return.

        Access with an agency reaches that agency's return only; the panel's access is written
        when the coordinator releases the case (R14).
        """
        access = CaseAccess.objects.granting(person).filter(
            Q(agency=None) | Q(agency=OuterRef("agency")),
            Q(setting=None) | Q(setting=OuterRef("setting")),
            case=OuterRef("case"),
        )
        conflict = CaseAccess.objects.conflicts(person).filter(case=OuterRef("case"))
        return self.filter(Exists(access), ~Exists(conflict))

    def outstanding(self) -> AgencyReturnQuerySet:
        """Returns the agencies still owe."""
        return self.filter(state__in=OUTSTANDING)

    def counted(self) -> AgencyReturnQuerySet:
        """Returns that count: all but the withdrawn ones."""
        return self.exclude(state=ReturnState.WITHDRAWN)

    def asked(self) -> AgencyReturnQuerySet:
        """Returns about which the panel has asked something, and waits for the answer."""
        return self.filter(
            Exists(PanelQuestion.objects.open().filter(agency_return=OuterRef("pk")))
        )


_Returns = models.Manager.from_queryset(AgencyReturnQuerySet)


class AgencyReturnManager(_Returns["AgencyReturn"]):
    """Reads a return together with what names it: its case and its agency."""

    def get_queryset(self) -> AgencyReturnQuerySet:
        return AgencyReturnQuerySet(self.model, using=self._db).select_related("case", "agency")


class AgencyReturn(ReturnLifecycle):
    """One agency's (or setting's) audit of its own work on one case.

    A nil return is a statement: who was looked for, by whom, and when. The agency's own grade
    stays here whatever the panel decides later (R29).
    """

    class Involvement(models.TextChoices):
        INVOLVED = "involved", "Involved with the child"
        SIBLING_OR_ADULT = "sibling_or_adult", "Known through a sibling or adult only"
        NIL = "nil", "Nothing to audit (nil return)"

    class LookedFor(models.TextChoices):
        CHILD = "child", "The child"
        SIBLINGS = "siblings", "Brothers and sisters"
        ADULTS = "adults", "Adults with parental responsibility"

    class NilKind(models.TextChoices):
        NOT_KNOWN = "not_known", "Not known to us"
        NO_CONTACT = "no_contact", "Known, but no relevant contact in the period"
        TRANSFERRED = "transferred", "Record transferred to another agency"

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="returns")
    case = models.ForeignKey(Case, models.PROTECT, related_name="returns")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="returns")
    setting = models.ForeignKey(
        Setting, models.PROTECT, null=True, blank=True, related_name="returns"
    )
    due = models.DateField()
    drafted_at = models.DateTimeField(null=True, editable=False)
    involvement = models.CharField(max_length=20, choices=Involvement.choices, blank=True)
    nil_kind = models.CharField(max_length=20, choices=NilKind.choices, blank=True)
    looked_for = models.JSONField(default=list)
    looked_by = models.CharField(max_length=120, blank=True)
    looked_on = models.DateField(null=True, blank=True)
    nil_note = models.TextField(blank=True)
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, related_name="+", editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    auditor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    late = models.BooleanField(default=False, editable=False)
    not_returned_because = models.TextField(blank=True)

    objects = AgencyReturnManager()

    SAYS = SAYS

    class Meta:
        ordering = ("case__number", "agency__position", "pk")
        constraints = (
            UniqueConstraint(
                fields=("case", "agency", "setting"),
                condition=~Q(state=ReturnState.WITHDRAWN),
                name="return_once",
            ),
            UniqueConstraint(
                fields=("case", "agency"),
                condition=Q(setting=None) & ~Q(state=ReturnState.WITHDRAWN),
                name="return_of_no_setting_once",
            ),
        )
        indexes = (
            models.Index(fields=("audit", "state"), name="return_of_audit"),
            models.Index(fields=("due", "state"), name="return_by_due"),
        )

    def get_absolute_url(self) -> str:
        return f"/returns/{self.public_id}/"

    def __str__(self) -> str:
        return f"{self.case.label} {self.setting or self.agency}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        """`NEG-03 POL`: the case and the agency."""
        return f"{self.case.label} {self.agency.code}"

    @property
    def is_outstanding(self) -> bool:
        """Whether the agency still owes it."""
        return self.state in OUTSTANDING

    @property
    def is_overdue(self) -> bool:
        """Whether it is still owed after its due date. While the audit or the case is paused the
        clock stands, also where the pause is to be looked at again and has not been yet."""
        paused = self.case.paused_on or self.audit.paused_on
        return self.is_outstanding and not paused and self.due < clock.today()

    @property
    def answers_for(self) -> str:
        """Who answers: the school or practice where it goes to one, else the agency."""
        return str(self.setting or self.agency)

    @property
    def looked_for_words(self) -> str:
        """Who was looked for, in words."""
        return ", ".join(str(self.LookedFor(who).label) for who in self.looked_for)

    @property
    def open_query(self) -> ReturnQuery | None:
        """What was asked when it was sent back, until it is answered."""
        return self.queries.filter(answered_at=None).select_related("asked_by").last()

    @cached_property
    def leads(self) -> Desk:
        """The leads of its agency who have no conflict of interest with the case. Whoever has
        many returns in hand sets it for all at once."""
        return desk_of(self.agency, Role.AGENCY_LEAD, self.case_id)


class Answer(models.Model):
    """What the auditor answered to one question; drafts are answers like any other.

    `no_grade` keeps apart the answers that are not a poor grade (R17).
    """

    class NoGrade(models.TextChoices):
        NOT_APPLICABLE = "not_applicable", "Not applicable"
        NOT_TOLD = "not_told", "We were not told"
        NO_EVIDENCE = "no_evidence", "No evidence on file"

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    value = models.TextField(blank=True)
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    no_grade = models.CharField(max_length=20, choices=NoGrade.choices, blank=True)

    class Meta:
        constraints = (UniqueConstraint(fields=("agency_return", "question"), name="answer_once"),)

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was answered."""
        return not (self.value or self.grade_id or self.no_grade)


class StoredAnswer(TypedDict):
    """One answer as a submission keeps it, under the key of its question.

    `grade` is the code of a grade, `no_grade` the code of an answer that is not a grade.
    """

    value: str
    grade: str
    no_grade: str


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def sent(self) -> SubmissionQuerySet:
        """What has gone to the coordinator; not what a lead has still to sign off."""
        return self.filter(sent_at__isnull=False)


class Submission(models.Model):
    """A return as its auditor handed it in, each time. No version is ever lost (R18).

    It goes to the coordinator at once or, where the agency wants that, when its lead signs it
    off; until then `sent_at` is empty and nobody outside the agency reads it (R19).
    """

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    answers: models.JSONField[dict[str, StoredAnswer], dict[str, StoredAnswer]] = models.JSONField()
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = (
            UniqueConstraint(fields=("agency_return", "number"), name="submission_once"),
        )

    def __str__(self) -> str:
        return f"submission {self.number}"


class Independence(models.Model):
    """An auditor's declaration about one case: independent of it, or in conflict (R12).

    Why there is a conflict is for the agency's lead and the coordinator alone, so it is kept
    here and not in the ledger.
    """

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="declarations")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    independent = models.BooleanField()
    why = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (UniqueConstraint(fields=("agency_return", "person"), name="declared_once"),)

    def __str__(self) -> str:
        return "independent" if self.independent else "in conflict"


class ReturnQuery(models.Model):
    """What was asked when a return was sent back to its auditor, and what they answered.

    The coordinator asks before release (R18); the agency's own lead may ask before sign-off,
    and nobody outside the agency reads that.
    """

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="queries")
    within_agency = models.BooleanField(default=False)
    text = models.TextField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text


class Reminder(Reminded):
    """Somebody was reminded of a return; visible to the person reminded."""

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="reminders")

    class Meta:
        ordering = ("-at", "pk")
        constraints = (
            UniqueConstraint(
                fields=("agency_return", "due", "step", "person"), name="return_reminded_once"
            ),
        )

    def __str__(self) -> str:
        return f"reminder {self.pk}"


class PanelQuestionQuerySet(models.QuerySet["PanelQuestion"]):
    def open(self) -> PanelQuestionQuerySet:
        """Questions that are neither answered nor withdrawn."""
        return self.filter(closed_at=None)


class PanelQuestion(models.Model):
    """What the panel wants to know of an agency once it has the case: the return stays as it is,
    the agency answers with an addendum, and the case waits for it."""

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = PanelQuestionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            UniqueConstraint(
                fields=("agency_return",),
                condition=Q(closed_at=None),
                name="one_open_question_of_the_panel",
            ),
        )

    def __str__(self) -> str:
        return self.text


class Addendum(models.Model):
    """What an agency says of its work after the panel got the case. Its return is never reopened,
    and its own grade stays as it was submitted."""

    agency_return = models.ForeignKey(AgencyReturn, models.PROTECT, related_name="addenda")
    question = models.OneToOneField(
        PanelQuestion, models.PROTECT, null=True, related_name="addendum"
    )
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
