"""Who may open the pages of moderation: the panel of a released case, and the coordinator.

Agency leads and auditors never do, though they see the same cases elsewhere: what they find
here is the same as what never existed (R14). A conflict of interest hides the case (R31).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q

from macfa.audits.models import Audit
from macfa.concerns.models import Concern
from macfa.moderation.models import Panel
from macfa.people.models import Membership, User
from macfa.people.roles import SITS_ON_PANELS, Role
from macfa.returns.models import AgencyReturn
from macfa.sampling.lifecycle import WITH_PANEL
from macfa.sampling.models import Case, CaseAccess
from workflows.composed import composed
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.db.models import QuerySet

Capacity = CaseAccess.Capacity


def serving(person: User, partnership: str, *roles: Role) -> Exists:
    """Whether somebody holds one of these roles today in the partnership of the outer row."""
    memberships = Membership.objects.current().filter(
        person=person, team__role__in=roles, team__partnership=OuterRef(partnership)
    )
    return Exists(memberships)


def seated(person: User) -> Q:
    """Cases on whose panel somebody has a seat, and still serves, also those they left."""
    seat = CaseAccess.objects.current().filter(
        case=OuterRef("pk"), person=person, capacity=Capacity.PANEL
    )
    return Q(Exists(seat), serving(person, "audit__partnership", *SITS_ON_PANELS))


def sitting(person: User) -> Q:
    """Cases on whose panel somebody sits, without a conflict of interest."""
    conflict = CaseAccess.objects.conflicts(person).filter(case=OuterRef("pk"))
    return seated(person) & ~Q(Exists(conflict))


class SeatedCases:
    """The released cases on whose panel somebody has a seat, also those they stepped out of.

    Only for what is posted about a conflict of interest: the same form posted twice finds the
    case that its first post has hidden.
    """

    @staticmethod
    def visible_to(person: User) -> QuerySet[Case]:
        """Cases with the panel on which somebody was given a seat."""
        return Case.objects.filter(seated(person), state__in=WITH_PANEL)


class RoomCases:
    """The released cases that somebody moderates, or types for as coordinator (R14, R31)."""

    @staticmethod
    def visible_to(person: User) -> QuerySet[Case]:
        """Cases with the panel, for who sits on it or coordinates; none with a conflict."""
        typist = CaseAccess.objects.granting(person).filter(
            case=OuterRef("pk"), capacity=Capacity.COORDINATES
        )
        conflict = CaseAccess.objects.conflicts(person).filter(case=OuterRef("pk"))
        types = Q(
            Exists(typist),
            serving(person, "audit__partnership", Role.COORDINATOR),
            ~Exists(conflict),
        )
        return Case.objects.filter(sitting(person) | types, state__in=WITH_PANEL)


class PanelAudits:
    """The audits whose panel pages somebody may open."""

    @staticmethod
    def visible_to(person: User) -> QuerySet[Audit]:
        """Audits somebody coordinates, and those on whose panel they sit."""
        panels = Panel.objects.visible_to(person).filter(audit=OuterRef("pk"))
        coordinates = serving(person, "partnership", Role.COORDINATOR)
        return Audit.objects.filter(coordinates | Exists(panels))


def sits_on(case: Case, person: User) -> bool:
    """Whether somebody sits on the case's panel and has no conflict of interest with it."""
    return Case.objects.filter(sitting(person), pk=case.pk).exists()


def stepped_out(case: Case) -> list[User]:
    """The members of the case's panel who have declared a conflict of interest with it."""
    rows = CaseAccess.objects.current().filter(case=case, capacity=Capacity.CONFLICT)
    seats = CaseAccess.objects.filter(case=case, capacity=Capacity.PANEL)
    people = User.objects.filter(pk__in=rows.values("person")) & User.objects.filter(
        pk__in=seats.values("person")
    )
    return list(people.order_by("name"))


def barred(person: User) -> frozenset[int]:
    """The open tasks on cases somebody has a conflict of interest with: the queue is silent
    about them. Hardly anybody has one, so a page asks first whether there is any."""
    if not _ever_in_conflict(person.pk):
        return frozenset()
    cases = CaseAccess.objects.conflicts(person).values("case")
    kinds = ContentType.objects.get_for_models(Case, AgencyReturn, Concern)
    returns = AgencyReturn.objects.filter(case__in=cases).order_by().values("pk")
    concerns = Concern.objects.closed_to(person).order_by().values("pk")
    items = WorkItem.objects.open().filter(
        Q(subject_type=kinds[Case], subject_id__in=cases)
        | Q(subject_type=kinds[AgencyReturn], subject_id__in=returns)
        | Q(subject_type=kinds[Concern], subject_id__in=concerns)
    )
    return frozenset(items.values_list("pk", flat=True))


@composed
def _ever_in_conflict(person: int) -> QuerySet[CaseAccess, tuple[int]]:
    rows = CaseAccess.objects.filter(person=person, capacity=Capacity.CONFLICT)
    return rows.order_by().values_list("pk")[:1]


@dataclass(frozen=True)
class Candidate:
    """Somebody who may sit on a panel, and whom they would sit for."""

    person: User
    seat: str


def candidates(audit: Audit) -> list[Candidate]:
    """Who may sit on the panel of an audit today: scrutineers first, then by agency."""
    memberships = (
        Membership.objects.current()
        .filter(team__partnership=audit.partnership_id, team__role__in=SITS_ON_PANELS)
        .select_related("person", "team__agency")
        .order_by("-team__role", "team__agency__position", "person__name", "pk")
    )
    found: dict[int, Candidate] = {}
    for membership in memberships:
        team = membership.team
        seat = str(team.agency or Role(team.role).label)
        found.setdefault(membership.person_id, Candidate(membership.person, seat))
    return list(found.values())
