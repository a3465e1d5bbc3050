"""What goes out and what stays: one line for each table of the site, complete by test.

A line says by which way its rows belong to the partnership. Who goes along, what happened to them
and what they were told is not one column away; `belonging.py` finds those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import AutoField

from macfa.audits.models import Audit, StageDate, Theme, ThemeRank, ThemeView
from macfa.concerns.models import Concern, ConcernNote, Confirmation, StaffMatter
from macfa.findings.models import Finding, Report
from macfa.improvement.models import Action, ActionReminder, ActionUpdate
from macfa.leaving import belonging
from macfa.leaving.columns import Column, column_of
from macfa.moderation.models import (
    CaseGrade,
    DomainGrade,
    GoneAhead,
    Panel,
    PanelGrade,
    PanelMember,
    Sitting,
)
from macfa.packs.models import Pack, PackDocument
from macfa.people.models import (
    Absence,
    AccessReview,
    Agency,
    Change,
    Invitation,
    Membership,
    Partnership,
    ReviewedRole,
    SchoolHoliday,
    Setting,
    Succession,
    Team,
    User,
)
from macfa.retention.models import Destruction, Hold, Period
from macfa.returns.models import (
    Addendum,
    AgencyReturn,
    Answer,
    Independence,
    PanelQuestion,
    Reminder,
    ReturnQuery,
    Submission,
)
from macfa.sampling.models import Case, CaseAccess, Draw, IdentityKey, Pool, PoolRow
from macfa.tools.models import AuditTool, Domain, Grade, Question, Scale, ToolVersion
from notifications.models import Counter, Email, Hours, Notification, Preference
from workflows.models import Assignment, LedgerEntry, LedgerText, Process, WorkItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Model, QuerySet

    from macfa.leaving.belonging import Leaving

    Narrowed = Callable[[Leaving, Sequence[dict[str, Any]]], Iterable[dict[str, Any]]]

NO_COLUMNS: dict[str, str] = {}


@dataclass(frozen=True)
class Kind:
    """One table that goes out, as one file.

    `of` is the way from a row to its partnership, or a function that finds the rows; `narrowed`
    takes out of them what a query cannot. `without` names the columns that stay, each with its
    reason; `sealed` those that few may read, which lie sealed in the export; `says` what the
    table is, where its class does not.
    """

    model: type[Model]
    of: str | Callable[[Leaving], QuerySet[Any]]
    says: str = ""
    without: dict[str, str] = field(default_factory=lambda: NO_COLUMNS)
    sealed: tuple[str, ...] = ()
    narrowed: Narrowed | None = None

    @property
    def name(self) -> str:
        """What the kind is called in the export: `sampling.case`."""
        return str(self.model._meta.label_lower)

    @property
    def words(self) -> str:
        """What it is, in the words of its class."""
        return self.says or " ".join((self.model.__doc__ or "").split())

    @property
    def numbers_rows(self) -> bool:
        """Whether its rows have numbers of their own, and not those of what they belong to."""
        return isinstance(self.model._meta.pk, AutoField)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that go out, in the order of the table."""
        fields = [
            each for each in self.model._meta.concrete_fields if each.name not in self.without
        ]
        return [column_of(each, sealed=each.name in self.sealed) for each in fields]

    def rows(self, leaving: Leaving) -> QuerySet[Any]:
        """The rows that go out."""
        if callable(self.of):
            return self.of(leaving)
        return self.model._base_manager.filter(**{self.of: leaving.partnership.pk})


_AUDIT = "audit__partnership"
_RETURN = "agency_return__audit__partnership"
_CASE = "case__audit__partnership"
_COUNTED_ANEW = "Counted anew where the partnership is loaded."

