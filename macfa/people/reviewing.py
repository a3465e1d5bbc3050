"""Who is asked once a year to confirm whose roles, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Min

from macfa.people.models import AccessReview, Agency, Membership, Partnership, ReviewedRole, Team
from macfa.people.roles import OFFICE, Role
from macfa.people.rules import check_holds, holds
from workflows import clock
from workflows.errors import NotYet, WrongState
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from macfa.people.models import MembershipQuerySet, User

#: Whose roles an agency's lead confirms. The lead's own, and who sits on panels, are the
#: coordinator's to say.
LEAD_CONFIRMS = (Role.AUDITOR, Role.ACTION_OWNER)
#: Working days to answer.
ANSWERED_WITHIN = 20


def to_confirm(partnership_id: int, agency: Agency | None) -> MembershipQuerySet:
    """The roles that a review asks about, by person."""
    held = Membership.objects.current().filter(team__partnership=partnership_id)
    if agency is None:
        found = held.exclude(team__role__in=LEAD_CONFIRMS)
    else:
        found = held.filter(team__agency=agency, team__role__in=LEAD_CONFIRMS)
    related = found.select_related("person", "team__partnership", "team__agency")
    return related.order_by("person__name", "pk")


def team_of(review: AccessReview) -> Team:
    """Whose task it is: the agency's leads', or the coordinators'."""
    role = Role.COORDINATOR if review.agency_id is None else Role.AGENCY_LEAD
    return Team.objects.for_role(review.partnership, role, review.agency)


def check_reviews(review: AccessReview, person: User) -> None:
    """A lead of the agency, or the coordinator, who answers where there is no lead."""
    if review.agency_id is None or not holds(
        person, Role.AGENCY_LEAD, review.partnership_id, review.agency_id
    ):
        check_holds(person, Role.COORDINATOR, review.partnership_id)


def can_review(review: AccessReview, person: User) -> bool:
    """Whether somebody may answer it."""
    return review.done_on is None and allows(check_reviews, review, person)


def check_answers(review: AccessReview, answered: Collection[Membership], person: User) -> None:
    """It waits, and there is an answer about each role that is held today."""
    check_reviews(review, person)
    if review.done_on is not None:
        raise WrongState("This review is finished.")
    asked = set(to_confirm(review.partnership_id, review.agency).values_list("pk", flat=True))
    if asked != {each.pk for each in answered}:
        raise NotYet("Somebody’s roles changed while your page was open. Answer for each again.")


def seen_by(person: User) -> list[AccessReview]:
    """The reviews somebody may read: the partnership's for its office, else their agency's."""
    here = person.reach.here
    rows = AccessReview.objects.filter(partnership=here).select_related("agency", "done_by")
    if not person.reach.roles_here & set(OFFICE):
        led = Membership.objects.current().filter(person=person, team__role=Role.AGENCY_LEAD)
        rows = rows.filter(agency__in=led.values("team__agency"))
    return list(rows.order_by("done_on", "due", "agency__position"))


def is_due(partnership: Partnership, agency: Agency | None) -> bool:
    """Whether a year has passed since the last review, or since anybody has held such a role."""
    held = to_confirm(partnership.pk, agency)
    begun = held.order_by().aggregate(first=Min("since"))["first"]
    if begun is None:
        return False
    last = AccessReview.objects.filter(partnership=partnership, agency=agency).first()
    if last is not None and last.done_on is None:
        return False
    since: date = last.done_on if last and last.done_on else begun
    return since + timedelta(days=settings.ACCESS_REVIEW_DAYS) <= clock.today()


def last_confirmed(memberships: Collection[Membership]) -> dict[int, date]:
    """When each of these roles was confirmed last, by its number."""
    rows = ReviewedRole.objects.filter(membership__in=memberships, kept=True)
    days = rows.order_by("review__done_on").values_list("membership", "review__done_on")
    return {membership: done_on for membership, done_on in days if done_on}
