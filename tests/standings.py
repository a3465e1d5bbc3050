"""How people stand to a record, read from the rows alone and by none of the site's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Model, Q

from macfa.access.matrix import rows_of
from macfa.access.standing import About, Who
from macfa.audits.models import Audit
from macfa.concerns.models import Concern, StaffMatter
from macfa.findings.lifecycle import ReportState
from macfa.findings.models import Finding, Report
from macfa.improvement.models import Action
from macfa.moderation.models import Panel, PanelMember
from macfa.packs.models import Pack
from macfa.people.models import Absence, AccessReview, Invitation, Membership, User
from macfa.people.roles import Role
from macfa.retention.models import Destruction, Hold
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import WITH_PANEL, CaseState
from macfa.sampling.models import Case
from notifications.models import Notification
from workflows import clock
from workflows.models import WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.urls import ResolverMatch

#: What an address is about, by how it begins; the more exact first.
KINDS: tuple[tuple[str, type[Model]], ...] = (
    ("concerns/staff/", StaffMatter),
    ("concerns/", Concern),
    ("moderation/cases/", Case),
    ("moderation/panels/", Panel),
    ("findings/", Finding),
    ("cases/", Case),
    ("returns/", AgencyReturn),
    ("reports/", Report),
    ("actions/", Action),
    ("audits/", Audit),
    ("people/invitations/", Invitation),
    ("people/reviews/", AccessReview),
    ("people/", User),
    ("packs/", Pack),
    ("retention/audits/", Audit),
    ("retention/holds/", Hold),
    ("retention/destructions/", Destruction),
    ("tasks/", WorkItem),
    ("away/", Absence),
    ("notifications/", Notification),
)
#: How somebody stands to everything of a partnership by a role alone.
BY_ROLE = {
    Role.COORDINATOR: Who.COORDINATOR,
    Role.PANEL: Who.PANEL,
    Role.SCRUTINEER: Who.SCRUTINEER,
    Role.QPPA: Who.QPPA,
    Role.BOARD: Who.BOARD,
    Role.ADMIN: Who.ADMIN,
    Role.STAFF_CONDUCT: Who.CONDUCT,
}
#: How somebody stands because a field names them, and whether they have to serve still.
NAMED: dict[type, tuple[str, Who, bool]] = {
    WorkItem: ("owner_id", Who.HOLDER, False),
    Absence: ("person_id", Who.HOLDER, False),
    Notification: ("recipient_id", Who.HOLDER, False),
    Report: ("author_id", Who.AUTHOR, False),
    Concern: ("raised_by_id", Who.RAISED_IT, True),
    StaffMatter: ("raised_by_id", Who.RAISED_IT, True),
    Action: ("owner_id", Who.OWNER, True),
}
#: The roles whose work, and whose people, an agency lead looks after.
GIVEN = {Role.AUDITOR, Role.AGENCY_LEAD, Role.ACTION_OWNER}
AUDITS = {Role.AUDITOR, Role.AGENCY_LEAD}
SITS = {Role.PANEL, Role.SCRUTINEER}

# --- what an address is about -------------------------------------------------------------------


def record_of(match: ResolverMatch) -> Model | None:
    """The record that an address is about; of two, the one within the other."""
    kind = next((model for start, model in KINDS if match.route.startswith(start)), None)
    if match.route.startswith("tasks/people/"):
        return None
    if "return_id" in match.kwargs:
        return AgencyReturn.objects.get(public_id=match.kwargs["return_id"])
    if kind is None or not match.kwargs.keys() & {"public_id", "seq"}:
        return None
    if "seq" in match.kwargs:
        return kind._default_manager.filter(seq=match.kwargs["seq"]).first()
    return kind._default_manager.get(public_id=match.kwargs["public_id"])


def about_of(match: ResolverMatch, record: Model | None) -> About:
    """What an address is about now."""
    kinds = {row.about for row in rows_of(match.view_name)}
    return kinds.pop() if len(kinds) == 1 else about_alone(record)


def about_alone(record: Model | None) -> About:
    """What a page about a record is about, where its name does not tell."""
    if isinstance(record, AgencyReturn):
        return About.RELEASED_RETURN if record.case.state in WITH_PANEL else About.RETURN
    if isinstance(record, Case):
        drawn = About.DRAWN_CASE if record.state == CaseState.DRAWN else About.CASE
        return About.RELEASED_CASE if record.state in WITH_PANEL else drawn
    if isinstance(record, Audit):
        return About.PANEL if Panel.objects.filter(audit=record) else About.BEFORE_PANEL
    if isinstance(record, Report):
        return About.REPORT if record.state == ReportState.SIGNED_OFF else About.DRAFT_REPORT
    if isinstance(record, Concern):
        return About.TOLD_CONCERN if record.escalated_at else About.CONCERN
    assert isinstance(record, Action), record
    return About.OFFERED_ACTION if record.offered_to_id else About.ACTION


# --- how somebody stands ------------------------------------------------------------------------


class Posts:
    """The roles somebody holds today, each with its partnership and its agency."""

    def __init__(self, person: User) -> None:
        day = clock.today()
        rows = Membership.objects.filter(person=person, person__is_active=True, since__lte=day)
        rows = rows.filter(Q(until=None) | Q(until__gte=day)).select_related("team")
        self.person = person
        self.held = [(each.team.role, each.team.partnership_id, each.team) for each in rows]

    def in_several(self) -> bool:
        """Whether somebody serves in several partnerships, and is in one of them at a time."""
        return len({home for _, home, _ in self.held}) > 1

    def roles(self, partnership: int | None) -> set[str]:
        """Roles in a partnership; None is any."""
        return {role for role, home, _ in self.held if partnership in {None, home}}

    def agencies(self, roles: set[Role], partnership: int | None) -> set[int | None]:
        """The agencies for which somebody holds one of these roles."""
        here = [each for each in self.held if partnership in {None, each[1]}]
        return {team.agency_id for role, _, team in here if role in roles}


def standing(person: User, record: Model | None) -> set[Who]:
    """How somebody stands to what an address is about."""
    posts, home = Posts(person), _partnership_of(record)
    found = {BY_ROLE[Role(role)] for role in posts.roles(home) if role in BY_ROLE}
    if posts.roles(home) - {Role.ADMIN, Role.INSPECTOR}:
        found.add(Who.MEMBER)
    if _leads(posts, record, home):
        found.add(Who.LEAD)
    return {Who.ANYBODY, *found, *_by_name(posts, record, home)}


def _partnership_of(record: Model | None) -> int | None:
    """The partnership a record belongs to; None where it belongs to none."""
    for name in ("partnership_id", "tenant_id"):
        if (number := getattr(record, name, None)) is not None:
            return int(number)
    if isinstance(record, User):
        first = record.memberships.order_by("pk").select_related("team").first()
        return first.team.partnership_id if first else None
    if isinstance(record, Invitation):
        return record.team.partnership_id
    audit = getattr(record, "audit", None)
    return int(audit.partnership_id) if audit else None


def _leads(posts: Posts, record: Model | None, home: int | None) -> bool:
    """Whether somebody leads an agency of which something is asked here."""
    led = posts.agencies({Role.AGENCY_LEAD}, home)
    if isinstance(record, WorkItem):
        return record.team.role in GIVEN and record.team.agency_id in led
    asked = _agencies_of(record)
    return bool(led if asked is None else led & asked)


def _agencies_of(record: Model | None) -> set[int | None] | None:
    """The agencies a record concerns; None where it concerns all of them."""
    if isinstance(record, Case):
        return {each.agency_id for each in record.returns.all()}
    if isinstance(record, User):
        given = record.memberships.filter(team__role__in=GIVEN).select_related("team")
        return {each.team.agency_id for each in given}
    if isinstance(record, Absence):
        return Posts(record.person).agencies(set(Role), None) - {None}
    if isinstance(record, Invitation):
        return {record.team.agency_id}
    if isinstance(record, AgencyReturn | Concern | Action | AccessReview):
        return {record.agency_id}
    return None


def _by_name(posts: Posts, record: Model | None, home: int | None) -> Iterator[Who]:
    """How somebody stands because a record names them."""
    field, who, has_to_serve = NAMED.get(type(record), ("pk", Who.HOLDER, True))
    named = type(record) in NAMED and getattr(record, field) == posts.person.pk
    if named and (posts.roles(home) or not has_to_serve):
        yield who
    if isinstance(record, AgencyReturn | Case):
        yield from _auditing(posts, record)
    if isinstance(record, AgencyReturn | Case | Audit | Panel):
        yield from _sitting(posts, record, home)
    if isinstance(record, WorkItem) and record.team_id in {team.pk for _, _, team in posts.held}:
        yield Who.COLLEAGUE
    if isinstance(record, Pack):
        yield from _inspecting(posts, record, home)
    offered_to = getattr(record, "offered_to_id", None)
    if offered_to and offered_to in posts.agencies({Role.AGENCY_LEAD}, home):
        yield Who.OFFERED_LEAD


def _inspecting(posts: Posts, pack: Pack, home: int | None) -> Iterator[Who]:
    """The inspectors for whom a pack was frozen."""
    named = pack.readers.filter(pk=posts.person.pk).exists()
    if named and Role.INSPECTOR in posts.roles(home):
        yield Who.INSPECTOR


def _auditing(posts: Posts, record: AgencyReturn | Case) -> Iterator[Who]:
    """Whoever has an audit of the case, or this one."""
    mine = posts.agencies(AUDITS, None)
    returns = [record] if isinstance(record, AgencyReturn) else record.returns.all()
    if any(each.auditor_id == posts.person.pk and each.agency_id in mine for each in returns):
        yield Who.HOLDER


def _sitting(
    posts: Posts, record: AgencyReturn | Case | Audit | Panel, home: int | None
) -> Iterator[Who]:
    """Who sits on the panel, or chairs it."""
    audit = record if isinstance(record, Audit) else record.audit
    panel = Panel.objects.filter(audit=audit).first()
    if panel is None or not posts.roles(home) & SITS:
        return
    if panel.chair_id == posts.person.pk:
        yield Who.CHAIR
    if PanelMember.objects.filter(panel=panel, person=posts.person).exists():
        yield Who.SEATED
