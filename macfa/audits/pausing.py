"""A pause of an audit or of one case, for example while the police make a criminal inquiry."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.formats import date_format

from workflows.errors import WrongState


class Pausable(models.Model):
    """Something that can be paused. A pause is no state: what was true stays true, and goes on
    from there. Concerns about a child never wait for it.
    """

    paused_on = models.DateField(null=True, editable=False)
    paused_until = models.DateField(
        null=True, editable=False, help_text="The day on which the pause is looked at again."
    )
    paused_because = models.TextField(blank=True, editable=False)
    legal_hold = models.BooleanField(
        default=False, editable=False, help_text="Nothing of it may be destroyed."
    )

    class Meta:
        abstract = True

    @property
    def paused_words(self) -> str:
        """“Paused until 3 March 2027”, or nothing."""
        return _words(self.paused_until) if self.paused_until else ""


def _words(until: date) -> str:
    return f"Paused until {date_format(until, 'j F Y')}"


def check_not_paused(what: Pausable) -> None:
    """Nothing changes while the audit or the case is paused."""
    check_goes_on(str(what), what.paused_until)


def check_goes_on(name: str, paused_until: date | None) -> None:
    """The same of what is known by its name and the end of its pause alone."""
    if paused_until is not None:
        raise WrongState(f"{name} is paused, so this waits. {_words(paused_until)}.")
