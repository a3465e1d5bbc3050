"""Who sees an audit and the views on its themes, who may act, and what a plan of dates says."""

from __future__ import annotations

from datetime import date

import pytest

from macfa.audits import pages, rules, services
from macfa.audits.dates import WORKING_DAYS, Step, propose, steps, working_days
from macfa.audits.lifecycle import WORKING_STAGES, Stage
from macfa.audits.models import SEES_AUDITS, Audit, ThemeView, place
from macfa.people.models import User
from macfa.people.roles import Role
from macfa.people.services import join
from tests.cast import Cast, assemble
from tests.factories import audit_opened, audit_scoped
from workflows import clock
from workflows.errors import NotAllowed, WrongState

SEES = ("coordinator", "lead.pol", "lead.csc", "panel.pol", "chair", "qppa", "board")
SEES_NOT = ("auditor.pol", "owner.csc", "admin")


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return audit_opened(cast)


@pytest.fixture
def view(cast: Cast, audit: Audit) -> ThemeView:
    """The view that the first QPPA member was asked for."""
    by = cast["coordinator"]
    services.propose_theme(audit=audit, title="N", sources=["data"], evidence="E", by=by)
    services.ask_for_views(audit=audit, by=by)
    return ThemeView.objects.get(person=cast["qppa"])


# --- seeing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEES)
def test_an_audit_is_seen_by_those_who_plan_decide_and_answer_for_it(
    cast: Cast, audit: Audit, name: str
) -> None:
    assert list(Audit.objects.visible_to(cast[name])) == [audit]


@pytest.mark.parametrize("name", SEES_NOT)
def test_an_audit_is_not_seen_by_those_who_only_work_on_its_cases_or_actions(
    cast: Cast, audit: Audit, name: str
) -> None:
    assert not Audit.objects.visible_to(cast[name])


@pytest.mark.parametrize("name", SEES)
def test_an_audit_is_not_seen_from_another_partnership(audit: Audit, name: str) -> None:
    assert not Audit.objects.visible_to(assemble("elsewhere")[name])


def test_somebody_who_has_left_sees_no_audit(cast: Cast, audit: Audit) -> None:
    cast["board"].memberships.update(since=date(2020, 1, 1), until=date(2020, 12, 31))
    assert not Audit.objects.visible_to(cast["board"])


def test_who_has_no_business_with_audits_as_a_whole_sees_none() -> None:
    without = {Role.AUDITOR, Role.ACTION_OWNER, Role.ADMIN, Role.STAFF_CONDUCT, Role.INSPECTOR}
    assert set(Role) - set(SEES_AUDITS) == without


@pytest.mark.parametrize("name", ["coordinator", "chair", "qppa", "qppa2"])
def test_views_are_read_by_coordinator_scrutineer_and_qppa(
    cast: Cast, audit: Audit, view: ThemeView, name: str
) -> None:
    assert view in ThemeView.objects.visible_to(cast[name])


@pytest.mark.parametrize("name", ["lead.pol", "panel.pol", "board", "auditor.pol", "admin"])
def test_views_are_not_read_by_anybody_else(
    cast: Cast, audit: Audit, view: ThemeView, name: str
) -> None:
    assert view not in ThemeView.objects.visible_to(cast[name])


def test_views_are_not_read_in_another_partnership(view: ThemeView) -> None:
    elsewhere = assemble("elsewhere")
    for name in ("coordinator", "chair", "qppa"):
        assert view not in ThemeView.objects.visible_to(elsewhere[name])


def test_running_audits_are_those_neither_closed_nor_withdrawn(cast: Cast, audit: Audit) -> None:
    assert list(Audit.objects.running()) == [audit]


# --- acting -----------------------------------------------------------------------------------


def test_a_coordinator_opens_audits_for_their_own_partnership(cast: Cast) -> None:
    assert rules.partnership_to_open_in(cast["coordinator"]) == cast.partnership


def test_whoever_coordinates_one_partnership_and_sits_on_a_board_opens_in_the_first_alone(
    cast: Cast,
) -> None:
    elsewhere = assemble("elsewhere")
    join(person=elsewhere["coordinator"], partnership=cast.partnership, role=Role.BOARD)
    person = User.objects.get(pk=elsewhere["coordinator"].pk)
    with pytest.raises(NotAllowed, match="Elsewhere Partnership, change partnership first"):
        rules.partnership_to_open_in(person)
    person = User.objects.get(pk=person.pk)
    person.chosen_partnership = elsewhere.partnership.pk
    assert rules.partnership_to_open_in(person) == elsewhere.partnership


@pytest.mark.parametrize("name", ["lead.pol", "qppa", "chair", "board", "admin"])
def test_nobody_else_opens_audits(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed, match="for the coordinator"):
        rules.partnership_to_open_in(cast[name])


def test_planning_is_the_coordinators_and_each_part_ends_with_its_stage(cast: Cast) -> None:
    audit, by = audit_opened(cast), cast["coordinator"]
    others = (cast["lead.pol"], cast["qppa"], assemble("elsewhere")["coordinator"])
    for allowed in (rules.can_plan_theme, rules.can_scope, rules.can_set_dates):
        assert allowed(audit, by)
        assert not any(allowed(audit, other) for other in others)
    audit = audit_scoped(cast, "DAC")
    assert not rules.can_plan_theme(audit, by)
    assert rules.can_scope(audit, by)
    assert rules.can_set_dates(audit, by)


