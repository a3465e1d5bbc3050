"""What people type about their partnership, and about being away."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from macfa.forms import ActForm, DateField, Form, Look, OneRecord
from macfa.people import away
from macfa.people.models import User

#: A number to call, perhaps with an extension: “01632 960 101 ext. 4”.
NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{4,24}( *(ext\.?|x|option) *[0-9]{1,6})?", re.IGNORECASE)


def number(label: str, **more: Any) -> forms.RegexField:
    """A telephone number that somebody at risk can be rung up about, and so can be dialled."""
    sentence = "Enter a telephone number, like 01632 960 101"
    errors = {"required": sentence, "invalid": sentence}
    return forms.RegexField(NUMBER, label=label, max_length=40, error_messages=errors, **more)


class AbsenceForm(ActForm):
    """Who is away, from when to when, and who covers for them."""

    person = OneRecord(User.objects.none(), label="Who is away?", empty_label=None)
    first = DateField(label="First day away")
    last = DateField(label="Last day away")
    cover = OneRecord(
        User.objects.none(),
        label="Who covers?",
        help_text="Somebody of the same team. What the next step of the work would bring to "
        "whoever is away goes to them.",
        required=False,
        empty_label="Nobody",
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = by.reach.here
        people_of = {"person": away.may_be_away(by, here), "cover": away.may_cover(by, here)}
        for name, people in people_of.items():
            field = self.fields[name]
            assert isinstance(field, OneRecord)
            field.queryset = people
        self.fields["person"].initial = by


class MostOpenTasksForm(Form):
    """How many open tasks one person should hold at most."""

    most_open_tasks = forms.IntegerField(
        label="Most open tasks for one person",
        help_text="Leave it empty if there is no such number.",
        min_value=1,
        max_value=1000,
        required=False,
    )
    looks = {"most_open_tasks": Look(width="4")}


class NumbersForm(Form):
    """The numbers to call, and how soon a concern is told again."""

    front_door = number("Front-door number (children’s social care), in office hours")
    out_of_hours = number("Out-of-hours number")
    lado = number(
        "Number of the local authority designated officer (LADO)",
        help_text="For allegations about somebody who works with children.",
    )
    acknowledge_within_hours = forms.IntegerField(
        label="Hours after which a concern that nobody acknowledged is told again",
        min_value=1,
        max_value=72,
    )
    looks = {
        "front_door": Look(width="20"),
        "out_of_hours": Look(width="20"),
        "lado": Look(width="20"),
        "acknowledge_within_hours": Look(width="3"),
    }
