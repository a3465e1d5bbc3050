"""Who sees how much of an audit and a case, and who gives an audit up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.models import Audit
from macfa.audits.pausing import check_not_paused
from macfa.audits.rules import check_coordinates, check_not_ended, check_running
from macfa.concerns.rules import check_none_open
from macfa.improvement.lifecycle import RUNNING
from macfa.people.roles import Role
from macfa.people.rules import holds, partnership_of
from macfa.returns.models import AgencyReturn
from macfa.sampling.models import CaseAccess
from workflows import clock
from workflows.errors import NotAllowed, NotYet, WrongState
from workflows.rules import check_says

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from macfa.people.models import Partnership, User
    from macfa.sampling.models import Case

#: Roles that read everything that happened in an audit, agency by agency.
READS_ALL = (Role.COORDINATOR, Role.SCRUTINEER)


def sees_progress(audit: Audit, person: User) -> bool:
    """Whether somebody sees who owes what: agencies never see that of each other (R14)."""
    return holds(person, READS_ALL, audit.partnership_id)


def followed(audits: Iterable[Audit], person: User) -> list[Audit]:
    """Those of these audits of which somebody sees who owes what: one question a partnership."""
    wanted = list(audits)
    homes = {audit.partnership_id for audit in wanted}
    seen = {home for home in homes if holds(person, READS_ALL, home)}
    return [audit for audit in wanted if audit.partnership_id in seen]


def sees_case_history(case: Case, person: User) -> bool:
    """The coordinator reads what happened to a case, and so does its panel."""
    if holds(person, Role.COORDINATOR, case.audit.partnership_id):
        return True
    rows = CaseAccess.objects.granting(person).filter(case=case)
    return rows.filter(capacity=CaseAccess.Capacity.PANEL).exists()


def hidden_by_conflict(audit: Audit, person: User) -> list[str]:
    """The public ids of the cases that a conflict of interest hides, and of their returns."""
    conflicts = CaseAccess.objects.conflicts(person).filter(case__audit=audit)
    cases = list(conflicts.values_list("case", "case__public_id"))
    if not cases:
        return []
    returns = audit.returns.filter(case__in=[number for number, _public_id in cases])
    return [*(each for _number, each in cases), *returns.values_list("public_id", flat=True)]


def hidden_in(partnership: Partnership, person: User) -> tuple[list[str], list[str]]:
    """The same for all audits of a partnership; and the references of those cases."""
    conflicts = CaseAccess.objects.conflicts(person).filter(case__audit__partnership=partnership)
    cases = list(conflicts.values_list("case", "case__public_id", "case__label"))
    if not cases:
        return [], []
    returns = AgencyReturn.objects.filter(case__in=[number for number, _id, _label in cases])
    hidden = [*(each for _, each, _label in cases), *returns.values_list("public_id", flat=True)]
    return hidden, [label for _number, _id, label in cases]


def check_reads_ledger(person: User) -> Partnership:
    """The scrutineer and the coordinator read the ledger of their partnership (docs/roles.md)."""
    home = partnership_of(person)
    if home is None or not can_read_ledger(person):
        raise NotAllowed("The ledger is for the independent scrutineer and the coordinator.")
    return home


def can_read_ledger(person: User) -> bool:
    """Whether somebody reads the ledger."""
    home = partnership_of(person)
    return home is not None and holds(person, READS_ALL, home)


def check_export(rows: int, most: int) -> None:
    """An export has its limit: whoever needs more says of what."""
    if rows > most:
        raise NotYet(f"These are more than {most:,} rows. Narrow the filter, then export again.")


def check_pause(audit: Audit, person: User, reason: str, until: date) -> None:
    """The coordinator pauses an audit that runs, with a reason and a day to look at it again."""
    check_coordinates(audit, person)
    check_running(audit)
    _check_pause(reason, until)


def check_pause_case(case: Case, person: User, reason: str, until: date) -> None:
    """The coordinator pauses one case of an audit that runs."""
    check_coordinates(case.audit, person)
    check_running(case.audit)
    check_not_paused(case)
    _check_pause(reason, until)


def _check_pause(reason: str, until: date) -> None:
    check_says(reason, "Say why it is paused.")
    if until <= clock.today():
        raise NotYet("Choose a day to come on which the pause is looked at again.")


def check_resume(what: Audit | Case, person: User, reason: str) -> None:
    """The coordinator resumes what is paused, and says why."""
    audit = what if isinstance(what, Audit) else what.audit
    check_coordinates(audit, person)
    check_not_ended(audit)
    if what.paused_on is None:
        raise WrongState(f"{what} is not paused.")
    check_says(reason, "Say why it goes on.")


def check_withdraw(audit: Audit, reason: str, person: User) -> None:
    """The coordinator gives an audit up, with a reason, while it runs and no immediate concern
    about a case of it is open (R26)."""
    check_coordinates(audit, person)
    check_running(audit)
    check_none_open(audit)
    check_says(reason, "Say why the audit is withdrawn.")
    own = audit.actions.filter(state__in=RUNNING, owner=person)
    missing = tuple(f"{action.reference} {action.title}" for action in own)
    if missing:
        raise NotYet("Nobody ends their own action, and these are yours.", missing)
