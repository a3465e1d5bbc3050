"""Fixtures that the tests of pages share."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.integration.browsing import Browsers, browser


@pytest.fixture
def as_(cast: Cast) -> Browsers:
    """A browser in which somebody of the cast is signed in."""
    return lambda name: browser(cast[name])
