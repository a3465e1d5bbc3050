"""What the page of an action shows: its facts, how it stands, and what somebody may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format

from macfa.audits import reminded
from macfa.audits.models import Audit
from macfa.audits.pages import of_audit
from macfa.findings.models import READS_FINDINGS
from macfa.findings.pages import newest_signed_off
from macfa.improvement import rules
from macfa.improvement.lifecycle import ActionState
from macfa.improvement.standing import standings
from macfa.people.rules import holds
from workflows import timeline
from workflows.rules import allows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.improvement.models import Action
    from macfa.people.models import User

STATE_COLOURS = {
    ActionState.UNDER_WAY: "blue",
    ActionState.CLAIMED: "purple",
    ActionState.COMPLETED: "green",
    ActionState.ENDED: "grey",
}
#: What the evidence is headed by.
CLAIMS = {
    ActionState.UNDER_WAY: "What was claimed",
    ActionState.CLAIMED: "Completion claimed",
    ActionState.COMPLETED: "Completed",
    ActionState.ENDED: "What was claimed",
}


@dataclass(frozen=True)
class Way:
    """One thing somebody may do with an action: a button or a link to its page."""

    text: str
    href: str


def around(action: Action, person: User, *, below: bool = False) -> dict[str, object]:
    """What every page of an action shows around it; `below` for a page below the action's own.

    An owner may follow an action without seeing its audit.
    """
    crumbs: list[tuple[str, str]] = [("My work", "/")]
    if Audit.objects.visible_to(person).filter(pk=action.audit_id).exists():
        shown: Any = of_audit(action.audit)["crumbs"]
        crumbs = [*shown, ("Actions", f"{action.audit.get_absolute_url()}actions/")]
    else:
        crumbs.append(("Actions", "/actions/"))
    if below:
        crumbs.append((action.reference, action.get_absolute_url()))
    return {
        "action": action,
        "crumbs": crumbs,
        "colour": STATE_COLOURS[ActionState(action.state)],
    }


def of_action(action: Action, person: User) -> dict[str, object]:
    """An action as somebody sees it, with what they may do about it."""
    return around(action, person) | {
        "standing": standings([action])[0],
        "rows": _facts(action, person),
        "updates": action.updates.select_related("by"),
        "reminders": _reminders(action, person),
        "no_update": _no_update(action),
        "claim": CLAIMS[ActionState(action.state)],
        "sent_back": _sent_back_because(action),
        "buttons": list(_buttons(action, person)),
        "ways": list(_ways(action, person)),
        "lines": timeline.lines(timeline.of_record(action)),
    }


def _facts(action: Action, person: User) -> list[dict[str, str]]:
    return [
        {"key": "Answers", "value": _findings(action, person) or "No finding yet"},
        {"key": "Led by", "value": f"{action.lead}\nOwner: {action.owner}"},
        {"key": "Who acts", "value": kind(action)},
        {"key": "Due", "value": date_format(action.due, "j F Y")},
        {"key": "Success measure", "value": action.measure},
        {"key": "Opened", "value": date_format(action.opened_on, "j F Y")},
    ]


def _findings(action: Action, person: User) -> str:
    """The findings it answers; by their numbers alone until the report is signed off, for whoever
    does not make it."""
    audit = action.audit
    reads = newest_signed_off(audit) or holds(person, READS_FINDINGS, audit.partnership_id)
    return "\n".join(str(found) if reads else found.label for found in action.findings.all())


def _reminders(action: Action, person: User) -> list[reminded.Line]:
    """Who was reminded, while it is under way: for its owner and for whoever may remind them."""
    if action.state != ActionState.UNDER_WAY:
        return []
    if action.owner_id != person.pk and not allows(rules.check_may_move, action, person):
        return []
    return reminded.lines(action, person)


def _no_update(action: Action) -> str:
    """What stands where no update was given."""
    if action.state == ActionState.UNDER_WAY:
        return "The owner has given no update yet."
    return "The owner gave no update on the way."


def kind(action: Action) -> str:
    """Whether several agencies have to act, or the lead agency alone (R43)."""
    return "Several agencies" if action.multi_agency else "The lead agency alone"


def _sent_back_because(action: Action) -> str:
    """Why the evidence was not enough, while the owner works on that."""
    if action.state != ActionState.UNDER_WAY:
        return ""
    entry = timeline.of_record(action).filter(verb="send_back").first()
    return timeline.lines([entry])[0].text if entry else ""


def _buttons(action: Action, person: User) -> Iterator[Way]:
    """What the page is mostly opened for."""
    url = action.get_absolute_url()
    if allows(rules.check_answers, action, person):
        yield Way("Accept the action", f"{url}take-on/")
        yield Way("Decline it", f"{url}decline/")
    if _reports(action, person) and action.state == ActionState.UNDER_WAY:
        yield Way("Give an update", f"{url}update/")
    if allows(rules.check_may_claim, action, person):
        yield Way("Claim completion", f"{url}claim/")
    if allows(rules.check_decides, action, person):
        yield Way("Accept as completed", f"{url}accept/")
        yield Way("Send the action back", f"{url}send-back/")


def _reports(action: Action, person: User) -> bool:
    return allows(rules.check_reports, action, person)


def _ways(action: Action, person: User) -> Iterator[Way]:
    """What is done now and then."""
    url = action.get_absolute_url()
    if _reports(action, person) and action.state == ActionState.CLAIMED:
        yield Way("Give an update", f"{url}update/")
    if allows(rules.check_open, action.audit, person):
        yield Way("Join it to findings", f"{url}findings/")
    yield from _reminding(action, person)
    if allows(rules.check_hands_over, action, person):
        yield Way("Hand it over", f"{url}hand-over/")
        yield Way("Offer it to another agency", f"{url}offer/")
    if allows(rules.check_takes_back, action, person):
        yield Way("Take the offer back", f"{url}take-back/")
    if allows(rules.check_moves_due, action, person):
        yield Way("Change the due date", f"{url}due/")
    if allows(rules.check_ends, action, person):
        yield Way("End it as no longer needed", f"{url}end/")


def _reminding(action: Action, person: User) -> Iterator[Way]:
    """How its owner is reminded."""
    url = action.get_absolute_url()
    if allows(rules.check_reminds, action, person):
        yield Way("Send a reminder", f"{url}remind/")
    if allows(rules.check_calls, action, person):
        yield Way("Record a telephone call", f"{url}call/")
