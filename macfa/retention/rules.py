"""Who sets periods, places and lifts holds, proposes and confirms a destruction, and who answers a
request for what is held about a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.people.roles import Role
from macfa.people.rules import check_holds, home_as
from macfa.retention import table
from macfa.retention.due import standing_of
from macfa.retention.lifecycle import DestructionState, HoldState
from macfa.retention.models import OVERSEES, Destruction
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import allows, check_says

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.people.models import Partnership, User
    from macfa.retention.classes import RecordClass
    from macfa.retention.models import Hold

#: A reason of one word is no reason.
WORDS_IN_A_REASON = 3
#: So few letters would hold audits that have nothing to do with the theme.
LETTERS_OF_A_THEME = 4


def oversees(person: User) -> Partnership:
    """The partnership whose retention somebody sees: its coordinator, its scrutineer."""
    return home_as(person, OVERSEES)


# --- periods -------------------------------------------------------------------------------------


def check_sets_period(
    partnership: Partnership, kind: RecordClass, months: int, why: str, person: User
) -> None:
    """The coordinator chooses a period within the bounds of its class, and says why."""
    check_holds(person, Role.COORDINATOR, partnership)
    if not kind.least <= months <= kind.most:
        raise NotYet(f"Choose between {kind.least} and {kind.most} months.")
    check_says(why, "Say why, for example who agreed it.")


# --- holds ---------------------------------------------------------------------------------------


def check_places_hold(
    partnership: Partnership, audit: Audit | None, theme: str, reason: str, person: User
) -> None:
    """The coordinator or the scrutineer holds one audit, or a theme by its words."""
    check_holds(person, OVERSEES, partnership)
    if (audit is None) == (not theme.strip()):
        raise NotYet("Choose an audit, or enter the words of a theme; not both.")
    if audit is not None and audit.partnership_id != partnership.pk:
        raise NotYet("Choose an audit of your partnership.")
    if audit is None and len(theme.strip()) < LETTERS_OF_A_THEME:
        raise NotYet("Enter at least four letters of the theme.")
    check_says(reason, "Say why nothing may be destroyed.")


def check_lifts(hold: Hold, reason: str, person: User) -> None:
    """The scrutineer lifts a hold, with a reason. Whoever proposes destructions does not."""
    check_may_lift(hold, person)
    _check_reason(reason, "Say in a few words why it is lifted.")


def check_may_lift(hold: Hold, person: User) -> None:
    """The scrutineer, while it stands."""
    check_holds(person, Role.SCRUTINEER, hold.partnership_id)
    if hold.state != HoldState.STANDING:
        raise WrongState("This hold is lifted already.")


def can_lift(hold: Hold, person: User) -> bool:
    """Whether somebody may lift a hold."""
    return allows(check_may_lift, hold, person)


# --- destruction ---------------------------------------------------------------------------------


def check_due(audit: Audit, kind: str) -> None:
    """It is due, and nothing stands in the way."""
    standing = standing_of(audit, kind)
    if standing.destroyed_on:
        raise WrongState(f"{audit.prefix}: this was destroyed already.")
    if not standing.counts:
        raise NotYet("There is nothing of it to destroy.")
    if standing.waits:
        raise NotYet("Nothing may be destroyed yet.", standing.waits)
    if not standing.is_due:
        raise NotYet("It is not due yet.")


def check_proposes(audit: Audit, kind: str, person: User) -> None:
    """The coordinator proposes what is due, once."""
    check_holds(person, Role.COORDINATOR, audit.partnership_id)
    check_due(audit, kind)
    if Destruction.objects.proposed().filter(audit=audit, kind=kind).exists():
        raise WrongState("Somebody proposed this already. It waits for the scrutineer.")


def can_propose(audit: Audit, kind: str, person: User) -> bool:
    """Whether somebody may propose it now."""
    return allows(check_proposes, audit, kind, person)


def check_may_confirm(destruction: Destruction, person: User) -> None:
    """The scrutineer, and never whoever proposed it."""
    check_holds(person, Role.SCRUTINEER, destruction.partnership_id)
    if destruction.proposed_by_id == person.pk:
        raise NotAllowed("You proposed it. A second person has to confirm.")


def check_open(destruction: Destruction) -> None:
    """It waits for the second person."""
    if destruction.state != DestructionState.PROPOSED:
        raise WrongState("This is decided already.")


def check_confirms(destruction: Destruction, person: User) -> None:
    """A different person confirms exactly what was counted, while it is still due."""
    check_may_confirm(destruction, person)
    check_open(destruction)
    check_due(destruction.audit, destruction.kind)
    if table.digest(destruction.kind, destruction.audit) != destruction.digest:
        raise NotYet(
            "What is due is not what was counted any more. Say no, and have it proposed again."
        )


def can_confirm(destruction: Destruction, person: User) -> bool:
    """Whether somebody may confirm it, as far as who they are goes."""
    return destruction.state == DestructionState.PROPOSED and allows(
        check_may_confirm, destruction, person
    )


def check_stops(destruction: Destruction, why: str, person: User) -> None:
    """The coordinator takes it back, or the scrutineer says no, with a reason."""
    check_may_stop(destruction, person)
    _check_reason(why, "Say in a few words why not.")


def check_may_stop(destruction: Destruction, person: User) -> None:
    """The coordinator or the scrutineer, until it is decided."""
    check_holds(person, OVERSEES, destruction.partnership_id)
    check_open(destruction)


def can_stop(destruction: Destruction, person: User) -> bool:
    """Whether somebody may still say no."""
    return allows(check_may_stop, destruction, person)


# --- subject access ------------------------------------------------------------------------------


def check_asks_what_is_held(partnership: Partnership, reason: str, person: User) -> None:
    """The coordinator, who alone sees every case and may find out which child it is."""
    check_holds(person, Role.COORDINATOR, partnership)
    _check_reason(reason, "Say in a few words who asked, for example the number of the request.")


def _check_reason(reason: str, sentence: str) -> None:
    if len(reason.split()) < WORDS_IN_A_REASON:
        raise NotYet(sentence)
