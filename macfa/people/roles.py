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
    INSPECTOR = "inspector", "Inspector"


#: The teams of their agency whose work an agency lead gives out. Who sits on a panel, and so
#: prepares for it, is the coordinator's to say.
LEAD_GIVES = (Role.AGENCY_LEAD, Role.AUDITOR, Role.ACTION_OWNER)


#: Who may audit an agency's own work.
AUDITS_FOR_AGENCY = (Role.AUDITOR, Role.AGENCY_LEAD)
#: Who may be given a seat on a panel.
SITS_ON_PANELS = (Role.PANEL, Role.SCRUTINEER)


#: Who looks after the people of a partnership.
OFFICE = (Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True)
class RoleGuide:
    """A role in plain words, for the page that explains who may do what, and who gives it."""

    role: Role
    does: str
    may_not: str
    of_an_agency: bool
    #: Who invites to it, gives it and ends it. An agency lead does so in their own agency only.
    given_by: tuple[Role, ...]

    @property
    def given_by_words(self) -> str:
        """“The coordinator, the system administrator or the agency’s lead”."""
        names = [
            "the agency’s lead" if role is Role.AGENCY_LEAD else f"the {role.label.lower()}"
            for role in self.given_by
        ]
        return " or ".join(filter(None, (", ".join(names[:-1]), names[-1]))).capitalize()


GUIDES: tuple[RoleGuide, ...] = (
    RoleGuide(
        Role.COORDINATOR,
        "Runs every audit: opens it, draws the sample, issues and follows the returns, "
        "convenes the panel, and keeps the findings and actions moving.",
        "Change an agency's words or grade, decide a grade, or sign off a report they wrote.",
        of_an_agency=False,
        given_by=OFFICE,
    ),
    RoleGuide(
        Role.AGENCY_LEAD,
        "Answers for one agency: says whether it was involved with a case, gives the audit to "
        "an auditor, and signs returns off where the agency has set that.",
        "See another agency's return before the case is released.",
        of_an_agency=True,
        given_by=(*OFFICE, Role.AGENCY_LEAD),
    ),
    RoleGuide(
        Role.AUDITOR,
        "Audits the agency's own work on the cases given to them.",
        "See a case that is not theirs, or one they have declared a conflict with.",
        of_an_agency=True,
        given_by=(*OFFICE, Role.AGENCY_LEAD),
    ),
    RoleGuide(
        Role.ACTION_OWNER,
        "Carries out actions for an agency and reports what changed for children.",
        "Close their own action.",
        of_an_agency=True,
        given_by=(*OFFICE, Role.AGENCY_LEAD),
    ),
    RoleGuide(
        Role.PANEL,
        "Moderates: reads all returns of a released case and agrees the panel's grades.",
        "Open the identity key, or see a case they have a conflict with.",
        of_an_agency=True,
        given_by=OFFICE,
    ),
    RoleGuide(
        Role.SCRUTINEER,
        "Chairs the panel and decides where it is split; reads the trail; confirms what is "
        "destroyed.",
        "Open the identity key, or sign off a report they wrote.",
        of_an_agency=False,
        given_by=(Role.ADMIN,),
    ),
    RoleGuide(
        Role.QPPA,
        "Comments on themes, signs off the report, and accepts completed actions.",
        "See the returns of a case, unless they also sit on its panel.",
        of_an_agency=False,
        given_by=OFFICE,
    ),
    RoleGuide(
        Role.BOARD,
        "Reads signed-off reports and the actions that are overdue or at risk.",
        "See anything about a single case.",
        of_an_agency=False,
        given_by=OFFICE,
    ),
    RoleGuide(
        Role.ADMIN,
        "Looks after accounts and settings.",
        "See any case content.",
        of_an_agency=False,
        given_by=(Role.ADMIN,),
    ),
    RoleGuide(
        Role.STAFF_CONDUCT,
        "Reads the restricted records of allegations about somebody who works with children, and "
        "takes them to the local authority designated officer (LADO).",
        "See an audit or a case by this role.",
        of_an_agency=False,
        given_by=OFFICE,
    ),
    RoleGuide(
        Role.INSPECTOR,
        "Reads, for a limited time, the packs that the coordinator froze for them.",
        "See anything of the live site, or anything of a single case.",
        of_an_agency=False,
        given_by=(Role.COORDINATOR,),
    ),
)

#: Roles that are held for a limited time: for so many days at most, and with a last day.
TIME_BOXED = {Role.INSPECTOR: 28}

#: The guide of each role.
GUIDE: dict[str, RoleGuide] = {guide.role.value: guide for guide in GUIDES}
