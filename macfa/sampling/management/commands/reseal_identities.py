"""After a change of encryption keys: seal every identity with the new one (docs/operating.md)."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from macfa.people import second_factor
from macfa.sampling.identity import reseal
from macfa.sampling.services import drop_forgotten_uploads


class Command(BaseCommand):
    """Seal the identity key anew, so that an old encryption key can be taken away."""

    help = "Seal every identity with the first of FIELD_ENCRYPTION_KEYS. Safe to run again."

    def handle(self, *_args: str, **_options: object) -> None:
        """Reseal, and say how many there were."""
        drop_forgotten_uploads()
        self.stdout.write(f"{reseal():,} identities are sealed with the first key.")
        steps = second_factor.reseal()
        self.stdout.write(f"{steps:,} secrets of second steps are sealed with the first key.")
