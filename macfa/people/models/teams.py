"""Teams, and who works in them from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, UniqueConstraint

from macfa.people.models.accounts import User
from macfa.people.models.partnerships import Agency, Partnership
from macfa.people.roles import LEAD_GIVES, Role
from workflows.clock import today

if TYPE_CHECKING:
    from datetime import date


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, person: User) -> TeamQuerySet:
        """The teams somebody works in today."""
        mine = Membership.objects.current().filter(person=person)
        return self.filter(memberships__in=mine).distinct()

    def given_by(self, person: User) -> TeamQuerySet:
        """The teams whose work somebody may give to people, move and put back.

        A coordinator gives any work of the partnership, an agency lead that of their agency.
        """
        current = Membership.objects.current().filter(person=person)
        coordinated = current.filter(team__role=Role.COORDINATOR).values("team__partnership")
        led = current.filter(team__role=Role.AGENCY_LEAD).values("team__agency")
        return self.filter(Q(partnership__in=coordinated) | Q(agency__in=led, role__in=LEAD_GIVES))

    def for_role(self, partnership: Partnership, role: Role, agency: Agency | None = None) -> Team:
        """The one team of a role, in an agency where the role is an agency's; made when new."""
        name = f"{role.label}, {agency.name}" if agency else role.label
        team, _ = self.get_or_create(
            partnership=partnership, agency=agency, role=role, defaults={"name": name}
        )
        return team


class Team(models.Model):
    """Those who hold one role together: "the auditors of Westmarch Police".

    Work that nobody in particular holds yet waits in a team's queue to be claimed.
    """

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="teams")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="teams")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(max_length=200)

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(fields=("partnership", "agency", "role"), name="team_once"),
            UniqueConstraint(
                fields=("partnership", "role"),
                condition=Q(agency=None),
                name="team_of_no_agency_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day: date | None = None) -> MembershipQuerySet:
        """Memberships that hold on a day (today), of people whose account is open."""
        return self.holding_on(day or today()).filter(person__is_active=True)

    def holding_on(self, day: date) -> MembershipQuerySet:
        """Memberships that hold on a day, whatever has become of the account."""
        return self.lasting_on(day).filter(since__lte=day)

    def lasting_on(self, day: date) -> MembershipQuerySet:
        """Memberships that hold on a day or begin after it."""
        return self.filter(Q(until=None) | Q(until__gte=day))


class Membership(models.Model):
    """A person holds a role, from a day and perhaps to a day. One person may hold several."""

    person = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    since = models.DateField(default=today)
    until = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            UniqueConstraint(
                fields=("person", "team"), condition=Q(until=None), name="membership_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.team}"
