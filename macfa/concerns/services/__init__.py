"""What changes about immediate concerns: raised, acknowledged, noted, confirmed by two people."""

from macfa.concerns.services.confirming import acknowledge, add_note, ask_scrutineer, confirm
from macfa.concerns.services.raising import alert, raise_concern
from macfa.concerns.services.staff_conduct import record_staff_matter

__all__ = [
    "acknowledge",
    "add_note",
    "alert",
    "ask_scrutineer",
    "confirm",
    "raise_concern",
    "record_staff_matter",
]
