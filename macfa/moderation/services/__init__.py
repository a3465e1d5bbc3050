"""What changes in moderation: the panel is convened, cases are released, grades recorded."""

from macfa.moderation.services.addenda import (
    add_addendum,
    ask_agency,
    close_question,
    withdraw_question,
)
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
    go_ahead_without,
    prepared,
    record_sitting,
    release,
)
from macfa.moderation.services.panel import add_guest, add_member, convene

__all__ = [
    "Chosen",
    "add_addendum",
    "add_guest",
    "add_member",
    "ask_agency",
    "close_question",
    "conclude",
    "convene",
    "declare_conflict",
    "go_ahead_without",
    "grade_agency",
    "grade_case",
    "grade_domain",
    "grade_domains",
    "prepared",
    "record_sitting",
    "release",
    "reopen_case",
    "withdraw_question",
]
