"""Audits whose time is over, brought there by the real services."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from macfa.improvement import services as improvement
from macfa.retention import services, table
from macfa.retention.models import Destruction, Kept
from tests import factories
from workflows import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macfa.audits.models import Audit
    from tests.cast import Cast

YEAR = timedelta(days=366)


@contextmanager
def years_later(years: int = 11) -> Iterator[None]:
    """So long after, when everything is due."""
    with clock.playing(clock.now() + years * YEAR):
        yield


def audit_closed(cast: Cast, prefix: str = "NEG") -> Audit:
    """An audit whose only action was accepted."""
    audit = factories.audit_published(cast, prefix)
    action = audit.actions.get()
    improvement.claim_completion(
        action=action, output="Done.", impact="Felt.", evidence="Seen.", by=cast["owner.csc"]
    )
    improvement.accept(action=action, comment="Seen.", by=cast["coordinator"])
    return improvement.close_audit(audit=audit, by=cast["coordinator"])


def audit_closed_long_ago(cast: Cast, prefix: str = "NEG") -> Audit:
    """One that was played two hundred days ago, so that its identity key is due today."""
    with clock.playing(clock.now() - timedelta(days=200)):
        return audit_closed(cast, prefix)


def proposed(cast: Cast, audit: Audit, kind: Kept = Kept.IDENTITY_KEY) -> Destruction:
    """What the coordinator proposed after a look at the counts."""
    seen = table.digest(kind, audit)
    return services.propose(audit=audit, kind=kind, seen=seen, by=cast["coordinator"])


def destroyed(cast: Cast, audit: Audit, *kinds: Kept) -> list[Destruction]:
    """What both did, class by class."""
    return [
        services.confirm(destruction=proposed(cast, audit, kind), by=cast["chair"])
        for kind in kinds
    ]
