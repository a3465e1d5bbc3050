"""Whose turn it is once a year: to confirm who has access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people.reviewing import check_reviews, team_of
from macfa.people.rules import people_in
from workflows.flow import End, Flow, HumanTask, Start, Work, this

if TYPE_CHECKING:
    from macfa.people.models import AccessReview


def review_work(review: AccessReview) -> Work:
    """It waits in the queue of the leads or of the coordinators, who are all told."""
    team = team_of(review)
    return Work(
        page=review.get_absolute_url(),
        due=review.due,
        team=team,
        tenant_id=review.partnership_id,
        watchers=tuple(people_in(team)),
    )


class AccessReviewFlow(Flow):
    """The yearly review of access.

    Once a year the lead of an agency confirms its auditors and action owners, and the coordinator
    everybody else.
    """

    asked = Start(this.confirm)
    confirm = HumanTask("Confirm who has access", work=review_work, may_hold=check_reviews).Next(
        this.confirmed
    )
    confirmed = End()
