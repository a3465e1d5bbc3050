"""Once a year somebody confirms who still needs which role."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from macfa.people.models.accounts import User
from macfa.people.models.partnerships import Agency, Partnership
from macfa.people.models.teams import Membership
from workflows import clock
from workflows.models import Record


class AccessReviewQuerySet(models.QuerySet["AccessReview"]):
    def waiting(self) -> AccessReviewQuerySet:
        """Those that nobody has finished."""
        return self.filter(done_on=None)


class AccessReview(Record):
    """The yearly question to an agency's lead, or to the coordinator: who still needs which role?

    An agency's lead confirms its auditors and action owners; the coordinator everybody else,
    leads included, so that nobody is asked about the role by which they are asked.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="access_reviews")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="access_reviews")
    asked_on = models.DateField()
    due = models.DateField()
    done_on = models.DateField(null=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = AccessReviewQuerySet.as_manager()

    SAYS = {
        "asked": "It is time to confirm who has access",
        "kept": "confirmed {to_person} as {role}",
        "ended": "ended the role {role} of {to_person}",
        "should_end": "asked the administrator to end the role {role} of {to_person}",
        "done": "finished the yearly review of access",
    }

    class Meta:
        ordering = ("-asked_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("agency",), condition=Q(done_on=None), name="one_open_review_an_agency"
            ),
            models.UniqueConstraint(
                fields=("partnership",),
                condition=Q(done_on=None, agency=None),
                name="one_open_review_a_partnership",
            ),
        )

    def get_absolute_url(self) -> str:
        return f"/people/reviews/{self.public_id}/"

    def __str__(self) -> str:
        return f"Yearly review of access: {self.agency or 'the partnership'}"

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done by now."""
        return self.done_on is None and self.due < clock.today()


class ReviewedRole(models.Model):
    """What was answered about one role: it is kept, or it ends."""

    review = models.ForeignKey(AccessReview, models.PROTECT, related_name="answers")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="reviewed")
    kept = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("review", "membership"), name="reviewed_once"),
        )

    def __str__(self) -> str:
        return f"{self.membership}: {'kept' if self.kept else 'ended'}"
