"""What changes about agency returns: they are issued, answered, signed off, followed and closed."""

from macfa.returns.services.answering import MOST, AnswerInput, save_answers, submit
from macfa.returns.services.conflicts import give_up
from macfa.returns.services.following import (
    accept_late,
    extend,
    note_call,
    query,
    record_not_returned,
    remind,
    remind_all_outstanding,
)
from macfa.returns.services.involvement import (
    assign_auditor,
    declare,
    say_involved,
    say_nil,
    take_back_involved,
    take_back_nil,
)
from macfa.returns.services.issuing import add_case, first_due, issue, replace_case
from macfa.returns.services.signing import hand_back, sign_off

__all__ = [
    "MOST",
    "AnswerInput",
    "accept_late",
    "add_case",
    "assign_auditor",
    "declare",
    "extend",
    "first_due",
    "give_up",
    "hand_back",
    "issue",
    "note_call",
    "query",
    "record_not_returned",
    "remind",
    "remind_all_outstanding",
    "replace_case",
    "save_answers",
    "say_involved",
    "say_nil",
    "sign_off",
    "submit",
    "take_back_involved",
    "take_back_nil",
]
