"""What changes in moderation: the panel is convened, cases are released, grades recorded."""

from macfa.moderation.services.grades import (
    Chosen,
    grade_agency,
    grade_case,
    grade_domain,
    grade_domains,
    reopen_case,
)
from macfa.moderation.services.meeting import (
    conclude,
    declare_conflict,
    prepared,
    record_sitting,
    release,
)
from macfa.moderation.services.panel import add_guest, add_member, convene

__all__ = [
    "Chosen",
    "add_guest",
    "add_member",
    "conclude",
    "convene",
    "declare_conflict",
    "grade_agency",
    "grade_case",
    "grade_domain",
    "grade_domains",
    "prepared",
    "record_sitting",
    "release",
    "reopen_case",
]
