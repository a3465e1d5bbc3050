"""What reminders of any kind of work have in common: how they are kept, and what they say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.dateformat import format as format_date

from macfa.audits.reminding import Told
from macfa.people.models import User
from macfa.people.roles import Role
from macfa.people.rules import holders_of
from notifications.inbox import Message
from workflows import clock
from workflows.ledger import Happening
from workflows.lifecycle import note_many, tell_at_the_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from macfa.audits.models import Audit


class Reminded(models.Model):
    """Somebody was reminded, or told that something is late: by a person, by itself or by
    telephone. Every one is kept (R45).

    One that went out by itself has its step and the due date it was for: a date that moves
    reminds again, and nobody is reminded twice of the same.
    """

    class Way(models.TextChoices):
        MESSAGE = "message", "by a person"
        AUTOMATIC = "automatic", "automatically"
        TELEPHONE = "telephone", "by telephone"

    class Spoke(models.TextChoices):
        LEAD = "lead", "spoke to the agency lead"
        HOLDER = "holder", "spoke to whoever has the work"
        OTHER = "other", "spoke to somebody else there"
        NOBODY = "nobody", "left a message"

    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    note = models.CharField(max_length=300, blank=True)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.MESSAGE)
    spoke_to = models.CharField(max_length=10, choices=Spoke.choices, blank=True)
    due = models.DateField(null=True, editable=False)
    step = models.SmallIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def how(self) -> str:
        """In words: “by Asha Patel”, “(automatically)”, “by telephone”."""
        if self.way == self.Way.AUTOMATIC:
            return "(automatically)"
        return "by telephone" if self.way == self.Way.TELEPHONE else f"by {self.by}"

    @property
    def reached(self) -> int:
        """The number of the person it went to; a telephone call goes to nobody's account."""
        assert self.person_id is not None
        return self.person_id


#: Those that reached somebody: of some things nobody may hear.
HEARD = ~models.Q(person=None, way=Reminded.Way.AUTOMATIC)


@dataclass(frozen=True)
class Telling:
    """One person hears of one thing that is due, and as what."""

    person: User
    told: Told
    about: Any


def each_once(tellings: Iterable[Telling]) -> list[Telling]:
    """Nobody hears of one thing twice: who is near to the work is told as that."""
    first: dict[tuple[int, int], Telling] = {}
    for telling in sorted(tellings, key=lambda each: each.told):
        first.setdefault((telling.person.pk, telling.about.pk), telling)
    return list(first.values())


@dataclass(frozen=True)
class Words:
    """How reminders of a kind of work name it: in their table, as an event, and in words."""

    field: str
    event: str
    one: str


def overseers_of(audit: Audit) -> dict[Told, Sequence[User]]:
    """Who looks after an audit: its partnership's coordinators, and who chairs the panel."""
    coordinators = list(holders_of(audit.partnership_id, Role.COORDINATOR))
    return {
        Told.COORDINATOR: coordinators or [audit.coordinator],
        Told.CHAIR: list(holders_of(audit.partnership_id, Role.SCRUTINEER)),
    }


def send(
    audit: Audit,
    due: Sequence[Any],
    tellings: Iterable[Telling],
    kept: type[Reminded],
    words: Words,
) -> list[Reminded]:
    """Keep every reminder that goes out by itself, write it in the ledger, and tell each person
    once. Call it in the transaction that holds what is due.

    Where nobody may hear of something, that is kept too, so that its step is over.
    """
    rows, at = each_once(tellings), clock.now()
    heard = {each.about.pk for each in rows}
    people: list[tuple[Any, User | None]] = [(each.about, each.person) for each in rows]
    people += [(about, None) for about in due if about.pk not in heard]
    reminders = kept._default_manager.bulk_create(
        _automatic(about, person, kept, words, at) for about, person in people
    )
    note_many([(each.about, _happening(each)) for each in rows])
    first = {reminder.person_id: reminder.pk for reminder in reversed(reminders)}
    tell_at_the_end(_messages(audit, rows, words, first))
    return reminders


def _automatic(
    about: Any, person: User | None, kept: type[Reminded], words: Words, at: datetime
) -> Reminded:
    return kept(
        **{words.field: about},
        person=person,
        at=at,
        way=Reminded.Way.AUTOMATIC,
        due=about.due,
        step=about.step_now,
    )


def _happening(telling: Telling) -> Happening:
    late = telling.told != Told.HOLDER and telling.about.due < clock.today()
    verb = "told_late" if late else "reminded_automatically"
    return Happening(verb, {"to_person": telling.person.public_id})


# --- what the messages say -----------------------------------------------------------------------

#: What is said to whom of so many things.
SAYS: Mapping[Told, str] = {
    Told.HOLDER: "you have {count} {when}",
    Told.LEAD: "your agency has {count} {when}",
    Told.COORDINATOR: "the partnership waits for {count} {when}",
    Told.CHAIR: "the partnership waits for {count} {when}",
}


def _messages(
    audit: Audit, tellings: Sequence[Telling], words: Words, first: Mapping[int | None, int]
) -> list[Message]:
    """One message a person, however much is due: a count and a date, never what it is."""
    of_person: dict[int, list[Telling]] = defaultdict(list)
    for telling in tellings:
        of_person[telling.person.pk].append(telling)
    return [
        Message(
            person,
            event=words.event,
            event_key=f"{words.event}-{first[person]}",
            text=_text(rows, words.one),
            url=_url(audit, rows),
            at=clock.now(),
        )
        for person, rows in of_person.items()
    ]


def _text(rows: Sequence[Telling], one: str) -> str:
    parts = []
    for told in Told:
        if about := [row.about for row in rows if row.told == told]:
            count = f"{len(about)} {one}{'' if len(about) == 1 else 's'}"
            parts.append(SAYS[told].format(count=count, when=_when(about)))
    return f"Reminder: {'; '.join(parts)}"


def due_words(due: date) -> str:
    """`is due 30 October 2026`, or was."""
    verb = "was" if due < clock.today() else "is"
    return f"{verb} due {format_date(due, 'j F Y')}"


def _when(about: Sequence[Any]) -> str:
    days = sorted({each.due for each in about})
    first = format_date(days[0], "j F Y")
    if len(days) > 1:
        verb = "was" if days[0] < clock.today() else "is"
        return f"to see to, and the earliest {verb} due on {first}"
    if days[0] < clock.today():
        return f"that {'was' if len(about) == 1 else 'were'} due on {first}"
    return f"due on {first}"


def _url(audit: Audit, rows: Sequence[Telling]) -> str:
    """What is to be done, one's own work where it is several, or the audit for who oversees it."""
    if min(row.told for row in rows) > Told.LEAD:
        return audit.get_absolute_url()
    url: str = rows[0].about.get_absolute_url() if len(rows) == 1 else "/tasks/"
    return url
