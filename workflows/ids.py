"""Opaque ids for addresses: they say nothing, and cannot be counted or guessed."""

import re
import secrets


def public_id() -> str:
    """A new random id, safe in an address (128 bits in 22 characters)."""
    return secrets.token_urlsafe(16)


PUBLIC_ID = re.compile("[A-Za-z0-9_-]{22}")


class PublicIdConverter:
    """The part of an address that is a public id; anything else is no address at all."""

    regex = PUBLIC_ID.pattern

    def to_python(self, value: str) -> str:
        """The id as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The id as it goes into an address."""
        return value
