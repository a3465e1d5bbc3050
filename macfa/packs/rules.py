"""Who freezes packs, what may go in, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.models import Audit
from macfa.findings.lifecycle import ReportState
from macfa.people.models import Membership, User
from macfa.people.roles import Role
from macfa.people.rules import check_holds
from workflows import clock
from workflows.errors import NotYet, WrongState

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from macfa.packs.models import Pack, PackDocument
    from macfa.people.models import Partnership


def audits_to_freeze(partnership: Partnership | int) -> QuerySet[Audit]:
    """The audits of a partnership with a report that was signed off."""
    signed_off = Audit.objects.filter(
        partnership=partnership, reports__state=ReportState.SIGNED_OFF
    )
    return signed_off.distinct().order_by("-pk")


def inspectors(partnership: Partnership | int) -> QuerySet[User]:
    """Whoever inspects the partnership now, or will."""
    held = Membership.objects.filter(
        team__role=Role.INSPECTOR, team__partnership=partnership, person__is_active=True
    )
    going_on = held.lasting_on(clock.today())
    return User.objects.filter(pk__in=going_on.values("person")).order_by("name")


def check_freezes(
    partnership: Partnership,
    title: str,
    audits: Collection[Audit],
    readers: Collection[User],
    person: User,
) -> None:
    """The coordinator freezes what was signed off, for inspectors of the partnership."""
    check_holds(person, Role.COORDINATOR, partnership)
    if not title.strip():
        raise NotYet("Name the pack, for example by the inspection.")
    offered = set(audits_to_freeze(partnership).values_list("pk", flat=True))
    if not audits or {audit.pk for audit in audits} - offered:
        raise NotYet("Choose audits of your partnership whose report is signed off.")
    may_read = set(inspectors(partnership).values_list("pk", flat=True))
    if not readers or {reader.pk for reader in readers} - may_read:
        raise NotYet("Choose at least one inspector of your partnership.")


def check_withdraws(pack: Pack, person: User) -> None:
    """The coordinator withdraws a pack, once."""
    check_holds(person, Role.COORDINATOR, pack.partnership_id)
    if pack.withdrawn_at is not None:
        raise WrongState("This pack is withdrawn already.")


def check_whole(document: PackDocument) -> None:
    """Nobody reads a document that is not what was frozen, or that is destroyed."""
    if not document.html:
        raise WrongState("This document was destroyed, as its time to be kept was over.")
    if not document.is_whole:
        raise WrongState(
            "This document is not what was frozen, so it is not shown. Tell the coordinator."
        )
