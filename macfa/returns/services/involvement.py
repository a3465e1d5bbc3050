"""Whether an agency has anything to audit, who audits it, and whether they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.dateformat import format as format_date

from macfa.returns import rules
from macfa.returns.flow import ReturnFlow, let_go_as_auditor
from macfa.returns.models import AgencyReturn, Independence
from macfa.returns.services.conflicts import give_up, let_go
from macfa.returns.services.signing import case_by_now, others_owed, tell_if_last
from macfa.sampling.access import step_out
from workflows import assignment, clock, tasks
from workflows.errors import NotYet
from workflows.lifecycle import act, beginning, hold, lock
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from macfa.people.models import User

Involvement = AgencyReturn.Involvement


def say_involved(
    *,
    return_: AgencyReturn,
    involvement: str,
    auditor: User | None,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The agency's lead says that there is something to audit, and who audits it.

    Args:
        involvement: with the child, or with a sibling or adult only (R10).
        auditor: who audits it; None leaves it in the queue of the agency's auditors.
    """
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_say_involved(return_, by)
        if involvement not in {Involvement.INVOLVED, Involvement.SIBLING_OR_ADULT}:
            raise NotYet("Say whether you were involved with the child, or with family only.")
        if auditor is not None:
            rules.check_may_audit(return_, auditor)
        doing.change(involvement=involvement, auditor=auditor)
        doing.move("say_involved", facts={"involvement": str(Involvement(involvement).label)})
        tasks.finish(doing, ReturnFlow.say_involvement, owned=False)
    return return_


def say_nil(
    *,
    return_: AgencyReturn,
    kind: str,
    looked_for: Sequence[str],
    looked_by: str,
    looked_on: date,
    note: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The agency's lead states that they looked and have nothing to audit (R10).

    Args:
        kind: not known, known without relevant contact, or record transferred.
        looked_for: the child, brothers and sisters, adults with parental responsibility.
        looked_by: who looked, in words; it need not be somebody with an account.
    """
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_say_involved(return_, by)
        _check_nil(kind, looked_for, looked_by, looked_on)
        doing.change(
            involvement=Involvement.NIL,
            nil_kind=kind,
            looked_for=list(looked_for),
            looked_by=looked_by.strip(),
            looked_on=looked_on,
            nil_note=note.strip(),
            late=rules.is_late(case_by_now(return_).state),
        )
        label = str(AgencyReturn.NilKind(kind).label).lower()
        doing.move("say_nil", facts={"kind": label}, text=_looked(return_, looked_on))
        tasks.finish(doing, ReturnFlow.say_involvement, owned=False)
        tell_if_last(doing, others=others_owed(return_))
    return return_


def _check_nil(kind: str, looked_for: Sequence[str], looked_by: str, looked_on: date) -> None:
    """A nil return is a statement: its kind, who was looked for, by whom, and when."""
    if kind not in AgencyReturn.NilKind.values:
        raise NotYet("Say which kind of nil return this is.")
    if not looked_for or set(looked_for) - set(AgencyReturn.LookedFor.values):
        raise NotYet("Say who you looked for: the child, brothers and sisters, adults.")
    check_says(looked_by, "Say who looked.")
    if looked_on > clock.today():
        raise NotYet("The day on which you looked has to be today or earlier.")


def _looked(return_: AgencyReturn, on: date) -> str:
    """What a nil return rests on, as a sentence for the timeline."""
    names = [str(AgencyReturn.LookedFor(who).label).lower() for who in return_.looked_for]
    day = format_date(on, "j F Y")
    looked = f"Looked for {', '.join(names)}, by {return_.looked_by} on {day}."
    return f"{looked} {return_.nil_note}".strip()


def take_back_nil(
    *,
    return_: AgencyReturn,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """A nil was a mistake: the agency's lead is asked again, while returns are open."""
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_take_back_nil(return_, by)
        check_says(why, "Say why the nil return is taken back.")
        doing.change(
            involvement="", nil_kind="", looked_for=[], looked_by="", looked_on=None, nil_note=""
        )
        doing.move("take_back_nil", text=why)
        tasks.start(doing, ReturnFlow.issued)
    return return_


def take_back_involved(
    *,
    return_: AgencyReturn,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """The agency was not involved after all: its lead is asked again, and the auditor is told.

    What was drafted is kept, and is there again should the answer change once more.
    """
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_take_back_involved(return_, by)
        check_says(why, "Say why the answer is taken back.")
        tasks.withdraw(doing, why=why)
        if return_.auditor:
            let_go_as_auditor(doing, return_.auditor)
        doing.change(involvement="")
        doing.move("take_back_involved", text=why)
        tasks.start(doing, ReturnFlow.issued)
    return return_


def assign_auditor(
    *,
    return_: AgencyReturn,
    auditor: User,
    why: str = "",
    by: User,
    token: str | None = None,
) -> AgencyReturn:
    """The lead or the coordinator gives the audit to somebody; moving it needs a reason."""
    with beginning(token):
        fresh = lock(return_)
        rules.check_assign(fresh, by)
        [item] = tasks.open_items([fresh])
        assignment.give(item=item, to=auditor, by=by, why=why, token=token)
    return AgencyReturn.objects.get(pk=return_.pk)


def declare(
    *,
    return_: AgencyReturn,
    independent: bool,
    conflict: str = "",
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> AgencyReturn:
    """Whoever holds the audit declares that they are independent of the case, or why not (R12).

    A conflict of interest hides the case from them at once. Whatever they hold of its returns goes
    back to the agency's queue and its leads are told, or the coordinators where it has no other.
    The reason is read by the lead and the coordinator only.
    """
    if not independent:
        return _declare_conflict(return_, conflict, by, expects, token)
    with act(return_, by=by, expects=expects, token=token) as (doing, return_):
        rules.check_declare(return_, by)
        _declaration(return_, by, independent=True, why="")
        doing.note("independent")
    return return_


def _declare_conflict(
    return_: AgencyReturn, conflict: str, by: User, expects: int | None, token: str | None
) -> AgencyReturn:
    with beginning(token):
        hold(AgencyReturn.objects.filter(case=return_.case_id))
        with act(return_, by=by, expects=expects, token=token) as (doing, return_):
            rules.check_declare(return_, by)
            check_says(conflict, "Say in a few words what the conflict of interest is.")
            _declaration(return_, by, independent=False, why=conflict)
            doing.note("conflict")
            step_out(return_.case, by, "Conflict of interest declared as auditor")
            let_go(doing, by)
        give_up(case=return_.case, by=by)
    return return_


def _declaration(return_: AgencyReturn, by: User, *, independent: bool, why: str) -> Independence:
    row, _new = Independence.objects.update_or_create(
        agency_return=return_,
        person=by,
        defaults={"independent": independent, "why": why, "at": clock.now()},
    )
    return row
