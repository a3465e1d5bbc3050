"""What changes about people: a partnership is set up, people join it and leave, agencies end."""

from macfa.people.services.agencies import add_agency, new_name, succeed
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
    "add_agency",
    "add_person",
    "add_school_holiday",
    "join",
    "keep_school_terms",
    "leave",
    "new_name",
    "note_change",
    "remove_school_holiday",
    "set_most_open_tasks",
    "set_numbers",
    "succeed",
]
