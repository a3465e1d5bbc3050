"""What changes about an audit: opening it, choosing its theme, its scope and dates, its gates."""

from macfa.audits.services.gates import advance, begin_sampling, open_audit
from macfa.audits.services.planning import propose_dates, set_dates, set_scope
from macfa.audits.services.themes import ask_for_views, choose_theme, give_view, propose_theme

__all__ = [
    "advance",
    "ask_for_views",
    "begin_sampling",
    "choose_theme",
    "give_view",
    "open_audit",
    "propose_dates",
    "propose_theme",
    "set_dates",
    "set_scope",
]
