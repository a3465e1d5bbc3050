"""The roles people hold, as documented data (source: docs/roles.md).

A role is always held in a partnership and, where it is an agency's own role, in one agency.
"""

from dataclasses import dataclass

from django.db import models


class Role(models.TextChoices):
    """What somebody is there to do. The label is the word on every page."""

    COORDINATOR = "coordinator", "Coordinator"
    AGENCY_LEAD = "agency_lead", "Agency lead"
    AUDITOR = "auditor", "Auditor"
    ACTION_OWNER = "action_owner", "Action owner"
    PANEL = "panel", "Panel member"
    SCRUTINEER = "scrutineer", "Independent scrutineer"
    QPPA = "qppa", "QPPA member"
    BOARD = "board", "Board member"
    ADMIN = "admin", "System administrator"
    STAFF_CONDUCT = "staff_conduct", "Staff-conduct contact"


#: The teams of their agency whose work an agency lead gives out. Who sits on a panel, and so
#: prepares for it, is the coordinator's to say.
LEAD_GIVES = (Role.AGENCY_LEAD, Role.AUDITOR, Role.ACTION_OWNER)


#: Who may audit an agency's own work.
AUDITS_FOR_AGENCY = (Role.AUDITOR, Role.AGENCY_LEAD)
#: Who may be given a seat on a panel.
SITS_ON_PANELS = (Role.PANEL, Role.SCRUTINEER)


@dataclass(frozen=True)
class RoleGuide:
    """A role in plain words, for the page that explains who may do what."""

    role: Role
    does: str
    may_not: str
    of_an_agency: bool


GUIDES: tuple[RoleGuide, ...] = (
    RoleGuide(
        Role.COORDINATOR,
        "Runs every audit: opens it, draws the sample, issues and follows the returns, "
        "convenes the panel, and keeps the findings and actions moving.",
        "Change an agency's words or grade, decide a grade, or sign off a report they wrote.",
        of_an_agency=False,
    ),
    RoleGuide(
        Role.AGENCY_LEAD,
        "Answers for one agency: says whether it was involved with a case, gives the audit to "
        "an auditor, and signs returns off where the agency has set that.",
        "See another agency's return before the case is released.",
        of_an_agency=True,
    ),
    RoleGuide(
        Role.AUDITOR,
        "Audits the agency's own work on the cases given to them.",
        "See a case that is not theirs, or one they have declared a conflict with.",
        of_an_agency=True,
    ),
    RoleGuide(
        Role.ACTION_OWNER,
        "Carries out actions for an agency and reports what changed for children.",
        "Close their own action.",
        of_an_agency=True,
    ),
    RoleGuide(
        Role.PANEL,
        "Moderates: reads all returns of a released case and agrees the panel's grades.",
        "Open the identity key, or see a case they have a conflict with.",
        of_an_agency=True,
    ),
    RoleGuide(
        Role.SCRUTINEER,
        "Chairs the panel and decides where it is split; reads the trail.",
        "Open the identity key, or sign off a report they wrote.",
        of_an_agency=False,
    ),
    RoleGuide(
        Role.QPPA,
        "Comments on themes, signs off the report, and accepts completed actions.",
        "See the returns of a case, unless they also sit on its panel.",
        of_an_agency=False,
    ),
    RoleGuide(
        Role.BOARD,
        "Reads signed-off reports and the actions that are overdue or at risk.",
        "See anything about a single case.",
        of_an_agency=False,
    ),
    RoleGuide(
        Role.ADMIN,
        "Looks after accounts and settings.",
        "See any case content.",
        of_an_agency=False,
    ),
    RoleGuide(
        Role.STAFF_CONDUCT,
        "Reads the restricted records of allegations about somebody who works with children, and "
        "takes them to the local authority designated officer (LADO).",
        "See an audit or a case by this role.",
        of_an_agency=False,
    ),
)
