"""What changes about an audit as a whole, across all rooms: it is paused, resumed, withdrawn."""

from macfa.overview.services.pausing import pause_audit, pause_case, resume_audit, resume_case
from macfa.overview.services.withdrawing import withdraw

__all__ = ["pause_audit", "pause_case", "resume_audit", "resume_case", "withdraw"]
