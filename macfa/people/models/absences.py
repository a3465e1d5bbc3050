"""Who is away, and who covers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from macfa.people.models.accounts import User
from macfa.people.models.teams import Membership, Team
from workflows.clock import today
from workflows.models import Record


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def to_come(self) -> AbsenceQuerySet:
        """Those that are not over, and were not ended early."""
        return self.filter(ended_at=None, last__gte=today())

    def visible_to(self, person: User) -> AbsenceQuerySet:
        """One's own, and those of people to whom one gives work."""
        teams = Team.objects.given_by(person)
        theirs = Membership.objects.current().filter(team__in=teams).values("person")
        return self.filter(Q(person=person) | Q(person__in=theirs))


class Absence(Record):
    """Somebody is away from a day to a day, and perhaps somebody else covers for them.

    Meanwhile they are not offered as somebody to give work to, and what the next step would bring
    to them goes to whoever covers, as far as they may have it.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="absences")
    first = models.DateField()
    last = models.DateField()
    cover = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = AbsenceQuerySet.as_manager()

    SAYS = {
        "recorded": "recorded that {to_person} is away from {first} to {last}",
        "ended": "recorded that {to_person} is back",
    }

    class Meta:
        ordering = ("first", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gte=models.F("first")), name="absence_ends_after_start"
            ),
        )

    def get_absolute_url(self) -> str:
        return "/away/"

    def __str__(self) -> str:
        return f"Absence of {self.person}"

    @property
    def is_now(self) -> bool:
        """Whether they are away today."""
        return self.ended_at is None and self.first <= today() <= self.last
