"""An action is offered to another agency, whose lead takes it on or declines it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.improvement import rules
from macfa.improvement.flow import OfferFlow
from macfa.improvement.models import Action
from macfa.improvement.services.moving import move_work, set_owner
from workflows import tasks
from workflows.lifecycle import Act, act, beginning
from workflows.rules import check_says

if TYPE_CHECKING:
    from macfa.people.models import Agency, User


def offer(
    *,
    action: Action,
    agency: Agency,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """Ask another agency to take an action on, with a reason. It stays with its owner until a
    lead of that agency accepts."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_offer(action, agency, by)
        check_says(why, "Say why the action moves.")
        doing.change(offered_to=agency, offered_by=by, offered_because=why.strip())
        doing.note("offered", text=why, facts={"agency": str(agency)})
        tasks.start(doing, OfferFlow.offered)
    return action


def take_on(
    *,
    action: Action,
    owner: User,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Action:
    """A lead of the agency to which an action is offered takes it on, and names its owner there.

    Number, due date, success measure and history stay. The old and the new owner are told, and
    so is whoever offered it.
    """
    with beginning(token):
        with act(action, by=by, expects=expects, token=token) as (doing, action):
            rules.check_answers(action, by)
            agency, why = action.offered_to, action.offered_because
            rules.check_owner(owner, agency, action.audit)
            tasks.finish(doing, OfferFlow.answer, owned=False)
            _tell_offerer(doing, f"{agency} has taken on {action.reference}")
            set_owner(doing, owner, agency, why)
            _forget_offer(doing)
        move_work(action, why, by)
    return Action.objects.get(pk=action.pk)


def decline(
    *, action: Action, why: str, by: User, expects: int | None = None, token: str | None = None
) -> Action:
    """A lead of the agency to which an action is offered declines it, with a reason."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_answers(action, by)
        check_says(why, "Say why your agency does not take the action on.")
        tasks.finish(doing, OfferFlow.answer, owned=False)
        doing.note("offer_declined", text=why, facts={"agency": str(action.offered_to)})
        _tell_offerer(doing, f"{action.offered_to} has declined {action.reference}")
        _forget_offer(doing)
    return action


def take_offer_back(
    *, action: Action, why: str, by: User, expects: int | None = None, token: str | None = None
) -> Action:
    """An offer that has not been answered is taken back; whoever had it to answer is told."""
    with act(action, by=by, expects=expects, token=token) as (doing, action):
        rules.check_takes_back(action, by)
        check_says(why, "Say why the offer is taken back.")
        drop_offer(doing, why)
    return action


def drop_offer(doing: Act, why: str) -> None:
    """Nobody is asked any more whether they take the act's action on, if anybody was."""
    action: Action = doing.record
    if action.offered_to is None:
        return
    doing.note("offer_taken_back", text=why, facts={"agency": str(action.offered_to)})
    tasks.withdraw(doing, why=why, node=OfferFlow.answer)
    _forget_offer(doing)


def carry_on(*, action: Action, owner: User, why: str, by: User) -> Action:
    """The successor of its agency carries an action on: number, due date, success measure and
    history stay. Where another agency had been asked whether it takes the action on, it is asked
    no more."""
    with beginning():
        with act(action, by=by) as (doing, action):
            rules.check_carries_on(action, owner, by)
            drop_offer(doing, why)
            assert action.agency is not None
            set_owner(doing, owner, action.agency.successor, why)
        move_work(action, why, by)
    return Action.objects.get(pk=action.pk)


def _forget_offer(doing: Act) -> None:
    doing.change(offered_to=None, offered_by=None, offered_because="")


def _tell_offerer(doing: Act, text: str) -> None:
    """Whoever offered the action hears the answer, and may read why on its page."""
    action: Action = doing.record
    if action.offered_by_id is None or (doing.by and action.offered_by_id == doing.by.pk):
        return
    doing.tell(
        action.offered_by_id,
        event="action.answered",
        event_key=f"action-{action.public_id}-{action.version}",
        text=text,
        url=action.get_absolute_url(),
    )
