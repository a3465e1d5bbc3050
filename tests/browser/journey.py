"""One audit from opening to closing, stage by stage, by clicking and typing alone.

Two agencies and two cases: the police audit the first and are queried about it, and never answer
for the second; social care has nothing on the first, and knew the family of the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser import improving_steps as improving
from tests.browser import moderating_steps as moderating
from tests.browser import planning_steps as planning
from tests.browser import returning_steps as returning

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.windows import Windows

    #: Looks at how the police auditor was told; called with how many tasks they have been given.
    Told = Callable[[int], None]

AUDITOR = "Auditor Pol"


def the_theme_is_selected(windows: Windows) -> None:
    """From the opening of the audit to its scope and dates."""
    coordinator = windows["coordinator"]
    planning.the_audit_is_opened(coordinator)
    planning.a_theme_is_proposed(coordinator)
    planning.the_qppa_are_asked(windows)
    planning.the_theme_is_chosen(coordinator)
    planning.the_scope_is_agreed(coordinator)
    planning.the_dates_are_set(coordinator)
    planning.sampling_begins(coordinator)


def the_cases_are_sampled(windows: Windows) -> None:
    """From the pool to the issued returns."""
    coordinator = windows["coordinator"]
    planning.the_pool_is_loaded(coordinator)
    planning.the_sample_is_drawn(coordinator)
    planning.the_audit_is_issued(coordinator)


def the_agencies_audit(windows: Windows, told: Told) -> None:
    """Each return is submitted, nil, or recorded as not returned."""
    lead = windows["lead.pol"]
    returning.the_agency_was_involved(lead, "NEG-01 POL", AUDITOR)
    told(1)
    returning.the_agency_was_involved(lead, "NEG-02 POL", returning.LEAVE)
    returning.the_audit_is_given(lead, "NEG-02 POL", AUDITOR)
    told(2)
    the_police_audit_the_first_case(windows)
    returning.the_coordinator_sends_it_back(windows["coordinator"], "NEG-01 Police")
    told(3)
    returning.the_query_is_answered(windows["auditor.pol"], "NEG-01 POL")
    returning.the_lead_signs_off(lead, "NEG-01 POL")
    social_care_answers(windows)
    returning.it_is_recorded_as_not_returned(windows["coordinator"], "NEG-02 Police")


def the_police_audit_the_first_case(windows: Windows) -> None:
    """The auditor declares, answers and submits; the lead signs off."""
    auditor = windows["auditor.pol"]
    returning.the_audit_is_begun(auditor, "NEG-01 POL")
    returning.the_auditor_answers_everything(auditor)
    returning.the_auditor_submits(auditor, "NEG-01 POL")
    returning.the_lead_signs_off(windows["lead.pol"], "NEG-01 POL")


def social_care_answers(windows: Windows) -> None:
    """Nil for one case; for the other an auditor claims the work from the team's queue."""
    returning.the_agency_has_nothing_to_audit(windows["lead.csc"], "NEG-01 CSC")
    returning.the_agency_knew_the_family(windows["lead.csc"], "NEG-02 CSC")
    auditor = windows["auditor.csc"]
    returning.the_audit_is_claimed(auditor, "NEG-02 CSC")
    returning.the_auditor_declares_independence(auditor)
    returning.the_auditor_answers_everything(auditor)
    returning.the_auditor_submits(auditor, "NEG-02 CSC")


def the_panel_does_its_work(windows: Windows) -> None:
    """Convened, prepared, and through every case."""
    coordinator = windows["coordinator"]
    moderating.the_panel_is_convened(coordinator)
    moderating.the_cases_are_released(coordinator)
    moderating.the_member_prepares(windows["panel.pol"])
    moderating.the_panel_sits(coordinator)
    moderating.the_panel_moderates(windows["chair"], "NEG-01", "Police")
    moderating.the_panel_moderates(windows["chair"], "NEG-02", "Children’s Social Care")
    moderating.moderation_is_concluded(coordinator)


def the_findings_are_agreed(windows: Windows) -> None:
    """A finding, the report, its sign-off, and the action that follows."""
    coordinator = windows["coordinator"]
    improving.a_finding_is_recorded(coordinator)
    improving.the_report_is_written(coordinator)
    improving.the_qppa_sign_off(windows["qppa"])
    improving.an_action_is_opened(coordinator)
    improving.the_audit_is_published(coordinator)


def practice_changes(windows: Windows) -> None:
    """The action is carried out and accepted, and the audit closed."""
    improving.the_owner_reports(windows["owner.csc"])
    improving.the_completion_is_accepted(windows["coordinator"])
    improving.the_audit_is_closed(windows["coordinator"])


def play(windows: Windows, told: Told) -> None:
    """All of it."""
    the_theme_is_selected(windows)
    the_cases_are_sampled(windows)
    the_agencies_audit(windows, told)
    the_panel_does_its_work(windows)
    the_findings_are_agreed(windows)
    practice_changes(windows)
