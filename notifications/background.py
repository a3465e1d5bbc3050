"""What pages ask for by themselves, nobody having clicked: it keeps no session open."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

V = TypeVar("V", bound="Callable[..., HttpResponse]")


def in_background(view: V) -> V:
    """Mark a view that scripts ask regularly."""
    view.in_background = True  # type: ignore[attr-defined]
    return view
