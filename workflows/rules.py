"""What the rules of every room are made of: `can_x` is its `check_x` as a bool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.errors import NotYet, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec

    P = ParamSpec("P")


def allows(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether a check passes."""
    return not refusal(check, *args, **kwargs)


def refusal(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> str:
    """The sentence with which a check refuses; nothing where it passes."""
    try:
        check(*args, **kwargs)
    except Refused as refused:
        return refused.sentence
    return ""


def check_says(text: str, sentence: str) -> None:
    """A reason, an answer or a question has to be there: `sentence` asks for it."""
    if not text.strip():
        raise NotYet(sentence)