KINDS: tuple[Kind, ...] = (
    Kind(Partnership, "pk"),
    Kind(Agency, "partnership"),
    Kind(SchoolHoliday, "partnership"),
    Kind(Setting, "agency__partnership"),
    Kind(
        User,
        belonging.people,
        narrowed=belonging.accounts,
        without={
            "password": "A password opens one site. Each person chooses a new one.",
            "last_login": "When somebody signed in belongs to the site that they signed in to.",
        },
    ),
    Kind(Team, "partnership"),
    Kind(Membership, "team__partnership"),
    Kind(Absence, belonging.absences),
    Kind(Invitation, "team__partnership"),
    Kind(AccessReview, "partnership"),
    Kind(ReviewedRole, "review__partnership"),
    Kind(Change, "partnership"),
    Kind(Succession, "agency__partnership"),
    Kind(Scale, "partnership"),
    Kind(Grade, "scale__partnership"),
    Kind(AuditTool, "partnership"),
    Kind(ToolVersion, "tool__partnership"),
    Kind(Domain, "version__tool__partnership"),
    Kind(Question, "domain__version__tool__partnership"),
    Kind(Audit, "partnership"),
    Kind(Audit.agencies.through, _AUDIT, says="The agencies that take part in an audit."),
    Kind(StageDate, _AUDIT),
    Kind(Theme, _AUDIT),
    Kind(ThemeView, _AUDIT),
    Kind(ThemeRank, "view__audit__partnership"),
    Kind(Pool, _AUDIT),
    Kind(PoolRow, "pool__audit__partnership"),
    Kind(Draw, _AUDIT),
    Kind(Case, _AUDIT),
    Kind(
        IdentityKey,
        "pool_row__pool__audit__partnership",
        sealed=("sealed",),
        without={"mark": "Made with the key of the site; made anew with the key of the next."},
    ),
    Kind(CaseAccess, _CASE),
    Kind(AgencyReturn, _AUDIT),
    Kind(Answer, _RETURN),
    Kind(Submission, _RETURN),
    Kind(Independence, _RETURN),
    Kind(ReturnQuery, _RETURN),
    Kind(Reminder, _RETURN),
    Kind(PanelQuestion, _RETURN),
    Kind(Addendum, _RETURN),
    Kind(Concern, "partnership"),
    Kind(ConcernNote, "concern__partnership"),
    Kind(Confirmation, "concern__partnership"),
    Kind(StaffMatter, "partnership", sealed=("seen", "done", "done_when", "told")),
    Kind(Panel, _AUDIT),
    Kind(PanelMember, "panel__audit__partnership"),
    Kind(Sitting, "panel__audit__partnership"),
    Kind(
        Sitting.present.through,
        "sitting__panel__audit__partnership",
        says="Who was there when a panel sat.",
    ),
    Kind(PanelGrade, _RETURN),
    Kind(DomainGrade, _CASE),
    Kind(CaseGrade, _CASE),
    Kind(GoneAhead, _CASE),
    Kind(Finding, _AUDIT),
    Kind(Finding.cases.through, "finding__audit__partnership", says="The cases of a finding."),
    Kind(Finding.domains.through, "finding__audit__partnership", says="The domains of a finding."),
    Kind(
        Finding.agencies.through, "finding__audit__partnership", says="The agencies of a finding."
    ),
    Kind(Report, _AUDIT),
    Kind(Action, _AUDIT),
    Kind(Action.findings.through, "action__audit__partnership", says="The findings of an action."),
    Kind(ActionUpdate, "action__audit__partnership"),
    Kind(ActionReminder, "action__audit__partnership"),
    Kind(Pack, "partnership"),
    Kind(Pack.readers.through, "pack__partnership", says="For whom a pack was frozen."),
    Kind(PackDocument, "pack__partnership"),
    Kind(Period, "partnership"),
    Kind(Hold, "partnership"),
    Kind(Destruction, "partnership"),
    Kind(Process, belonging.processes),
    Kind(WorkItem, "tenant"),
    Kind(Assignment, "item__tenant"),
    Kind(LedgerEntry, belonging.happenings),
    Kind(LedgerText, belonging.texts),
    Kind(Email, belonging.emails),
    Kind(Notification, belonging.told, narrowed=belonging.ours),
    Kind(Counter, belonging.of_account(Counter), without={"last_seq": _COUNTED_ANEW}),
    Kind(Preference, belonging.of_account(Preference)),
    Kind(Hours, belonging.of_account(Hours)),
)
BY_MODEL: dict[type[Model], Kind] = {kind.model: kind for kind in KINDS}

#: What a person chose for their account: it stays as it is where they have an account already.
OF_ACCOUNT = frozenset({Counter, Preference, Hours})

_STOCK = "Of the engine’s own, which stays empty: the tables of `workflows` take its place."
_ELSEWHERE = "How one site signs people in by another organisation; set up anew."
_RIGHTS = "Not used: roles are memberships of teams."
#: Tables that stay, by label, each with its reason.
STAYS: dict[str, str] = {
    "workflows.Read": "It is a chain for each person over the whole installation. The scrutineer "
    "takes along what concerns the partnership, as a signed file from the page of the ledger.",
    "account.EmailAddress": "Made from the address of the account when somebody signs in.",
    "account.EmailConfirmation": "A question that was sent to an address and waits for an answer.",
    "auth.Group": _RIGHTS,
    "auth.Group_permissions": _RIGHTS,
    "auth.Permission": _RIGHTS,
    "contenttypes.ContentType": "Each site numbers the kinds of record; they go out by name.",
    "sampling.PoolUpload": "A file that waits at most 12 hours to be explained; it is sent again.",
    "mfa.Authenticator": "With what somebody signs in to one site. They set up a new one.",
    "people.SignInLink": "Links that sign in to one site, and work for some days.",
    "usersessions.UserSession": "Who is signed in, and where.",
    "socialaccount.SocialApp": _ELSEWHERE,
    "socialaccount.SocialAccount": _ELSEWHERE,
    "socialaccount.SocialToken": _ELSEWHERE,
    "sessions.Session": "Who is signed in, and where. Nobody is, on the site that comes next.",
    "viewflow.Process": _STOCK,
    "viewflow.Task": _STOCK,
    "viewflow.Task_previous": _STOCK,
    "workflows.WorkItem_previous": "Not written: `after` of a work item says the same.",
}
