"""Who is asked once a year to confirm whose roles, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import DateField, Max, Min, Q, Value
from django.db.models.functions import Coalesce

from macfa.people.models import AccessReview, Agency, Membership, ReviewedRole, Team
from macfa.people.roles import OFFICE, Role
from macfa.people.rules import check_holds, holds
from workflows import clock
from workflows.errors import NotYet, WrongState
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Collection

    from macfa.people.models import MembershipQuerySet, User

#: Of whom a review asks: the partnership and, where it is an agency's, the agency.
Place = tuple[int, int | None]
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


def due(partnership: int | None = None) -> list[Place]:
    """Of whom it is time to ask: a year has passed since the last review, or since the first role
    was given, and none waits. Costs three statements, however many partnerships there are."""
    long_ago = clock.today() - timedelta(days=settings.ACCESS_REVIEW_DAYS)
    reviewed = _reviewed(partnership)
    found = [
        place
        for place, begun in _begun(partnership).items()
        if reviewed.get(place, begun) <= long_ago
    ]
    return sorted(found, key=lambda place: (place[0], place[1] or 0))


def _begun(partnership: int | None) -> dict[Place, date]:
    """Since when somebody holds a role of each place: of an agency that goes on, or of none."""
    held = Membership.objects.current()
    if partnership is not None:
        held = held.filter(team__partnership=partnership)
    going_on = Q(team__agency__until=None) | Q(team__agency__until__gte=clock.today())
    by_lead = held.filter(going_on, team__role__in=LEAD_CONFIRMS).order_by()
    by_office = held.exclude(team__role__in=LEAD_CONFIRMS).order_by()
    here = by_office.values_list("team__partnership").annotate(first=Min("since"))
    agencies = by_lead.values_list("team__partnership", "team__agency").annotate(first=Min("since"))
    return {(owner, None): since for owner, since in here} | {
        (owner, agency): since for owner, agency, since in agencies
    }


def _reviewed(partnership: int | None) -> dict[Place, date]:
    """When each place was reviewed last; far ahead where a review waits."""
    rows = AccessReview.objects.order_by()
    if partnership is not None:
        rows = rows.filter(partnership=partnership)
    last = Max(Coalesce("done_on", Value(date.max, output_field=DateField())))
    found = rows.values_list("partnership", "agency").annotate(last=last)
    return {(owner, agency): day for owner, agency, day in found}


def last_confirmed(memberships: Collection[Membership]) -> dict[int, date]:
    """When each of these roles was confirmed last, by its number."""
    rows = ReviewedRole.objects.filter(membership__in=memberships, kept=True)
    days = rows.order_by("review__done_on").values_list("membership", "review__done_on")
    return {membership: done_on for membership, done_on in days if done_on}
