"""How one person stands in a partnership: roles, open work, and what was changed about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macfa.people import giving_roles
from macfa.people.models import Change, Membership
from workflows import clock, handing_over, timeline
from workflows.ledger import record_type
from workflows.models import LedgerEntry, WorkItem

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from macfa.people.models import MembershipQuerySet, Team, User
    from workflows.timeline import Line

#: So many entries of what was changed about somebody stand on their page.
ENTRIES = 20


@dataclass(frozen=True)
class Held:
    """A role somebody holds, held or will hold."""

    membership: Membership
    ends: bool

    @property
    def words(self) -> str:
        """“Held”, “To come” or “Ended”."""
        if self.membership.since > clock.today():
            return "To come"
        until = self.membership.until
        return "Ended" if until and until < clock.today() else "Held"


@dataclass(frozen=True)
class OpenWork:
    """How much somebody holds in the partnership, and how much of it the reader hands over."""

    total: int
    theirs_to_give: int


def memberships(person: User, teams: QuerySet[Team]) -> MembershipQuerySet:
    """What somebody holds or held in these teams, the newest first."""
    found = Membership.objects.filter(person=person, team__in=teams)
    return found.select_related("team__agency", "team__partnership").order_by("-since", "-pk")


def held_now(person: User, teams: QuerySet[Team]) -> MembershipQuerySet:
    """What somebody holds in these teams today, or will hold."""
    return memberships(person, teams).lasting_on(clock.today())


def roles(person: User, teams: QuerySet[Team], reader: User) -> list[Held]:
    """Somebody's roles in these teams, and whether the reader may end each."""
    going_on = set(held_now(person, teams).values_list("pk", flat=True))
    return [
        Held(each, each.pk in going_on and giving_roles.can_give_role(each.team, reader))
        for each in memberships(person, teams)
    ]


def open_work(person: User, reader: User) -> OpenWork:
    """Figures alone: whoever gives the work out finds the tasks themselves where it is given."""
    here = reader.reach.here
    total = WorkItem.objects.open().filter(owner=person, tenant=here).count()
    return OpenWork(total, len(handing_over.held_by(person, reader)))


def history(person: User, reader: User) -> list[Line]:
    """What was changed about somebody in the partnership, newest first."""
    changes = Change.objects.filter(person=person, partnership=reader.reach.here)
    entries = LedgerEntry.objects.filter(
        record_type=record_type(Change), record__in=changes.values("public_id")
    )
    return timeline.lines(entries.select_related("said").order_by("-at", "-pk")[:ENTRIES])
