"""Where a person's e-mail goes: shown in part, confirmed when it was refused, changed by a code
that reaches the new address. The address is what a person signs in with, so their coordinators
are told that one has changed."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac

from macfa.people import sessions
from macfa.people.models import Membership, Partnership, User
from macfa.people.roles import Role
from macfa.people.services import note_change
from notifications import posting
from notifications.inbox import Message
from workflows import clock
from workflows.errors import NotYet
from workflows.ids import public_id
from workflows.lifecycle import beginning, tell_at_the_end

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: How long a code counts, and how often one may be mistyped.
COUNTS, MISTAKES = timedelta(minutes=30), 5
CANNOT_BE = "This address cannot be used. Choose another one."
SALT = "macfa.people.addresses"


@dataclass
class Pending:
    """An address that waits for its code. It is kept with the session, and the code as a mark."""

    email: str
    mark: str
    until: float
    mistakes: int = 0

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> Pending | None:
        """What a session has kept, while it still counts."""
        pending = cls(**stored) if stored else None
        over = pending is None or pending.until < clock.now().timestamp()
        return None if over else pending

    def kept(self) -> dict[str, Any]:
        """As a session keeps it."""
        return asdict(self)


def masked(email: str) -> str:
    """As much of an address as lets its owner know it: a…@example.org."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}…@{host}"


def confirm_address(*, person: User) -> None:
    """It is right, they say: e-mail goes to it again, beginning with the last that was refused."""
    posting.reach_again(person.pk)


def offer_address(*, email: str, by: User) -> Pending:
    """Send a code to the address that somebody wants from now on.

    Where another account has it, nothing is sent and nothing said: nobody finds out who is here.
    """
    email = email.strip().lower()
    if email == by.email:
        raise NotYet("This is your address already.")
    code = f"{secrets.randbelow(10**6):06}"
    if not _is_taken(email):
        _send(email, "address_code", {"code": code})
    return Pending(email, _mark(code, by), (clock.now() + COUNTS).timestamp())


def change_address(
    *, pending: Pending | None, code: str, by: User, session: str | None = None
) -> None:
    """The code has come: this is the address from now on, for e-mail and for signing in.

    Wherever else somebody is signed in, but for this session, they are signed out.
    """
    if pending is None:
        raise NotYet("This code no longer counts. Ask for a new one.")
    if pending.mistakes >= MISTAKES:
        raise NotYet("It was mistyped too often. Ask for a new code.")
    if not constant_time_compare(_mark(code.strip(), by), pending.mark):
        pending.mistakes += 1
        raise NotYet("This is not the code that we sent. Check it, or ask for a new one.")
    if _is_taken(pending.email):
        raise NotYet(CANNOT_BE)
    try:
        _change(by, pending.email, session)
    except IntegrityError:  # somebody else took it at the same moment
        raise NotYet(CANNOT_BE) from None


def _change(by: User, email: str, session: str | None) -> None:
    with beginning():
        person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        old, person.email = person.email, email
        person.save(update_fields=["email"])
        EmailAddress.objects.filter(user_id=person.pk).delete()
        sessions.end_all(person, but=session)
        posting.reach_again(person.pk)
        for partnership in _partnerships(person):
            note_change(partnership, "address", person)
        _tell_coordinators(person)
        transaction.on_commit(partial(_tell_old_address, old))


def _partnerships(person: User) -> QuerySet[Partnership]:
    """Those in which they work today."""
    held = Membership.objects.current().filter(person=person)
    return Partnership.objects.filter(pk__in=held.values("team__partnership"))


def _tell_old_address(email: str) -> None:
    """Whoever reads the old one hears that it is not used any more, in case it was not they."""
    with suppress(NotYet):
        _send(email, "address_changed", {})


def _is_taken(email: str) -> bool:
    return User.objects.filter(email__iexact=email).exists()


def _mark(code: str, person: User) -> str:
    """What is kept of a code: enough to know it again, and not to read it."""
    return salted_hmac(SALT, f"{person.pk}-{person.email}-{code}", algorithm="sha256").hexdigest()


def _send(email: str, name: str, context: dict[str, str]) -> None:
    try:
        mail.send_mail(
            render_to_string(f"email/{name}_subject.txt", context).strip(),
            render_to_string(f"email/{name}.txt", context),
            None,
            [email],
        )
    except OSError:
        sentence = "We could not send to this address. Check it, or try again in a few minutes."
        raise NotYet(sentence) from None


def _tell_coordinators(person: User) -> None:
    """Those of the partnerships in which they work. A message names nobody; its page does."""
    tell_at_the_end(
        [
            Message(
                each.pk,
                event="account.address_changed",
                event_key=f"address-{public_id()}",
                text="Somebody in your partnership changed their e-mail address",
                url=f"/people/?person={person.public_id}",
                at=clock.now(),
            )
            for each in _coordinators(person)
            if each.pk != person.pk
        ]
    )


def _coordinators(person: User) -> QuerySet[User]:
    coordinating = Membership.objects.current().filter(
        team__role=Role.COORDINATOR, team__partnership__in=_partnerships(person)
    )
    return User.objects.filter(memberships__in=coordinating).distinct()
