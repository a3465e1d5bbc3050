"""What was changed in a partnership, and which agency carries on for which."""

from __future__ import annotations

from django.db import models

from macfa.people.models.accounts import User
from macfa.people.models.partnerships import Agency, Partnership
from workflows.models import Record


class Change(Record):
    """Something of a partnership or of an account was changed that no other record shows."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    SAYS = {
        "numbers": "changed the numbers to call, and when a concern is told again",
        "most_open_tasks": "changed the most open tasks for one person from {old} to {new}",
        "holiday_entered": "entered a school holiday: {name}",
        "holiday_removed": "removed a school holiday: {name}",
        "school_terms": "changed which agencies keep school terms",
        "address": "changed the e-mail address of their account",
        "exported": "had everything of the partnership written out: {rows} rows in {files} files",
        "loaded": "loaded the partnership, {rows} rows, from an export made at {made_at}",
    }

    def get_absolute_url(self) -> str:
        return "/people/"

    def __str__(self) -> str:
        return f"Change in {self.partnership}"


class Succession(Record):
    """An agency ended and another carries on for it: it was renamed, or merged into the other.

    What was asked of it keeps its name; the people of its successor act for it from then on.
    """

    agency = models.OneToOneField(Agency, models.PROTECT, related_name="succession")
    successor = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    on = models.DateField()
    why = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    SAYS = {"succeeded": "recorded that {successor} carries on for {agency} from {day}"}

    def get_absolute_url(self) -> str:
        return "/agencies/"

    def __str__(self) -> str:
        return f"{self.agency}, now {self.successor}"

    @property
    def reference(self) -> str:
        return self.agency.code
