"""Who is on the panel: it is convened, and later joined by deputies and guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.services import advance
from macfa.moderation import rules
from macfa.moderation.flow import PanelFlow
from macfa.moderation.models import USUAL_QUORUM, Panel, PanelMember
from macfa.people.models import Membership
from macfa.people.roles import Role
from macfa.sampling.access import grant
from macfa.sampling.lifecycle import WITH_PANEL
from macfa.sampling.models import CaseAccess
from workflows import tasks
from workflows.lifecycle import act, begin, hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from macfa.audits.models import Audit
    from macfa.people.models import Agency, User
    from macfa.sampling.models import Case


def convene(
    *,
    audit: Audit,
    chair: User,
    members: Sequence[User],
    meets_on: date,
    quorum: int = USUAL_QUORUM,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Panel:
    """Convene the panel and move the audit to moderation; each member is asked to prepare.

    Raises:
        NotYet: returns are outstanding, each named, or the panel is too small.
    """
    with act(audit, by=by, expects=expects, token=token) as (doing, audit):
        hold(audit.returns.all())
        rules.check_convene(audit, by)
        rules.check_members(chair, members, audit)
        people = [chair, *(person for person in members if person.pk != chair.pk)]
        rules.check_quorum(quorum, len(people))
        advance(doing, "convene")
        panel = Panel(audit=audit, chair=chair, meets_on=meets_on, quorum=quorum)
        count, head = len(people), chair.public_id
        begin(panel, "convened", by=by, facts={"count": count, "chair_person": head})
        seats = [_seat(panel, person) for person in people]
        tasks.begin_many(seats, "joined", PanelFlow.joined, by=by)
    return panel


def _seat(panel: Panel, person: User, deputy_for: PanelMember | None = None) -> PanelMember:
    return PanelMember(
        panel=panel,
        person=person,
        name=person.name,
        agency=_agency_of(person, panel),
        role="Chair" if person.pk == panel.chair_id else "Panel member",
        deputy_for=deputy_for,
    )


def _agency_of(person: User, panel: Panel) -> Agency | None:
    seats = Membership.objects.current().filter(
        person=person, team__role=Role.PANEL, team__partnership=panel.audit.partnership_id
    )
    seat = seats.select_related("team__agency").order_by("pk").first()
    return seat.team.agency if seat else None


def add_member(
    *,
    panel: Panel,
    person: User,
    by: User,
    deputy_for: PanelMember | None = None,
    expects: int | None = None,
    token: str | None = None,
) -> PanelMember:
    """Somebody with an account joins the panel, perhaps as a named deputy of the same agency.

    They may read what has been released to the panel, and are asked to prepare.
    """
    with act(panel, by=by, expects=expects, token=token) as (doing, panel):
        rules.check_release(panel.audit, by)
        seat = _seat(panel, person, deputy_for)
        rules.check_joins(panel, seat)
        begin(seat, "joined", by=by)
        for case in panel.audit.cases.filter(state__in=WITH_PANEL).order_by("pk"):
            let_in(case, person)
        doing.note("member_added", facts={"member_person": person.public_id})
        with act(seat, by=by) as (seating, seat):
            tasks.start(seating, PanelFlow.joined)
    return seat


def let_in(case: Case, person: User) -> None:
    """A member of the panel may read every return of a released case."""
    grant(case, CaseAccess.Capacity.PANEL, person=person, why="Sits on the panel")


def add_guest(
    *,
    panel: Panel,
    name: str,
    agency: Agency | None,
    role: str,
    by: User,
    deputy_for: PanelMember | None = None,
    expects: int | None = None,
    token: str | None = None,
) -> PanelMember:
    """Name somebody without an account who sits on the panel, perhaps as a deputy."""
    with act(panel, by=by, expects=expects, token=token) as (doing, panel):
        rules.check_release(panel.audit, by)
        doing.note("guest_added", text=name)
        guest = PanelMember(panel=panel, name=name, agency=agency, role=role, deputy_for=deputy_for)
        rules.check_deputy(guest)
        begin(guest, "joined", by=by, text=name)
    return guest
