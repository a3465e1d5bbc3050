"""Stage 6: actions, the updates on them, the evidence, and what changed for children."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Q, UniqueConstraint, Value, When

from macfa.audits.models import Audit
from macfa.audits.reminders import Reminded
from macfa.findings.models import Finding
from macfa.improvement.lifecycle import RUNNING, SAYS, ActionLifecycle, ActionState
from macfa.people.models import Agency, Membership, Partnership, User
from macfa.people.roles import Role
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

#: Roles that see every action of their partnership.
SEES_ACTIONS = (Role.COORDINATOR, Role.PANEL, Role.SCRUTINEER, Role.QPPA, Role.BOARD)


class Brag(models.TextChoices):
    """How an action stands, always worked out from facts (R44)."""

    BLUE = "blue", "Blue: completed"
    RED = "red", "Red: overdue"
    AMBER = "amber", "Amber: at risk"
    GREEN = "green", "Green: on track"
    ENDED = "ended", "No longer needed"


def _colour(today: date) -> Case:
    """How an action stands on a day, for the database: as `brag` has it, in the same order."""
    return Case(
        When(state=ActionState.COMPLETED, then=Value(Brag.BLUE)),
        When(state=ActionState.ENDED, then=Value(Brag.ENDED)),
        When(due__lt=today, then=Value(Brag.RED)),
        When(Q(at_risk=True) | _silent(today), then=Value(Brag.AMBER)),
        default=Value(Brag.GREEN),
        output_field=models.CharField(),
    )


def _silent(today: date) -> Q:
    """Actions without an update for longer than their partnership allows.

    Databases count days in different ways, so the day is worked out here for each length of
    time that a partnership has set: one or two of them in practice.
    """
    lengths = Partnership.objects.values_list("amber_after_weeks", flat=True).distinct()
    silent = Q(pk__in=())
    for weeks in lengths:
        since = today - timedelta(weeks=weeks)
        silent |= Q(audit__partnership__amber_after_weeks=weeks, updated_on__lt=since)
    return silent


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, person: User) -> ActionQuerySet:
        """One's own actions, those of the agency one leads or that are offered to it, and all
        for who follows them."""
        current = Membership.objects.current().filter(person=person)
        follows = current.filter(
            team__role__in=SEES_ACTIONS, team__partnership=models.OuterRef("audit__partnership")
        )
        leads = current.filter(
            models.Q(team__agency=models.OuterRef("agency"))
            | models.Q(team__agency=models.OuterRef("offered_to")),
            team__role=Role.AGENCY_LEAD,
        )
        serves = current.filter(team__partnership=models.OuterRef("audit__partnership"))
        owns = Q(models.Exists(serves), owner=person)
        return self.filter(owns | models.Exists(follows) | models.Exists(leads))

    def running(self) -> ActionQuerySet:
        """Actions that are neither completed nor ended."""
        return self.filter(state__in=RUNNING)

    def with_brag(self, today: date) -> ActionQuerySet:
        """Each action with `brag_now`: how it stands on a day, as `brag` has it."""
        return self.annotate(brag_now=_colour(today))

    def standing(self, colours: Iterable[str], today: date) -> ActionQuerySet:
        """The actions that stand in one of these ways on a day."""
        return self.annotate(brag_now=_colour(today)).filter(brag_now__in=list(colours))

    def brag_counts(self, today: date) -> dict[Brag, int]:
        """How many of the actions stand how on a day."""
        counted = self.order_by().annotate(brag_now=_colour(today)).values_list("brag_now")
        found = dict(counted.annotate(number=models.Count("pk")))
        return {colour: found.get(colour.value, 0) for colour in Brag}


class Action(ActionLifecycle):
    """What will be done about a finding: by whom, by when, and how one will know (R43).

    While it is offered to another agency it stays with its owner, until a lead of that agency
    takes it on.
    """

    audit = models.ForeignKey(Audit, models.PROTECT, related_name="actions")
    findings = models.ManyToManyField(Finding, blank=True, related_name="actions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="actions")
    owner = models.ForeignKey(User, models.PROTECT, related_name="actions")
    multi_agency = models.BooleanField(default=True)
    due = models.DateField()
    measure = models.TextField("success measure")
    opened_on = models.DateField(default=clock.today)
    at_risk = models.BooleanField(default=False)
    updated_on = models.DateField(default=clock.today)
    output = models.TextField("what was done", blank=True)
    impact = models.TextField("what changed for children", blank=True)
    evidence = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    ended_because = models.TextField(blank=True)
    offered_to = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", editable=False
    )
    offered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    offered_because = models.TextField(blank=True, editable=False)

    objects = ActionQuerySet.as_manager()

    SAYS = SAYS

    class Meta:
        ordering = ("audit", "number")
        constraints = (UniqueConstraint(fields=("audit", "number"), name="action_number_once"),)
        indexes = (models.Index(fields=("due", "state"), name="action_by_due"),)

    def get_absolute_url(self) -> str:
        return f"/actions/{self.public_id}/"

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def thread(self) -> int:
        return self.audit_id

    @property
    def reference(self) -> str:
        """`NEG-A1`: the audit's reference and the action's number."""
        return f"{self.audit.prefix}-A{self.number}"

    @property
    def lead(self) -> str:
        """Who leads it: an agency, or the partnership itself."""
        return str(self.agency or self.audit.partnership)

    @property
    def brag(self) -> Brag:
        """How the action stands today."""
        return brag(self, clock.today(), self.audit.partnership.amber_after_weeks)


def brag(action: Action, today: date, amber_after_weeks: int) -> Brag:
    """Blue: accepted. Red: overdue. Amber: the owner says at risk, or has been silent too long."""
    if action.state == ActionState.COMPLETED:
        return Brag.BLUE
    if action.state == ActionState.ENDED:
        return Brag.ENDED
    if action.due < today:
        return Brag.RED
    if action.at_risk or action.updated_on < today - timedelta(weeks=amber_after_weeks):
        return Brag.AMBER
    return Brag.GREEN


class ActionUpdate(models.Model):
    """What the owner reported, and whether the action was at risk then."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="updates")
    text = models.TextField()
    at_risk = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return self.text


class ActionReminder(Reminded):
    """Somebody was reminded of an action; visible to the person reminded."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="reminders")

    class Meta:
        ordering = ("-at", "pk")
        constraints = (
            UniqueConstraint(
                fields=("action", "due", "step", "person"), name="action_reminded_once"
            ),
        )

    def __str__(self) -> str:
        return f"reminder {self.pk}"
