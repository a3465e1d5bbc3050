"""What the pages of immediate concerns show, to each who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from macfa.concerns import rules
from macfa.concerns.lifecycle import OPEN, ConcernState
from macfa.concerns.models import Concern, StaffMatter
from macfa.forms import ActForm
from macfa.templatetags.macfa_ui import moment
from workflows import timeline
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from macfa.people.models import User

COLOURS = {
    ConcernState.RAISED: "red",
    ConcernState.ACKNOWLEDGED: "orange",
    ConcernState.CONFIRMED_ONCE: "yellow",
    ConcernState.ACTION_CONFIRMED: "grey",
}


def listed(person: User, show: str) -> QuerySet[Concern]:
    """The concerns somebody sees: open ones first, then the newest."""
    rows = Concern.objects.visible_to(person)
    rows = rows.select_related("agency", "raised_by", "partnership")
    if show:
        rows = rows.filter(Q(state__in=OPEN) if show == "open" else ~Q(state__in=OPEN))
    is_open = ExpressionWrapper(Q(state__in=OPEN), output_field=BooleanField())
    return rows.order_by(is_open.desc(), "-raised_at", "-pk")


def row(concern: Concern, *, several: bool = False) -> list[dict[str, str]]:
    """A concern in the list: when it was raised, how far it is, about whom and by whom; and in
    which partnership, for who serves in several."""
    agency = str(concern.agency or "No single agency")
    return [
        {"text": f"Raised {moment(concern.raised_at)}", "href": concern.get_absolute_url()},
        {"tag": concern.get_state_display(), "colour": COLOURS[ConcernState(concern.state)]},
        {"text": f"{agency}, {concern.partnership}" if several else agency},
        {"text": str(concern.raised_by)},
    ]


def of_concern(concern: Concern, person: User) -> dict[str, Any]:
    """A concern with what was done about it, and what somebody may do now."""
    return {
        "concern": concern,
        "colour": COLOURS[ConcernState(concern.state)],
        "rows": list(_facts(concern)),
        "notes": concern.notes.select_related("by"),
        "confirmations": concern.confirmations.select_related("by"),
        "lines": timeline.lines(timeline.of_record(concern)),
        "can_acknowledge": rules.can_acknowledge(concern, person),
        "can_confirm": rules.can_confirm(concern, person),
        "can_note": concern.is_open,
        "can_ask_scrutineer": allows(rules.check_ask_scrutineer, concern, person),
        "act_form": ActForm(version=concern.version),
    }


def _facts(concern: Concern) -> Iterator[dict[str, str]]:
    yield {"key": "What was seen", "value": concern.seen}
    yield {"key": "What was done", "value": concern.done}
    yield {"key": "By whom and when", "value": f"{concern.done_by}\n{concern.done_when}"}
    if concern.referral:
        yield {"key": "Referral reference", "value": concern.referral}
    if concern.not_referred_because:
        yield {"key": "Not yet referred because", "value": concern.not_referred_because}
    yield {"key": "Who was told", "value": concern.told}
    yield {"key": "Agency concerned", "value": str(concern.agency or "No single agency")}
    yield {"key": "Case reference", "value": concern.case_reference or "None given"}
    yield {"key": "Raised", "value": f"{concern.raised_by}\n{moment(concern.raised_at)}"}
    if concern.acknowledged_by and concern.acknowledged_at:
        said = f"{concern.acknowledged_by}\n{moment(concern.acknowledged_at)}"
        yield {"key": "Acknowledged", "value": said}


def of_staff_matter(matter: StaffMatter) -> list[dict[str, str]]:
    """What is recorded about the conduct of somebody who works with children."""
    return [
        {"key": "What was seen or heard", "value": matter.seen},
        {"key": "What was done", "value": f"{matter.done}\n{matter.done_when}"},
        {"key": "Who was told", "value": matter.told},
        {"key": "Recorded", "value": f"{matter.raised_by}\n{moment(matter.raised_at)}"},
    ]
