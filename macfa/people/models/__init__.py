"""Who: partnerships, the agencies in them, the people, and the teams they work in."""

from macfa.people.models.absences import Absence, AbsenceQuerySet
from macfa.people.models.accounts import User, UserManager
from macfa.people.models.changes import Change, Succession
from macfa.people.models.invitations import Invitation, InvitationQuerySet
from macfa.people.models.links import SignInLink
from macfa.people.models.partnerships import (
    Agency,
    AgencyQuerySet,
    Partnership,
    SchoolHoliday,
    Setting,
)
from macfa.people.models.reviews import AccessReview, AccessReviewQuerySet, ReviewedRole
from macfa.people.models.teams import Membership, MembershipQuerySet, Team, TeamQuerySet

__all__ = [
    "Absence",
    "AbsenceQuerySet",
    "AccessReview",
    "AccessReviewQuerySet",
    "Agency",
    "AgencyQuerySet",
    "Change",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Partnership",
    "ReviewedRole",
    "SchoolHoliday",
    "Setting",
    "SignInLink",
    "Succession",
    "Team",
    "TeamQuerySet",
    "User",
    "UserManager",
]
