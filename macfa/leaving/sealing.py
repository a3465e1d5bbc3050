"""What few may read goes out sealed: who the children are, and what concerns the conduct of staff.

The key is made for one export, lies in a file apart from it, and opens nothing of the site. The
keys of the site open every other partnership too, so they go to nobody.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken

from macfa.sampling.identity import open_file, seal_file
from workflows.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Before what the site could not open itself, because its key is lost: it goes out as it lies.
LOST = "lost:"
PROOF = "This is the key of the export."


class Seal:
    """The key of one export."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._box = Fernet(key)
        self.lost = 0

    @classmethod
    def made(cls) -> Seal:
        """A new one."""
        return cls(Fernet.generate_key())

    @classmethod
    def read(cls, file: Path, proof: str) -> Seal:
        """The key from its file. Raises `NotAllowed` where it is none, or another export's."""
        try:
            seal = cls(file.read_bytes().strip())
            seal._box.decrypt(proof.encode())
        except (OSError, ValueError, InvalidToken):
            raise NotAllowed(f"{file} does not hold the key of this export.") from None
        return seal

    def proof(self) -> str:
        """By which the key is known again."""
        return self.text(PROOF)

    def text(self, value: str) -> str:
        """A text, sealed."""
        return self._box.encrypt(value.encode()).decode()

    def sealed(self, value: Any) -> str:
        """A value of the database, sealed with this key instead of the site's, if with any."""
        if isinstance(value, str):
            return self.text(value)
        try:
            return self.text(open_file(value).decode())
        except InvalidToken:
            self.lost += 1
            return LOST + bytes(value).decode()

    def opened(self, value: str) -> str | None:
        """What was sealed; nothing where the site that it comes from could not open it."""
        return None if value.startswith(LOST) else self._box.decrypt(value.encode()).decode()

    def resealed(self, value: str) -> bytes:
        """As the identity key lies in the site that loads it."""
        plain = self.opened(value)
        return value.removeprefix(LOST).encode() if plain is None else seal_file(plain.encode())


@contextmanager
def kept(seal: Seal, file: Path) -> Iterator[None]:
    """The key in a new file that only its owner reads; gone where the block fails."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(seal.key + b"\n")
    try:
        yield
    except BaseException:
        file.unlink()
        raise
