"""What changes about people: a partnership is set up, people join it and leave, agencies end."""

from macfa.people.services.agencies import add_agency, new_name, succeed
from macfa.people.services.by_link import end_answering_by_link, let_answer_by_link
from macfa.people.services.invitations import (
    accept,
    accept_with_new_account,
    ask_again,
    invite,
    send_again,
    withdraw,
)
from macfa.people.services.reviews import answer_review
from macfa.people.services.roles import end_roles, give_role, leave_partnership, move_agency
from macfa.people.services.serving import add_person, join, leave
from macfa.people.services.settings import (
    add_school_holiday,
    keep_school_terms,
    note_change,
    remove_school_holiday,
    set_most_open_tasks,
    set_numbers,
)

__all__ = [
    "accept",
    "accept_with_new_account",
    "add_agency",
    "add_person",
    "add_school_holiday",
    "answer_review",
    "ask_again",
    "end_answering_by_link",
    "end_roles",
    "give_role",
    "invite",
    "join",
    "keep_school_terms",
    "leave",
    "leave_partnership",
    "let_answer_by_link",
    "move_agency",
    "new_name",
    "note_change",
    "remove_school_holiday",
    "send_again",
    "set_most_open_tasks",
    "set_numbers",
    "succeed",
    "withdraw",
]
