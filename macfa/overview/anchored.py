"""What the audits are called in the daily anchors of the ledger, and who is sent them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from macfa.audits.models import Audit
from macfa.people.roles import Role
from macfa.people.rules import holders_of
from workflows.anchors import Thread
from workflows.ledger import record_type

if TYPE_CHECKING:
    from collections.abc import Callable


def threads() -> list[Thread]:
    """Every audit, with the addresses of its partnership's scrutineers."""
    readers: Callable[[int], tuple[str, ...]] = cache(_scrutineers)
    kind = record_type(Audit)
    return [
        Thread(audit.pk, audit.prefix, kind, audit.public_id, readers(audit.partnership_id))
        for audit in Audit.objects.order_by("pk")
    ]


def _scrutineers(partnership: int) -> tuple[str, ...]:
    active = holders_of(partnership, Role.SCRUTINEER).filter(is_active=True)
    return tuple(active.values_list("email", flat=True))
