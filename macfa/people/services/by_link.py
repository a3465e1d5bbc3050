"""The coordinator says who answers by e-mailed links, and who no longer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people import sessions
from macfa.people.models import Membership, Partnership, SignInLink, User
from macfa.people.roles import Role
from macfa.people.rules import check_holds
from macfa.people.services.settings import note_change
from notifications.inbox import Message
from workflows import clock
from workflows.errors import NotYet, WrongState
from workflows.ids import public_id
from workflows.lifecycle import beginning, tell_at_the_end

if TYPE_CHECKING:
    from collections.abc import Iterable

ONLY_AUDITORS = (
    "Only somebody who is an auditor and nothing else can answer by link: every other role sees "
    "more than their own returns."
)


def check_may_answer_by_link(person: User) -> None:
    """An auditor, of whichever agencies, and nothing else, today or to come."""
    held = Membership.objects.filter(person=person).lasting_on(clock.today())
    if set(held.values_list("team__role", flat=True)) != {Role.AUDITOR}:
        raise NotYet(ONLY_AUDITORS)


def let_answer_by_link(
    *, person: User, partnership: Partnership, by: User, token: str | None = None
) -> None:
    """From now on e-mails to them carry a link. A password they have goes on as before."""
    check_holds(by, Role.COORDINATOR, partnership)
    with beginning(token):
        fresh = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        check_may_answer_by_link(fresh)
        if fresh.by_link:
            raise WrongState(f"{fresh} answers by link already.")
        _mark(fresh, partnership, by, token, by_link=True)
        told = Message(
            fresh.pk,
            event="account.role",
            event_key=f"role-{public_id()}",
            text="You can answer by the links in our e-mails from now on",
            url="/",
            at=clock.now(),
        )
        tell_at_the_end([told])


def end_answering_by_link(
    *, person: User, partnership: Partnership, by: User, token: str | None = None
) -> None:
    """Links that were sent work no more, and whoever came by one is signed out."""
    check_holds(by, Role.COORDINATOR, partnership)
    with beginning(token):
        fresh = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not fresh.by_link:
            raise WrongState(f"{fresh} does not answer by link.")
        _mark(fresh, partnership, by, token, by_link=False)
        SignInLink.objects.filter(person=fresh).delete()
        sessions.end_by_link(fresh)


def _mark(
    person: User, partnership: Partnership, by: User, token: str | None, *, by_link: bool
) -> None:
    person.by_link = by_link
    person.save(update_fields=["by_link"])
    verb = "by_link" if by_link else "not_by_link"
    note_change(partnership, verb, by, about=person, token=token)


def note_signed_in(person: User) -> None:
    """The ledger of each partnership in which they serve says that they came by a link."""
    with beginning():
        for partnership in _partnerships(person):
            note_change(partnership, "signed_in_by_link", person, about=person)


def _partnerships(person: User) -> Iterable[Partnership]:
    held = Membership.objects.current().filter(person=person)
    return Partnership.objects.filter(pk__in=held.values("team__partnership")).order_by("pk")
