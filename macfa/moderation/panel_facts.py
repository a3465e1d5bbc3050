"""What the pages of the panel show: its members and who has prepared, its sittings, its cases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format

from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import CaseAccess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from macfa.audits.models import Audit
    from macfa.moderation.models import Panel, PanelMember, Sitting


@dataclass(frozen=True)
class Seat:
    """A member of the panel, and the cases they stepped out of."""

    member: PanelMember
    stepped_out: list[str]


@dataclass(frozen=True)
class Held:
    """A sitting of the panel, with its quorum in words (R31)."""

    sitting: Sitting
    present: list[PanelMember]
    quorum: int

    @property
    def quorate(self) -> bool:
        """Whether enough people were present."""
        return len(self.present) >= self.quorum


def facts(panel: Panel) -> dict[str, object]:
    """Everything the page of a convened panel shows."""
    seats = seats_of(panel)
    states = list(panel.audit.cases.counted().values_list("state", flat=True))
    with_accounts = [seat for seat in seats if seat.member.person_id]
    return {
        "panel": panel,
        "seats": seats,
        "asked": len(with_accounts),
        "prepared": sum(seat.member.prepared_at is not None for seat in with_accounts),
        "sittings": sittings_of(panel),
        "to_release": states.count(CaseState.WITH_AGENCIES),
        "released": states.count(CaseState.RELEASED) + states.count(CaseState.MODERATED),
        "moderated": states.count(CaseState.MODERATED),
        "all_moderated": set(states) == {CaseState.MODERATED},
    }


def seats_of(panel: Panel) -> list[Seat]:
    """The members in the order in which they joined, with their conflicts of interest."""
    conflicts = _conflicts(panel.audit)
    members = panel.members.select_related("agency", "deputy_for").order_by("pk")
    return [Seat(member, conflicts[member.person_id]) for member in members]


def _conflicts(audit: Audit) -> Mapping[int | None, list[str]]:
    """The cases of an audit with which people declared a conflict, by person."""
    rows = CaseAccess.objects.current().filter(
        case__audit=audit, capacity=CaseAccess.Capacity.CONFLICT
    )
    found: dict[int | None, list[str]] = defaultdict(list)
    for person, label in rows.order_by("case__number").values_list("person", "case__label"):
        found[person].append(label)
    return found


def sittings_of(panel: Panel) -> list[Held]:
    """The sittings of a panel, each with who was present."""
    sittings = panel.sittings.prefetch_related("present__agency")
    return [Held(sitting, list(sitting.present.all()), panel.quorum) for sitting in sittings]


def convening(typed: Mapping[str, Any]) -> list[dict[str, str]]:
    """The panel before it is convened, to be checked; `field` is where each fact is changed."""
    return [
        {"key": "Chair", "value": str(typed["chair"]), "field": "id_chair_0"},
        {
            "key": "Members",
            "value": "\n".join(map(str, typed["members"])),
            "field": "id_members_0",
        },
        {
            "key": "The panel meets",
            "value": date_format(typed["meets_on"], "j F Y"),
            "field": "id_meets_on_0",
        },
        {"key": "Quorum", "value": str(typed["quorum"]), "field": "id_quorum"},
    ]
