"""What changes: periods, legal holds, and a destruction by two people."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from macfa.audits.models import Audit
from macfa.people.models import Partnership
from macfa.retention import rules, table
from macfa.retention.due import standing_of
from macfa.retention.flow import DestructionFlow
from macfa.retention.models import Destruction, Hold, Kept, Period
from workflows import clock, tasks
from workflows.errors import NotYet
from workflows.lifecycle import act, begin, beginning, lock

if TYPE_CHECKING:
    from macfa.people.models import User
    from macfa.retention.classes import RecordClass
    from workflows.lifecycle import Facts


def set_period(
    *,
    partnership: Partnership,
    kind: RecordClass,
    months: int,
    why: str,
    by: User,
    token: str | None = None,
) -> Period:
    """The partnership keeps a class for so many months. What is due follows at once."""
    with beginning(token):
        rules.check_sets_period(partnership, kind, months, why, by)
        _one_at_a_time(partnership.pk)
        facts: Facts = {"kind": kind.label, "months": months}
        period = Period.objects.filter(partnership=partnership, kind=kind.kind).first()
        if period is None:
            period = Period(partnership=partnership, kind=kind.kind, months=months)
            return begin(period, "period_set", by=by, token=token, text=why, facts=facts)
        with act(period, by=by, token=token) as (doing, period):
            doing.change(months=months)
            doing.note("period_set", text=why, facts=facts)
    return period


def place_hold(
    *,
    partnership: Partnership,
    reason: str,
    audit: Audit | None = None,
    theme: str = "",
    by: User,
    token: str | None = None,
) -> Hold:
    """From now on nothing of the audit, or of any audit on the theme, may be destroyed."""
    with beginning(token):
        rules.check_places_hold(partnership, audit, theme, reason, by)
        _one_at_a_time(partnership.pk)
        hold = Hold(
            partnership=partnership,
            audit=audit,
            theme=theme.strip(),
            reason=reason.strip(),
            placed_by=by,
            placed_at=clock.now(),
        )
        return begin(hold, "placed", by=by, token=token, text=hold.reason)


def lift_hold(
    *, hold: Hold, reason: str, by: User, expects: int | None = None, token: str | None = None
) -> Hold:
    """Retention goes on as if the hold had not been."""
    with act(hold, by=by, expects=expects, token=token) as (doing, hold):
        rules.check_lifts(hold, reason, by)
        doing.change(lifted_by=by, lifted_at=clock.now(), lifted_because=reason.strip())
        doing.move("lift", text=reason.strip())
    return hold


def propose(
    *, audit: Audit, kind: Kept | str, seen: str, by: User, token: str | None = None
) -> Destruction:
    """The coordinator proposes to destroy what is due; the scrutineer is asked.

    Args:
        seen: the mark of the rows whose counts the person's page showed.
    """
    with beginning(token):
        audit = lock(audit)
        _one_at_a_time(audit.partnership_id)
        rules.check_proposes(audit, kind, by)
        digest = table.digest(kind, audit)
        if seen != digest:
            raise NotYet("What is due changed while your page was open. Look at the counts again.")
        due_on = standing_of(audit, kind).due_on
        assert due_on is not None  # else it were not due
        destruction = Destruction(
            partnership=audit.partnership,
            audit=audit,
            kind=kind,
            due_on=due_on,
            counts=table.counts(kind, [audit])[audit.pk],
            digest=digest,
            proposed_by=by,
            proposed_at=clock.now(),
        )
        begin(destruction, "proposed", by=by, token=token, facts=_facts(destruction))
        with act(destruction, by=by) as (doing, destruction):
            tasks.start(doing, DestructionFlow.proposed)
    return destruction


def confirm(
    *, destruction: Destruction, by: User, expects: int | None = None, token: str | None = None
) -> Destruction:
    """A different person confirms, and exactly what was counted is destroyed, in one transaction.

    The ledger of the audit says when what was destroyed, and the destruction is its certificate.
    """
    with beginning(token):
        destruction.audit = lock(destruction.audit)
        _one_at_a_time(destruction.partnership_id)
        rules.check_confirms(Destruction.objects.get(pk=destruction.pk), by)
        _destroy(destruction.audit, Kept(destruction.kind), by)
        with act(destruction.audit, by=by) as (doing, audit):
            doing.change(destroyed=audit.destroyed | {destruction.kind: str(clock.today())})
            doing.note("destroyed", facts={"what": destruction.get_kind_display().lower()})
        with act(destruction, by=by, expects=expects, token=token) as (doing, destruction):
            doing.change(
                ended_by=by,
                ended_at=clock.now(),
                backups_until=clock.today() + timedelta(days=settings.BACKUP_DAYS),
            )
            doing.move("confirm", facts=_facts(destruction))
            tasks.finish(doing, DestructionFlow.confirm, owned=False)
            doing.tell(
                destruction.proposed_by_id,
                event="news.destruction",
                event_key=f"destruction-{destruction.public_id}",
                text=f"Destroyed, as you proposed: {destruction}",
                url=destruction.get_absolute_url(),
            )
    return destruction


def stop(
    *,
    destruction: Destruction,
    why: str,
    by: User,
    expects: int | None = None,
    token: str | None = None,
) -> Destruction:
    """The coordinator takes it back, or the scrutineer says no. It may be proposed again."""
    with act(destruction, by=by, expects=expects, token=token) as (doing, destruction):
        rules.check_stops(destruction, why, by)
        doing.change(ended_by=by, ended_at=clock.now(), stopped_because=why.strip())
        doing.move("stop", text=why.strip(), facts={"kind": destruction.get_kind_display()})
        tasks.finish(doing, DestructionFlow.confirm, owned=False)
        if by.pk != destruction.proposed_by_id:
            doing.tell(
                destruction.proposed_by_id,
                event="news.destruction",
                event_key=f"destruction-{destruction.public_id}",
                text=f"Not destroyed: {destruction}",
                url=destruction.get_absolute_url(),
            )
    return destruction


def _one_at_a_time(partnership: int) -> None:
    """A hold that is placed and a destruction that is confirmed wait for each other. Whoever
    takes the audit too takes it before."""
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership)


def _facts(destruction: Destruction) -> Facts:
    """What the ledger keeps: how many of what, and which rows by their mark."""
    return {
        "kind": destruction.get_kind_display(),
        "count": destruction.number,
        "counts": [f"{what}: {number}" for what, number in destruction.counts.items()],
        "sha256": destruction.digest,
    }


def _destroy(audit: Audit, kind: Kept, by: User) -> None:
    """Table by table; then the key under which what is destroyed lies sealed in every backup.

    A key does not come back where a transaction is undone, so it goes after commit.
    """
    for each in table.of_kind(kind):
        each.destroy(audit, clock.today(), by)
    transaction.on_commit(partial(_destroy_key, audit, kind))


def _destroy_key(audit: Audit, kind: Kept) -> None:
    """Where the keys of an audit go with what they seal. None has keys of its own yet."""
