"""The programme board: how far audits have slipped, over time, and what each waits for (R2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries

from macfa.audits.lifecycle import Stage
from macfa.overview import services as overview
from macfa.overview.programme import board
from macfa.overview.time_line import TimeLine
from tests import factories
from workflows import clock
from workflows.working_days import add_working_days

if TYPE_CHECKING:
    from macfa.audits.models import Audit
    from macfa.overview.programme import Row
    from tests.cast import Cast


def row_of(audit: Audit) -> Row:
    [row] = board([audit], followed=[audit])
    return row


def test_a_stage_that_ended_says_how_far_from_its_plan(cast: Cast) -> None:
    audit = factories.audit_opened(cast)
    assert row_of(audit).ends == ()
    issued = factories.audit_issued(cast, "ISS")
    ends = {end.stage: end for end in row_of(issued).ends}
    sampled = ends[Stage.CASE_SAMPLING]
    assert sampled.actual == clock.today()
    assert sampled.slippage < 0
    assert sampled.slippage_words.endswith("early")
    assert sampled.tone == "done"


def test_a_stage_that_runs_on_after_its_day_is_late_and_moves_its_end(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    row = row_of(audit)
    assert row.due == audit.planned[Stage.AGENCY_AUDITS]
    assert row.slippage_words == ""
    with clock.playing(clock.now() + (add_working_days(row.due, 3) - clock.today())):
        late = row_of(audit)
        assert late.slippage_words == "3 working days late"
        assert late.current
        assert (late.current.tone, late.current.ended) == ("late", clock.today())


def test_nothing_slips_while_an_audit_is_paused(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    until = clock.today() + timedelta(days=10)
    audit = overview.pause_audit(
        audit=audit, reason="An inquiry", until=until, by=cast["coordinator"]
    )
    with clock.playing(clock.now() + timedelta(days=400)):
        assert row_of(audit).slippage_words == ""


def test_an_audit_says_what_it_waits_for_and_on_whom(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    waiting = row_of(audit).awaited
    police = next(each for each in waiting if each.holder == "Police")
    assert (police.items, police.overdue) == (audit.cases.count(), 0)
    assert police.words == f"Police: {police.items} to do"
    with clock.playing(clock.now() + timedelta(days=90)):
        police = next(each for each in row_of(audit).awaited if each.holder == "Police")
        assert police.words.endswith(f"{police.items} overdue")


def test_who_may_not_follow_the_agencies_sees_only_the_plan(cast: Cast) -> None:
    audit = factories.audit_issued(cast)
    [row] = board([audit], followed=[])
    assert row.ends
    assert row.awaited == ()


def test_the_board_costs_the_same_for_one_audit_and_for_three(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    audits = [factories.audit_issued(cast, prefix) for prefix in ("ONE", "TWO", "SIX")]
    for count in (1, 3):
        with django_assert_num_queries(2):
            board(audits[:count], followed=audits[:count])


def test_bars_follow_each_other_on_one_line_of_time(cast: Cast) -> None:
    line = TimeLine(board([factories.audit_issued(cast)], followed=[]))
    [(_audit, bars)] = line.rows
    places = [float(bar.at.rstrip("%")) for bar in bars]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)
    assert 0 <= float(line.today.at.rstrip("%")) <= 100
    assert len(line.marks) >= 3


@pytest.mark.django_db
def test_with_no_audit_there_is_nothing_to_draw() -> None:
    line = TimeLine([])
    assert line.rows == []
    assert line.first <= clock.today() < line.last
