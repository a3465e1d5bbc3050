"""The same audit once more by keys alone: every control is reached, and nothing traps the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from macfa.audits.lifecycle import Stage
from macfa.audits.models import Audit
from tests.browser import journey

if TYPE_CHECKING:
    from tests.browser.windows import Windows


@pytest.mark.slow
def test_an_audit_is_played_from_opening_to_closing_by_keys_alone(windows: Windows) -> None:
    windows.by_form = windows.by_keys = True

    journey.play(windows, told=lambda _tasks: None)

    assert Audit.objects.get().stage == Stage.CLOSED
    assert windows.complaints == []
