"""The draw: repeatable by anyone, the same for any order of the pool, and plain when refused."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macfa.sampling.draw import (
    METHOD,
    CannotDraw,
    Condition,
    Drawn,
    Pick,
    Plan,
    PurposivePick,
    Quota,
    TooFew,
    draw,
    parse_condition,
    parse_strata,
    strata_of,
)


@dataclass(frozen=True)
class Row:
    row_id: str
    characteristics: Mapping[str, str] = field(default_factory=dict)


def pool_of(size: int) -> list[Row]:
    """A pool in which a third of the rows is EH, CIN and CP, and every fifth child is a baby."""
    statuses = ("EH", "CIN", "CP")
    return [
        Row(f"R{n}", {"status": statuses[n % 3], "age": "under 1" if n % 5 == 0 else "1 to 4"})
        for n in range(1, size + 1)
    ]


def ids(picks: Sequence[Pick], stratum: str | None = None) -> list[str]:
    return [pick.row_id for pick in picks if stratum in {None, pick.stratum}]


def by_hand(rows: Sequence[Row], seed: str, stratum: str, status: str | None) -> list[str]:
    """The order of a stratum, worked out without the module under test."""
    keys = [
        (sha256(f"{seed}:{stratum}:{row.row_id}".encode()).hexdigest(), row.row_id)
        for row in rows
        if status is None or row.characteristics["status"] == status
    ]
    return [row_id for _, row_id in sorted(keys)]


CHOSEN_WHEN_WRITTEN = ["R3", "R9", "R7", "R13", "R23", "R11", "R10"]
RESERVES_WHEN_WRITTEN = ["R21", "R16", "R29", "R27"]

STRATA = parse_strata("status=EH:2,status=CIN:2,status=CP:2")

pools = st.lists(
    st.builds(
        Row,
        st.text(min_size=1, max_size=6),
        st.fixed_dictionaries({"status": st.sampled_from(["EH", "CIN", "CP"])}),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row.row_id,
)
seeds = st.text("abcdefghij0123456789 -:'é", min_size=1, max_size=12).filter(str.strip)


@st.composite
def plans_for(draw_one: st.DrawFn, rows: Sequence[Row]) -> Plan:
    """A plan that this pool can satisfy, with every kind of choice in it."""
    quotas = []
    for status in ("CP", "EH", "CIN"):
        there = sum(row.characteristics["status"] == status for row in rows)
        if there > 2 and draw_one(st.booleans()):
            quotas.append(Quota("status", status, draw_one(st.integers(1, there - 2))))
    left = len(rows) - sum(quota.size for quota in quotas)
    random = draw_one(st.integers(0 if quotas else 1, left))
    return Plan(
        seed=draw_one(seeds),
        quotas=tuple(quotas),
        random=random,
        reserves=draw_one(st.integers(0, 12)),
    )


pools_with_plans = pools.flatmap(lambda rows: st.tuples(st.just(rows), plans_for(rows)))


def test_a_known_pool_gives_the_rows_that_hashing_by_hand_gives() -> None:
    rows = pool_of(94)
    drawn = draw(rows, Plan(seed="2026", quotas=STRATA, reserves=6))
    for status in ("EH", "CIN", "CP"):
        expected = by_hand(rows, "2026", status, status)
        assert ids(drawn.chosen, status) == expected[:2]
        assert ids(drawn.reserves, status) == expected[2:4]


def test_the_method_gives_for_ever_the_rows_it_gave_when_it_was_written() -> None:
    drawn = draw(pool_of(30), Plan(seed="fixed", quotas=STRATA, random=1, reserves=4))
    assert METHOD == "sha256-order/1"
    assert ids(drawn.chosen) == CHOSEN_WHEN_WRITTEN
    assert ids(drawn.reserves) == RESERVES_WHEN_WRITTEN


def test_sha256sum_on_the_command_line_gives_the_hash_in_the_note() -> None:
    drawn = draw(pool_of(30), Plan(seed="it's 2026", quotas=STRATA))
    line = drawn.note().splitlines()[-1]
    command, hashed = line.split("For example ")[1].rstrip(".").split(" gives ")
    shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert shell.stdout.split()[0] == hashed


@given(pools_with_plans, st.randoms(use_true_random=False))
def test_the_order_of_the_pool_does_not_matter(
    given_pool: tuple[list[Row], Plan], chance: Random
) -> None:
    rows, plan = given_pool
    shuffled = chance.sample(rows, len(rows))
    assert draw(shuffled, plan) == draw(rows, plan)


@given(pools_with_plans)
def test_no_row_is_taken_twice_and_every_stratum_is_complete(
    given_pool: tuple[list[Row], Plan],
) -> None:
    rows, plan = given_pool
    drawn = draw(rows, plan)
    taken = ids(drawn.chosen) + ids(drawn.reserves)
    assert len(taken) == len(set(taken))
    assert set(taken) <= {row.row_id for row in rows}
    for stratum in drawn.strata:
        assert len(ids(drawn.chosen, stratum.name)) == stratum.size
        assert len(ids(drawn.reserves, stratum.name)) <= stratum.reserves


@given(pools, seeds, st.integers(1, 39))
def test_asking_for_more_keeps_the_rows_that_were_chosen_before(
    rows: list[Row], seed: str, size: int
) -> None:
    size = min(size, len(rows) - 1)
    if size < 1:
        return
    fewer = draw(rows, Plan(seed=seed, random=size))
    more = draw(rows, Plan(seed=seed, random=size + 1))
    assert ids(more.chosen)[:size] == ids(fewer.chosen)


@given(pools, seeds, st.integers(0, 10))
def test_the_first_reserve_is_the_row_that_one_more_case_would_have_chosen(
    rows: list[Row], seed: str, reserves: int
) -> None:
    drawn = draw(rows, Plan(seed=seed, random=1, reserves=reserves))
    assert ids(drawn.chosen + drawn.reserves) == by_hand(rows, seed, "random", None)[: 1 + reserves]


def test_another_seed_gives_another_draw() -> None:
    rows = pool_of(94)
    draws = {tuple(ids(draw(rows, Plan(seed=str(n), random=6)).chosen)) for n in range(20)}
    assert len(draws) == 20


def test_reserves_are_shared_evenly_and_the_first_strata_get_what_is_over() -> None:
    plan = Plan(seed="1", quotas=STRATA, random=1, reserves=6)
    shares = {stratum.name: stratum.reserves for stratum in strata_of(plan)}
    assert shares == {"EH": 2, "CIN": 2, "CP": 1, "random": 1}


def test_the_random_part_comes_from_all_rows_the_strata_left() -> None:
    rows = pool_of(9)
    drawn = draw(rows, Plan(seed="1", quotas=parse_strata("status=CP:2"), random=7))
    assert sorted(ids(drawn.chosen)) == sorted(row.row_id for row in rows)
    assert drawn.strata[1].population == 7


def test_a_reserve_is_never_a_row_that_the_random_part_chose() -> None:
    rows = pool_of(9)
    drawn = draw(rows, Plan(seed="1", quotas=parse_strata("status=CP:1"), random=6, reserves=4))
    assert set(ids(drawn.chosen)).isdisjoint(ids(drawn.reserves))
    assert len(drawn.chosen) == 7


def test_strata_on_several_columns_are_named_by_column_and_value_and_share_no_row() -> None:
    rows = pool_of(60)
    drawn = draw(rows, Plan(seed="7", quotas=parse_strata("status=CP:3,age=under 1:10")))
    assert [stratum.name for stratum in drawn.strata] == ["status=CP", "age=under 1"]
    babies = sum(row.characteristics["age"] == "under 1" for row in rows)
    taken_before = ids(drawn.chosen, "status=CP")
    by_id = {row.row_id: row for row in rows}
    already = sum(by_id[one].characteristics["age"] == "under 1" for one in taken_before)
    assert drawn.strata[1].population == babies - already


def test_excluded_rows_are_never_chosen_and_are_counted() -> None:
    rows = [*pool_of(10), Row("gone", {"status": "CP", "age": "moved away"})]
    plan = Plan(seed="1", random=10, exclude_if=(Condition("age", "moved away"),))
    drawn = draw(rows, plan)
    assert "gone" not in ids(drawn.chosen)
    assert (drawn.population, drawn.excluded) == (11, 1)
    assert "1 row excluded because of age=moved away." in drawn.note()


def test_purposive_picks_come_first_with_their_reason_and_leave_their_stratum() -> None:
    rows = pool_of(9)
    pick = PurposivePick("R3", "the only unborn child")
    drawn = draw(rows, Plan(seed="1", quotas=parse_strata("status=EH:2"), purposive=(pick,)))
    assert drawn.chosen[0] == Pick("R3", "purposive", 1, "the only unborn child")
    assert drawn.chosen[0].purposive
    assert drawn.strata[0].population == 2
    assert sorted(ids(drawn.chosen, "EH")) == ["R6", "R9"]


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        (Plan("1", random=3), "random"),
        (Plan("1", quotas=STRATA), "stratified"),
        (Plan("1", purposive=(PurposivePick("R1", "rare"),)), "purposive"),
        (Plan("1", quotas=STRATA, random=1), "mixed"),
    ],
)
def test_a_plan_knows_which_kind_of_sample_it_is(plan: Plan, kind: str) -> None:
    assert plan.kind == kind
    assert draw(pool_of(20), plan).plan.kind == kind


def test_a_wholly_purposive_sample_has_no_reserves_and_nothing_to_repeat() -> None:
    drawn = draw(pool_of(5), Plan("1", purposive=(PurposivePick("R1", "rare"),)))
    assert drawn.reserves == ()
    assert drawn.next_reserve("purposive", []) is None
    assert "sha256sum" not in drawn.note()


def test_a_stratum_smaller_than_asked_is_named_with_what_was_asked_and_what_is_there() -> None:
    with pytest.raises(TooFew) as refusal:
        draw(pool_of(5), Plan(seed="1", quotas=STRATA))
    assert (refusal.value.stratum, refusal.value.asked, refusal.value.available) == ("EH", 2, 1)
    assert refusal.value.sentence == "Stratum EH has 1 row to draw from and 2 were asked for."


def test_every_stratum_that_is_too_small_is_named_at_once() -> None:
    with pytest.raises(TooFew) as refusal:
        draw(pool_of(3), Plan(seed="1", quotas=STRATA))
    assert [shortage.stratum for shortage in refusal.value.shortages] == ["EH", "CIN", "CP"]


def test_reserves_may_run_short_and_the_note_says_so() -> None:
    drawn = draw(pool_of(8), Plan(seed="1", quotas=STRATA, reserves=6))
    assert ids(drawn.reserves, "EH") == []
    assert len(ids(drawn.reserves, "CIN")) == 1
    assert "Stratum EH: 2 rows with status=EH not taken before, 2 chosen" in drawn.note()
    assert "0 in reserve (2 asked for, no more were left)." in drawn.note()


def test_a_dropped_case_is_replaced_by_the_next_unused_reserve_of_its_stratum() -> None:
    drawn: Drawn = draw(pool_of(94), Plan(seed="1", quotas=STRATA, reserves=6))
    first, second = ids(drawn.reserves, "CP")
    replacement = drawn.next_reserve("CP", used=set())
    assert replacement == Pick(first, "CP", 1)
    assert drawn.next_reserve("CP", used={first}) == Pick(second, "CP", 2)
    assert drawn.next_reserve("CP", used={first, second}) is None


def test_the_note_gives_method_seed_population_and_every_stratum() -> None:
    note = draw(pool_of(94), Plan(seed="spring", quotas=STRATA, reserves=6)).note()
    assert note.startswith("Drawn by sha256-order/1 with the seed spring.")
    assert "The pool has 94 rows. None was excluded." in note
    assert "Stratum CP: 31 rows with status=CP not taken before, 2 chosen, 2 in reserve." in note


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (Plan(seed=" ", random=1), "Give a seed"),
        (Plan(seed="two\nlines", random=1), "Give a seed"),
        (Plan(seed="1"), "Ask for at least one case"),
        (Plan(seed="1", random=-1), "no negative numbers"),
        (Plan(seed="1", random=1, reserves=-1), "no negative numbers"),
        (
            Plan(seed="1", reserves=2, purposive=(PurposivePick("R1", "rare"),)),
            "every case is picked on purpose",
        ),
        (Plan(seed="1", quotas=(Quota("status", "CP", 0),)), "1 case or more"),
        (Plan(seed="1", quotas=(Quota("status", "CP", 1001),)), "Ask for up to 1,000 cases"),
        (Plan(seed="1", random=10**20), "Ask for up to 1,000 cases"),
        (Plan(seed="1", random=1, reserves=10**20), "Ask for up to 1,000 cases"),
        (Plan(seed="1", random=1, exclude_if=(Condition("age", "x"),)), "No row .* has age=x"),
        (Plan(seed="1", quotas=STRATA + STRATA), "asked for more than once"),
        (Plan(seed="1", quotas=(Quota("status", "random", 1),)), "cannot be called random"),
        (Plan(seed="1", quotas=(Quota("status", "x" * 121, 1),)), "up to 120 characters"),
        (Plan(seed="1", quotas=(Quota("statos", "CP", 1),)), "has no column “statos”"),
        (Plan(seed="1", random=1, exclude_if=(Condition("Age", "x"),)), "no column “Age”"),
        (Plan(seed="1", purposive=(PurposivePick("R1", " "),)), "Say why row R1"),
        (Plan(seed="1", purposive=(PurposivePick("X", "rare"),)), "not in the pool"),
        (Plan(seed="1", purposive=(PurposivePick("R1", "a"),) * 2), "more than once"),
        (
            Plan(
                seed="1",
                purposive=(PurposivePick("R3", "rare"),),
                exclude_if=(Condition("status", "EH"),),
            ),
            "also excluded",
        ),
    ],
)
def test_a_draw_that_cannot_be_made_says_what_to_change(plan: Plan, sentence: str) -> None:
    with pytest.raises(CannotDraw, match=sentence):
        draw(pool_of(9), plan)


def test_an_empty_pool_and_a_repeated_row_id_are_refused() -> None:
    with pytest.raises(CannotDraw, match="no rows"):
        draw([], Plan(seed="1", random=1))
    with pytest.raises(CannotDraw, match="Row id R1 is in the pool more than once"):
        draw([Row("R1"), Row("R1")], Plan(seed="1", random=1))


def test_strata_are_read_as_they_are_written_on_the_command_line() -> None:
    assert parse_strata("status=EH:2, age = 1 to 4 : 3,time=10:30:1") == (
        Quota("status", "EH", 2),
        Quota("age", "1 to 4", 3),
        Quota("time", "10:30", 1),
    )


@pytest.mark.parametrize(
    "text",
    ["", "status", "status=EH", "status=EH:", "=EH:2", "status=:2", "status=EH:two", "a=b:1,"],
)
def test_strata_that_cannot_be_read_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(CannotDraw, match="such as status=EH:2"):
        parse_strata(text)


def test_a_condition_is_read_as_it_is_written_on_the_command_line() -> None:
    assert parse_condition(" status = no further action ") == Condition(
        "status", "no further action"
    )
    with pytest.raises(CannotDraw, match="Write COLUMN=VALUE"):
        parse_condition("status")


@given(st.text(max_size=40))
def test_any_text_gives_strata_or_a_sentence(text: str) -> None:
    try:
        quotas = parse_strata(text)
    except CannotDraw:
        return
    assert all(quota.column and quota.value for quota in quotas)
