"""Working days in England, on which due dates and stage dates are counted (R3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.working_days import (
    add_working_days,
    bank_holidays,
    is_working_day,
    next_working_day,
    working_days_between,
)

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
working_days = days.filter(is_working_day)
counts = st.integers(-600, 600)


@pytest.mark.parametrize(
    ("before", "count", "after"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 4, 20), 15, date(2026, 5, 12)),  # across May Day
        (date(2026, 11, 23), 10, date(2026, 12, 7)),
    ],
)
def test_working_days_skip_weekends_and_bank_holidays(
    before: date, count: int, after: date
) -> None:
    assert add_working_days(before, count) == after


def test_christmas_2026_closes_the_monday_because_boxing_day_is_a_saturday() -> None:
    assert not is_working_day(date(2026, 12, 25))
    assert not is_working_day(date(2026, 12, 28))
    assert next_working_day(date(2026, 12, 24)) == date(2026, 12, 29)


def test_christmas_2027_has_two_substitute_days() -> None:
    assert {date(2027, 12, 27), date(2027, 12, 28)} <= bank_holidays(2027)
    assert next_working_day(date(2027, 12, 24)) == date(2027, 12, 29)


def test_new_year_is_crossed_in_both_directions() -> None:
    assert add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert add_working_days(date(2027, 1, 4), -1) == date(2026, 12, 31)


def test_easter_2027_runs_from_good_friday_to_easter_monday() -> None:
    assert not is_working_day(date(2027, 3, 26))
    assert not is_working_day(date(2027, 3, 29))
    assert next_working_day(date(2027, 3, 25)) == date(2027, 3, 30)
    assert working_days_between(date(2027, 3, 25), date(2027, 3, 31)) == 2


def test_scottish_and_irish_holidays_are_ordinary_days_in_england() -> None:
    assert is_working_day(date(2026, 11, 30))  # St Andrew
    assert is_working_day(date(2026, 3, 17))  # St Patrick
    assert is_working_day(date(2026, 8, 3))  # summer holiday in Scotland


def test_adding_none_keeps_a_working_day_and_moves_any_other_forward() -> None:
    assert add_working_days(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert add_working_days(date(2026, 12, 25), 0) == date(2026, 12, 29)


def test_a_moment_is_refused_because_its_day_depends_on_the_time_zone() -> None:
    moment = datetime(2026, 12, 25, 23, 30, tzinfo=UTC)
    with pytest.raises(TypeError):
        is_working_day(moment)
    with pytest.raises(TypeError):
        add_working_days(moment, 1)


def test_far_years_still_answer() -> None:
    assert is_working_day(date(1, 1, 1))
    assert not is_working_day(date(9999, 12, 25))


@given(days)
def test_every_weekend_and_bank_holiday_is_closed_and_every_other_day_is_open(day: date) -> None:
    assert is_working_day(day) == (day.weekday() < 5 and day not in bank_holidays(day.year))


@given(days, counts)
def test_the_answer_is_always_a_working_day(day: date, count: int) -> None:
    assert is_working_day(add_working_days(day, count))


@given(working_days, counts)
def test_going_back_as_far_as_one_went_returns_to_the_same_day(day: date, count: int) -> None:
    assert add_working_days(add_working_days(day, count), -count) == day


@given(days, days, counts)
def test_a_later_start_never_ends_earlier(one: date, other: date, count: int) -> None:
    early, late = sorted((one, other))
    assert add_working_days(early, count) <= add_working_days(late, count)


@given(days, st.integers(1, 600))
def test_a_larger_count_ends_later(day: date, count: int) -> None:
    assert add_working_days(day, count) < add_working_days(day, count + 1)
    assert add_working_days(day, -count) > add_working_days(day, -count - 1)


@given(working_days, counts)
def test_counting_between_undoes_adding(day: date, count: int) -> None:
    assert working_days_between(day, add_working_days(day, count)) == count


@given(days, days, days)
def test_counts_between_days_add_up(one: date, two: date, three: date) -> None:
    whole = working_days_between(one, three)
    assert working_days_between(one, two) + working_days_between(two, three) == whole


@given(days, st.integers(0, 60))
def test_counting_between_agrees_with_looking_at_each_day(start: date, length: int) -> None:
    passed = [start + timedelta(days=n) for n in range(1, length + 1)]
    counted = working_days_between(start, start + timedelta(days=length))
    assert counted == sum(map(is_working_day, passed))
