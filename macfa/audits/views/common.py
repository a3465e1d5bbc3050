"""How pages fetch an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.models import Audit
from macfa.pages import person, visible

if TYPE_CHECKING:
    from django.http import HttpRequest


def fetch(request: HttpRequest, public_id: str) -> Audit:
    """The audit at this address, if the person may see it."""
    related = ("partnership", "theme", "tool_version__tool", "tool_version__scale")
    audit: Audit = visible(Audit.objects, person(request), public_id, *related)
    return audit
