"""What changes across all rooms: an audit is paused, resumed or withdrawn; an agency ends."""

from macfa.overview.services.pausing import pause_audit, pause_case, resume_audit, resume_case
from macfa.overview.services.succession import merge_agency, rename_agency
from macfa.overview.services.withdrawing import withdraw

__all__ = [
    "merge_agency",
    "pause_audit",
    "pause_case",
    "rename_agency",
    "resume_audit",
    "resume_case",
    "withdraw",
]
