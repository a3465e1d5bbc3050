"""People: one account each, whatever they do and wherever."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from macfa.people.reach import Reach
from workflows.ids import public_id


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, *, name: str) -> User:
        """An account for a person, known by their e-mail address."""
        user = User(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person. People are deactivated, never deleted: their work stays theirs."""

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    #: Whether the coordinator lets them answer by e-mailed links (macfa/people/links.py).
    by_link = models.BooleanField(default=False)
    #: The absence that was recorded last, so that asking whether somebody is away costs nothing.
    absence = models.ForeignKey(
        "people.Absence", models.SET_NULL, null=True, editable=False, related_name="+"
    )

    #: The partnership somebody chose to be in, of those in which they serve; their session has it.
    chosen_partnership: int | None = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def reach(self) -> Reach:
        """Where the roles held today reach, for the page that loaded this account: read once.

        An act asks `rules` anew: it may have waited for a lock since, or hold an older account.
        """
        return Reach(self)
