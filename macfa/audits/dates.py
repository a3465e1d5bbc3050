"""Stage dates proposed in working days from one start date (R3; docs/requirements.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macfa.audits.lifecycle import Stage
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from datetime import date

#: Working days from the start to the end of each stage, as partnerships usually plan them:
#: scope in two weeks, sample in one more, returns in three, panel two weeks later, findings in
#: five more, and actions over about nine months.
WORKING_DAYS = {
    Stage.THEME_SELECTION: 10,
    Stage.CASE_SAMPLING: 15,
    Stage.AGENCY_AUDITS: 30,
    Stage.MODERATION: 45,
    Stage.FINDINGS: 70,
    Stage.ACTION_TRACKING: 260,
}


def propose(start: date) -> dict[Stage, date]:
    """The day by which each stage should be over when the audit starts on `start`."""
    return {stage: add_working_days(start, days) for stage, days in WORKING_DAYS.items()}
