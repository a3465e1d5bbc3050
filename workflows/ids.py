"""Opaque ids for addresses: they say nothing, and cannot be counted or guessed."""

import secrets


def public_id() -> str:
    """A new random id, safe in an address (128 bits in 22 characters)."""
    return secrets.token_urlsafe(16)
