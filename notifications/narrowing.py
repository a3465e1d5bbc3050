"""Which of their notifications somebody looks at: what the address of the inbox asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from notifications.kinds import Kind

if TYPE_CHECKING:
    from django.http import QueryDict

#: More digits than any number of a notification has.
LONGEST = 19


@dataclass(frozen=True)
class Narrowing:
    """Of one kind or of any, only what is unread or all, and from which number down."""

    kind: Kind | None = None
    unread: bool = False
    before: int | None = None

    @classmethod
    def of(cls, asked: QueryDict) -> Narrowing:
        """What an address asks for; whatever it cannot mean is left out."""
        kind = asked.get("kind", "")
        return cls(
            kind=Kind(kind) if kind in Kind.values else None,
            unread=asked.get("unread") == "1",
            before=number(asked.get("before")),
        )

    def query(self, **changes: str | int | None) -> str:
        """The same as the end of an address, with changes: `?kind=tasks&unread=1`."""
        mine = {"kind": self.kind, "unread": "1" if self.unread else None, "before": self.before}
        said = {name: value for name, value in (mine | changes).items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def first_page(self) -> str:
        """Back to the newest of these."""
        return self.query(before=None)

    @property
    def chips(self) -> list[dict[str, str]]:
        """What is chosen, each with the address without it."""
        chosen = {"kind": self.kind and str(self.kind.label), "unread": self.unread and "Unread"}
        return [
            {"text": text, "href": self.query(**{name: None, "before": None}) or "."}
            for name, text in chosen.items()
            if text
        ]


EVERYTHING = Narrowing()


def number(text: str | None) -> int | None:
    """A number from an address; anything else counts as not given."""
    return int(text) if text and text.isdecimal() and len(text) < LONGEST else None
