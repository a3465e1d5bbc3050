"""The speed table: what `make bench` prints, and what `bench.json` holds."""

import json

import pytest

from tests.bench.table import Goal, as_json, as_markdown, figure

SLOW = figure("act", "SQLite", "submit", 9, "ms", beside="stock", beside_value=6, goal=Goal(1.2))
BULK = figure(
    "issue",
    "PostgreSQL",
    "1,000 returns",
    1250.4,
    "ms",
    beside="a loop",
    beside_value=10003.2,
    times_faster=True,
    goal=Goal(6, at_least=True),
)
ALONE = figure("act", "SQLite", "submit", 12, "statements", goal=Goal(14, of_ratio=False))
BESIDE_FLOOR = figure("act", "SQLite", "submit", 9, "ms", beside="floor", beside_value=0.5)


def test_a_figure_in_json_has_the_keys_that_scripts_rely_on() -> None:
    [row] = json.loads(as_json([SLOW]))
    assert row == {
        "name": "act",
        "database": "SQLite",
        "what": "submit",
        "value": 9,
        "unit": "ms",
        "beside": "stock",
        "beside_value": 6,
        "ratio": 1.5,
        "goal": "at most 1.2 x",
        "met": False,
    }


def test_a_figure_without_goal_or_peer_says_so_with_null() -> None:
    alone, beside = json.loads(as_json([ALONE, BESIDE_FLOOR]))
    assert alone["ratio"] is None
    assert alone["beside_value"] is None
    assert beside["goal"] == ""
    assert beside["met"] is None


def test_times_faster_turns_the_ratio_round() -> None:
    assert BULK.ratio == pytest.approx(8)
    assert BULK.goal == "at least 6 x"
    assert BULK.met is True


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        (Goal(14, of_ratio=False), 14, True),
        (Goal(14, of_ratio=False), 15, False),
        (Goal(14, at_least=True, of_ratio=False), 13, False),
    ],
)
def test_a_goal_is_met_at_its_limit(goal: Goal, value: float, met: bool) -> None:
    assert goal.is_met(value, None) is met


def test_the_table_has_a_line_for_each_figure_and_counts_the_goals_met() -> None:
    text = as_markdown([SLOW, BULK, ALONE, BESIDE_FLOOR], {"Python": "3.11.2", "SQLite": "3.40.1"})
    header, rule, *lines = text.splitlines()
    assert header.count("|") == rule.count("|")
    assert all(line.count("|") == header.count("|") for line in lines[:4])
    slow, bulk, alone, beside = lines[:4]
    assert slow.endswith("| 9 ms | stock | 6 ms | 1.50 x | at most 1.2 x | **no** |")
    assert bulk.endswith("| 1,250 ms | a loop | 10,003 ms | 8.00 x | at least 6 x | yes |")
    assert alone.endswith("| 12 statements |  |  |  | at most 14 | yes |")
    assert beside.endswith("| 9 ms | floor | 0.50 ms | 18.00 x |  |  |")
    assert lines[4:] == ["", "2 of 3 goals are met.", "Python 3.11.2, SQLite 3.40.1"]
