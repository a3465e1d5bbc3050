"""Invitations: somebody is asked by e-mail to take a role."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format

from macfa.people.models.accounts import User
from macfa.people.models.teams import Team
from macfa.people.roles import Role
from workflows import clock
from workflows.models import Record


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> InvitationQuerySet:
        """Those that were neither accepted nor withdrawn, and that no sweep has found too old."""
        return self.filter(ended="")

    def to_teams(self, teams: models.QuerySet[Team]) -> InvitationQuerySet:
        """Those to a role in one of these teams."""
        return self.filter(team__in=teams)


class Invitation(Record):
    """Somebody, known by an e-mail address alone, is asked to take a role from a day on.

    The link in the e-mail carries a token that works once and for some days. What is kept is its
    hash: whoever reads the database cannot accept.
    """

    class End(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Too old"

    team = models.ForeignKey(Team, models.PROTECT, related_name="invitations")
    email = models.EmailField()
    since = models.DateField()
    until = models.DateField(null=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    #: When the e-mail went out; None while no mail server has taken it.
    sent_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(editable=False)
    ended = models.CharField(max_length=10, choices=End.choices, blank=True, editable=False)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    SAYS = {
        "invited": "invited somebody to the role {role}, from {since} {until}",
        "sent_again": "sent the invitation again",
        "asked_again": "Somebody with the old link asked for a new invitation",
        "withdrawn": "withdrew the invitation",
        "accepted": "accepted the invitation",
        "expired": "The invitation grew too old",
    }

    class Meta:
        ordering = ("expires_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "email"), condition=Q(ended=""), name="invited_once"
            ),
        )

    def get_absolute_url(self) -> str:
        return "/people/invitations/"

    def __str__(self) -> str:
        return f"Invitation to {self.team}"

    @property
    def role(self) -> Role:
        """The role somebody is invited to."""
        return Role(self.team.role)

    @property
    def days(self) -> str:
        """“from 1 December 2026 to 31 March 2027”."""
        last = f" to {date_format(self.until, 'j F Y')}" if self.until else ""
        return f"from {date_format(self.since, 'j F Y')}{last}"

    @property
    def fault(self) -> str:
        """Why nobody can accept it as it is: too old, or no mail server has taken it."""
        if not self.is_open:
            return "Too old"
        return "" if self.sent_at else "Not sent"

    @property
    def is_open(self) -> bool:
        """Whether its link still works."""
        return not self.ended and clock.now() < self.expires_at
