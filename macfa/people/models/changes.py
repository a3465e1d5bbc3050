"""What was changed in a partnership, and which agency carries on for which."""

from __future__ import annotations

from django.db import models

from macfa.people.models.accounts import User
from macfa.people.models.partnerships import Agency, Partnership
from workflows.models import Record


class Change(Record):
    """Something of a partnership or of an account was changed that no other record shows."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="+")
    #: None where time did it: a role ran out.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    #: About whom it is, where it is about somebody.
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="changes")

    SAYS = {
        "numbers": "changed the numbers to call, and when a concern is told again",
        "most_open_tasks": "changed the most open tasks for one person from {old} to {new}",
        "holiday_entered": "entered a school holiday: {name}",
        "holiday_removed": "removed a school holiday: {name}",
        "school_terms": "changed which agencies keep school terms",
        "address": "changed the e-mail address of their account",
        "second_step_reset": "took away the second step with which {to_person} signed in",
        "by_link": "lets {to_person} answer by e-mailed links",
        "not_by_link": "ended that {to_person} answers by e-mailed links",
        "signed_in_by_link": "signed in by an e-mailed link, to their own returns",
        "exported": "had everything of the partnership written out: {rows} rows in {files} files",
        "loaded": "loaded the partnership, {rows} rows, from an export made at {made_at}",
        "role_given": "gave {to_person} the role {role}, from {since} {until}",
        "role_ended": "ended the role {role} of {to_person}: the last day is {last}",
        "role_ended_at_once": "ended the role {role} of {to_person} at once",
        "joined": "took the role {role} by invitation, from {since} {until}",
        "account_closed": "The account of {to_person} was closed: no role was left",
        "account_opened": "opened their account again by invitation",
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
