"""Characters in what people type or paste that nobody sees: they are left out.

A NUL cannot be stored, other control characters cannot stand in a Word document, and the marks
that turn the direction of text would turn whatever stands after it as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Control characters but tab and line breaks; embeddings, overrides and isolates of direction.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def without_unseen(posted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a form was sent, without what nobody sees. The same if there is nothing."""
    lists = getattr(posted, "lists", None)
    if lists is None:
        return {name: _seen(value) for name, value in posted.items()}
    found = {
        name: values for name, values in lists() if any(_seen(value) != value for value in values)
    }
    if not found:
        return posted
    cleaned = posted.copy()  # type: ignore[attr-defined]
    for name, values in found.items():
        cleaned.setlist(name, [_seen(value) for value in values])
    return cleaned  # type: ignore[no-any-return]


def _seen(value: Any) -> Any:
    return UNSEEN.sub("", value) if isinstance(value, str) else value
