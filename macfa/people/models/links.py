"""Links by which somebody who answers twice a year signs in without a password."""

from __future__ import annotations

from django.db import models

from macfa.people.models.accounts import User
from workflows import clock


class SignInLink(models.Model):
    """A link that an e-mail carried to an occasional respondent, and the code that followed it.

    What is kept of either is a hash: whoever reads the database can use neither. To open the link
    uses nothing up, since scanners of mail open links; asking for the code does.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    #: Where it was sent: a link to an address that is no longer theirs opens nothing.
    email = models.EmailField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    #: The hash of the mark of the browser that used it; the code counts in no other.
    browser = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    codes = models.PositiveSmallIntegerField(default=0)
    mistakes = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"Link of {self.person}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be used, as far as it knows by itself."""
        return self.used_at is None and clock.now() < self.expires_at