def test_nothing_changes_about_an_audit_that_has_ended(cast: Cast, audit: Audit) -> None:
    audit.withdraw()
    with pytest.raises(WrongState, match="NEG is withdrawn: nothing changes now"):
        rules.check_running(audit)
    assert not rules.can_set_dates(audit, cast["coordinator"])
    assert audit.stages_to_come == ()


def test_a_refusal_at_the_wrong_stage_says_where_the_audit_is_and_when_it_is_done(
    audit: Audit,
) -> None:
    with pytest.raises(WrongState) as refusal:
        rules.check_stage(audit, Stage.MODERATION, Stage.FINDINGS)
    assert refusal.value.sentence == (
        "NEG is at “Theme selection”. This is done during moderation or findings."
    )


def test_a_member_who_has_left_the_qppa_gives_no_view(cast: Cast, view: ThemeView) -> None:
    assert rules.can_give_view(view, cast["qppa"])
    cast["qppa"].memberships.update(since=date(2020, 1, 1), until=date(2020, 12, 31))
    assert not rules.can_give_view(view, cast["qppa"])


def test_views_can_be_asked_for_while_there_is_somebody_to_ask(cast: Cast, audit: Audit) -> None:
    by = cast["coordinator"]
    assert not rules.can_ask_for_views(audit, by)
    services.propose_theme(audit=audit, title="N", sources=["data"], evidence="E", by=by)
    assert rules.can_ask_for_views(audit, by)
    assert not rules.can_ask_for_views(audit, cast["qppa"])
    services.ask_for_views(audit=audit, by=by)
    assert not rules.can_ask_for_views(audit, by)
    assert rules.not_asked(audit) == []


# --- what is missing --------------------------------------------------------------------------


def test_dates_for_some_stages_only_count_as_missing(cast: Cast, audit: Audit) -> None:
    services.set_dates(
        audit=audit,
        planned={Stage.THEME_SELECTION: clock.today()},
        reason="",
        by=cast["coordinator"],
    )
    assert "the stage dates" in rules.missing_scope(audit)


def test_nothing_is_missing_once_everything_is_agreed(cast: Cast) -> None:
    assert list(rules.missing_scope(audit_scoped(cast))) == []


# --- dates in words ---------------------------------------------------------------------------


def test_every_working_stage_has_a_length_and_they_grow() -> None:
    assert list(WORKING_DAYS) == list(WORKING_STAGES)
    assert list(WORKING_DAYS.values()) == sorted(WORKING_DAYS.values())


def test_a_proposal_falls_on_working_days_only() -> None:
    plan = propose(date(2026, 12, 24))
    assert not any(step.closed for step in steps(plan, date(2026, 12, 24)))


def test_a_step_says_how_long_its_stage_has() -> None:
    first, second, *_ = steps(propose(date(2026, 11, 16)), date(2026, 11, 16))
    assert first.length == "10 working days after 16 November 2026"
    assert second.length == "5 working days after the stage before it"
    assert working_days(1) == "1 working day"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 20), "Friday 20 November 2026"),
        (date(2026, 11, 21), "Saturday 21 November 2026 (not a working day)"),
        (date(2026, 11, 22), "Sunday 22 November 2026 (not a working day)"),
        (date(2026, 12, 25), "Friday 25 December 2026 (a bank holiday)"),
        (date(2026, 12, 28), "Monday 28 December 2026 (a bank holiday)"),
    ],
)
def test_weekends_and_bank_holidays_are_flagged_in_words(day: date, words: str) -> None:
    assert Step(Stage.FINDINGS, day, after=date(2026, 11, 2)).words == words


def test_a_step_knows_whether_and_by_how_much_it_moves() -> None:
    still = Step(Stage.FINDINGS, date(2026, 11, 20), date(2026, 11, 2), was=date(2026, 11, 20))
    later = Step(Stage.FINDINGS, date(2026, 11, 27), date(2026, 11, 2), was=date(2026, 11, 20))
    new = Step(Stage.FINDINGS, date(2026, 11, 27), date(2026, 11, 2))
    assert [step.moves for step in (still, later, new)] == [False, True, False]
    assert [step.moved_by for step in (still, later, new)] == [0, 5, 0]


def test_moving_the_end_of_agency_audits_says_what_it_changes(cast: Cast, audit: Audit) -> None:
    start = date(2026, 11, 16)
    services.propose_dates(audit=audit, start=start, by=cast["coordinator"])
    later = audit.planned | {Stage.AGENCY_AUDITS: date(2027, 1, 11)}
    said = list(pages.effects(audit, steps(later, audit.opened_on, audit.planned)))
    assert said == [
        "Agency audits: 22 working days instead of 15.",
        "Moderation: 8 working days instead of 15.",
        "The returns that the agencies are sent are due on 11 January 2027.",
    ]


def test_moving_the_stage_the_audit_is_at_moves_the_coordinators_task(
    cast: Cast, audit: Audit
) -> None:
    services.propose_dates(audit=audit, start=date(2026, 11, 16), by=cast["coordinator"])
    later = audit.planned | {Stage.THEME_SELECTION: date(2026, 12, 1)}
    said = list(pages.effects(audit, steps(later, audit.opened_on, audit.planned)))
    assert "Your task at this stage is then due on 1 December 2026." in said


@pytest.mark.parametrize(("rank", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th")])
def test_a_place_is_said_in_words(rank: int, words: str) -> None:
    assert place(rank) == words
