"""Draws: repeated from what is stored, used once, and set beside their pool."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from macfa.audits.models import Audit
from macfa.sampling import services
from macfa.sampling.balance import OTHER, balances, in_order
from macfa.sampling.draw import Condition, PurposivePick, TooFew, parse_strata
from macfa.sampling.models import Case, Draw
from tests.cast import Cast, assemble
from tests.factories import LAYOUT, audit_scoped, pool_csv
from workflows import timeline
from workflows.errors import AlreadyDone, NotAllowed, NotYet

STRATA = "status=EH:2,status=CIN:2,status=CP:2"


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return with_pool(cast, "NEG")


def with_pool(cast: Cast, prefix: str, rows: int = 30) -> Audit:
    audit = audit_scoped(cast, prefix)
    services.load_pool(
        audit=audit,
        file_name="pool.csv",
        content=pool_csv(rows),
        layout=LAYOUT,
        by=cast["coordinator"],
    )
    return audit


def drawn(cast: Cast, audit: Audit, seed: str = "a seed", reserves: int = 3) -> Draw:
    return services.draw_sample(
        audit=audit,
        quotas=parse_strata(STRATA),
        reserves=reserves,
        seed=seed,
        by=cast["coordinator"],
    )


def sampled(cast: Cast, prefix: str, seed: str = "a seed") -> Audit:
    audit = with_pool(cast, prefix)
    services.confirm_draw(draw=drawn(cast, audit, seed), by=cast["coordinator"])
    return audit


def row_ids(picks: list[dict[str, str]]) -> list[str]:
    return [pick["row_id"] for pick in picks]


# --- drawing -------------------------------------------------------------------------------------


def test_a_draw_stores_method_population_strata_seed_person_and_time(
    cast: Cast, audit: Audit
) -> None:
    draw = drawn(cast, audit)
    assert (draw.method, draw.population, draw.seed) == ("sha256-order/1", 30, "a seed")
    assert draw.drawn_by == cast["coordinator"]
    assert draw.drawn_at is not None
    assert [(s["name"], s["asked"], s["population"]) for s in draw.strata] == [
        ("EH", 2, 10),
        ("CIN", 2, 10),
        ("CP", 2, 10),
    ]
    (line,) = timeline.lines(timeline.of_record(draw))
    assert line.sentence == "Coordinator drew 6 cases from 30 by sha256-order/1"


def test_a_stored_draw_of_every_kind_repeats_to_the_same_rows(cast: Cast, audit: Audit) -> None:
    stored = services.draw_sample(
        audit=audit,
        quotas=parse_strata("status=EH:2,sex=F:1"),
        random=2,
        reserves=5,
        seed="mixed",
        exclude_if=[Condition("status", "CP")],
        purposive=[PurposivePick("R0001", "The only one of its kind")],
        by=cast["coordinator"],
    )
    again = services.repeat(Draw.objects.get(pk=stored.pk))
    assert [pick.row_id for pick in again.chosen] == row_ids(stored.chosen)
    assert [pick.row_id for pick in again.reserves] == row_ids(stored.held_in_reserve)
    assert again.note() == stored.note
    assert again.plan.kind == "mixed"


def test_another_seed_is_another_draw_and_both_are_kept(cast: Cast, audit: Audit) -> None:
    first, second = drawn(cast, audit, "one"), drawn(cast, audit, "two")
    assert row_ids(first.chosen) != row_ids(second.chosen)
    assert audit.draws.count() == 2


def test_a_stratum_smaller_than_asked_stores_no_draw(cast: Cast, audit: Audit) -> None:
    with pytest.raises(TooFew, match="EH has 10 rows"):
        services.draw_sample(
            audit=audit, quotas=parse_strata("status=EH:11"), seed="s", by=cast["coordinator"]
        )
    assert not Draw.objects.exists()


def test_nobody_draws_without_a_pool(cast: Cast) -> None:
    with pytest.raises(NotYet, match="Load the pool"):
        services.draw_sample(audit=audit_scoped(cast), random=1, seed="s", by=cast["coordinator"])


def test_only_a_coordinator_of_the_partnership_draws_and_confirms(cast: Cast, audit: Audit) -> None:
    draw = drawn(cast, audit)
    for person in (cast["lead.pol"], assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.draw_sample(audit=audit, random=1, seed="s", by=person)
        with pytest.raises(NotAllowed):
            services.confirm_draw(draw=draw, by=person)
    assert not Case.objects.exists()


def test_the_same_form_posted_twice_draws_once(cast: Cast, audit: Audit) -> None:
    by = cast["coordinator"]
    first = services.draw_sample(audit=audit, random=2, seed="s", by=by, token="once")
    with pytest.raises(AlreadyDone) as refused:
        services.draw_sample(audit=audit, random=2, seed="s", by=by, token="once")
    assert refused.value.record == first.public_id
    assert audit.draws.count() == 1


# --- using a draw --------------------------------------------------------------------------------


def test_a_used_draw_gives_cases_with_references_strata_and_characteristics(
    cast: Cast, audit: Audit
) -> None:
    draw = drawn(cast, audit)
    cases = services.confirm_draw(draw=draw, by=cast["coordinator"])
    assert [case.label for case in cases] == [f"NEG-0{number}" for number in range(1, 7)]
    assert [case.stratum for case in cases] == ["EH", "EH", "CIN", "CIN", "CP", "CP"]
    assert [case.row_id for case in cases] == row_ids(draw.chosen)
    for case in Case.objects.select_related("identity__pool_row"):
        assert case.identity.pool_row.row_id == case.row_id
        assert case.characteristics == case.identity.pool_row.characteristics


def test_the_coordinators_see_the_cases_and_nobody_else_does_yet(cast: Cast) -> None:
    sampled(cast, "NEG")
    for name in cast.people:
        count = 6 if name == "coordinator" else 0
        assert Case.objects.visible_to(cast[name]).count() == count
    assert not Case.objects.visible_to(assemble("elsewhere")["coordinator"]).exists()


def test_a_sample_is_confirmed_once(cast: Cast, audit: Audit) -> None:
    first, second = drawn(cast, audit, "one"), drawn(cast, audit, "two")
    services.confirm_draw(draw=first, by=cast["coordinator"])
    with pytest.raises(NotYet, match="confirmed"):
        services.confirm_draw(draw=second, by=cast["coordinator"])
    assert Case.objects.count() == 6


def test_a_draw_from_an_older_pool_is_not_used(cast: Cast, audit: Audit) -> None:
    draw = drawn(cast, audit)
    services.load_pool(
        audit=audit,
        file_name="newer.csv",
        content=pool_csv(15),
        layout=LAYOUT,
        by=cast["coordinator"],
    )
    with pytest.raises(NotYet, match="newer pool"):
        services.confirm_draw(draw=draw, by=cast["coordinator"])


def test_confirming_costs_the_same_number_of_statements_for_any_number_of_cases(
    cast: Cast,
) -> None:
    spent = []
    for prefix, size in (("ONE", 1), ("TEN", 10)):
        audit = with_pool(cast, prefix)
        by = cast["coordinator"]
        draw = services.draw_sample(audit=audit, random=size, seed="s", by=by)
        with CaptureQueriesContext(connection) as statements:
            services.confirm_draw(draw=draw, by=by)
        spent.append(len(statements))
    assert spent[0] == spent[1]


def test_the_balance_sets_the_sample_beside_the_pool() -> None:
    rows = {f"R{n}": {"sex": "F" if n % 4 else "M", "age": ""} for n in range(40)}
    sex, age = balances(rows, ["R1", "R2"], ["sex", "age"])
    assert [(s.value, s.in_pool, s.pool_percent, s.in_sample, s.missed) for s in sex.shares] == [
        ("F", 30, 75, 2, False),
        ("M", 10, 25, 0, True),
    ]
    assert [(s.value, s.in_sample, s.sample_percent) for s in age.shares] == [
        ("Not recorded", 2, 100)
    ]


def test_a_characteristic_of_many_values_shows_the_most_frequent_and_the_rest_together() -> None:
    rows = {f"R{n}": {"ward": f"Ward {n % 20}"} for n in range(40)}
    (ward,) = balances(rows, ["R0"], ["ward"])
    assert len(ward.shares) == 13
    assert ward.shares[-1].value == OTHER
    assert sum(share.in_pool for share in ward.shares) == 40


def test_bands_of_age_stand_in_order_of_age() -> None:
    assert in_order(["10 to 14", "", "5 to 9", "under 5"]) == ["under 5", "5 to 9", "10 to 14", ""]
    assert in_order(["Ward 10", "Ward 9", "Ward 9a"]) == ["Ward 9", "Ward 9a", "Ward 10"]
