"""What the rules of every room are made of."""

import pytest

from workflows.errors import AlreadyDone, NotAllowed, NotYet, Refused, Stale, WrongState
from workflows.rules import allows, check_says


@pytest.mark.parametrize("refusal", [NotAllowed, NotYet, WrongState, Stale])
def test_a_check_that_refuses_in_any_way_does_not_allow(refusal: type[Refused]) -> None:
    def check(sentence: str) -> None:
        raise refusal(sentence)

    assert not allows(check, "Not now.")


def test_a_check_that_passes_allows_and_anything_but_a_refusal_is_a_fault() -> None:
    def check(*, done: bool) -> None:
        if done:
            raise AlreadyDone("audits.audit", "x")

    assert allows(check, done=False)
    with pytest.raises(AlreadyDone):
        allows(check, done=True)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_text_of_nothing_but_space_says_nothing(text: str) -> None:
    with pytest.raises(NotYet, match="Say why"):
        check_says(text, "Say why.")
    check_says("Because", "Say why.")
