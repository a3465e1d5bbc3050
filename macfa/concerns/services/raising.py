"""Somebody raises an immediate concern: it is stored, and whoever it needs is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.concerns import rules
from macfa.concerns.flow import ConcernFlow, SecondPersonFlow
from macfa.concerns.models import Concern
from workflows import clock, tasks
from workflows.lifecycle import act, begin, beginning
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Iterable

    from macfa.people.models import Agency, Partnership, User
    from workflows.lifecycle import Act

#: All that a message ever says of a concern (R27).
NEEDS_YOU = "An immediate concern needs you"


def raise_concern(
    *,
    partnership: Partnership,
    seen: str,
    done: str,
    done_by: str,
    done_when: str,
    told: str,
    referral: str = "",
    not_referred_because: str = "",
    agency: Agency | None = None,
    case_reference: str = "",
    by: User,
    token: str | None = None,
) -> Concern:
    """Record a concern and alert coordinators and the agency's leads, in one transaction.

    No audit, case or return is locked, so it waits for none of them (R28). Where no lead could
    be the second person, the independent scrutineer is told at once.
    """
    with beginning(token):
        rules.check_raise(partnership, agency, by)
        check_says(seen, "Say what was seen.")
        check_says(done, "Say what was done.")
        rules.check_referred(referral, not_referred_because)
        case = rules.case_meant(partnership, case_reference)
        concern = Concern(
            partnership=partnership,
            agency=agency,
            case_reference=case_reference.strip(),
            case=case,
            audit=case.audit if case else None,
            seen=seen.strip(),
            done=done.strip(),
            done_by=done_by.strip(),
            done_when=done_when.strip(),
            told=told.strip(),
            referral=referral.strip(),
            not_referred_because=not_referred_because.strip(),
            raised_by=by,
            raised_at=clock.now(),
        )
        begin(concern, "raised", by=by, token=token)
        return _ask(concern, by)


def _ask(concern: Concern, by: User) -> Concern:
    """It waits for the coordinator and for a second person, who are told at once."""
    with act(concern, by=by) as (doing, concern):
        tasks.start(doing, ConcernFlow.raised)
        tasks.start(doing, SecondPersonFlow.raised)
        alert(doing, rules.coordinators(concern) | rules.leads(concern), "raised")
        if rules.needs_scrutineer(concern):
            escalate(doing)
    return concern


def alert(doing: Act, people: Iterable[User], what: str) -> None:
    """Tell people that a concern needs them, without any detail."""
    concern: Concern = doing.record
    for person in sorted(people, key=lambda each: each.pk):
        doing.tell(
            person.pk,
            event=f"concern.{what.partition('-')[0]}",
            event_key=f"concern-{concern.public_id}-{what}",
            text=NEEDS_YOU,
            url=concern.get_absolute_url(),
        )


def escalate(doing: Act) -> None:
    """The independent scrutineer sees the concern from now on, and is told."""
    if doing.record.escalated_at is None:
        doing.change(escalated_at=clock.now())
        doing.note("escalated")
        alert(doing, rules.scrutineers(doing.record), "escalated")
