"""What Django's `check` asks of the addresses: each has its row in the access matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from macfa.access.matrix import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator


def addresses(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the site: its name, and what it looks like."""
    resolver = resolver or get_resolver()
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            for name, path in addresses(each, inner):
                yield name, f"{each.pattern}{path}"
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}", str(each.pattern)


def check_addresses(**_kwargs: Any) -> list[CheckMessage]:
    """No address without a row, and no row without an address."""
    known, named = dict(addresses()), {row.name for row in ROWS}
    found: list[CheckMessage] = [
        Error(
            f"/{path} (“{name}”) has no row in the access matrix, so nobody can say who opens it.",
            hint="Add one to macfa/access/matrix.py.",
            id="macfa.E001",
        )
        for name, path in known.items()
        if name not in named
    ]
    found += [
        Error(f"The access matrix has a row for “{name}”, and no address has that name.")
        for name in sorted(named - known.keys())
    ]
    return found
