"""What concerns the conduct of staff goes a separate, restricted way (R28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.concerns import rules
from macfa.concerns.models import StaffMatter
from notifications.inbox import Message
from workflows import clock
from workflows.lifecycle import begin, beginning, tell_at_the_end
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.people.models import Partnership, User

#: All that a message ever says of a restricted matter.
NEEDS_YOU = "A restricted matter needs you"


def record_staff_matter(
    *,
    partnership: Partnership,
    seen: str,
    done: str,
    done_when: str,
    told: str,
    by: User,
    token: str | None = None,
) -> StaffMatter:
    """Record a matter and tell the staff-conduct contacts.

    Where none is named the coordinators hear that there is one, which they cannot open.
    """
    with beginning(token):
        rules.check_raise(partnership, None, by)
        check_says(seen, "Say what was seen or heard.")
        contacts = rules.staff_conduct_contacts(partnership)
        matter = StaffMatter(
            partnership=partnership,
            seen=seen.strip(),
            done=done.strip(),
            done_when=done_when.strip(),
            told=told.strip(),
            raised_by=by,
            raised_at=clock.now(),
            contact_told=bool(contacts),
        )
        begin(matter, "recorded", by=by, token=token)
        people = contacts or rules.coordinators_of(partnership)
        url = matter.get_absolute_url() if contacts else "/concerns/staff/"
        tell_at_the_end([_message(matter, person, url) for person in people])
    return matter


def _message(matter: StaffMatter, person: User, url: str) -> Message:
    return Message(
        person.pk,
        event="concern.restricted",
        event_key=f"restricted-{matter.public_id}",
        text=NEEDS_YOU,
        url=url,
        at=matter.raised_at,
    )
