"""Cases: replaced from the reserve in order, known in other audits, described in bands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from macfa.audits.models import Audit
from macfa.sampling import services
from macfa.sampling.draw import parse_strata
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case, CaseAccess, Draw, Pool
from tests.cast import Cast, assemble
from tests.factories import LAYOUT, audit_drawn, audit_scoped, pool_csv
from workflows import clock, timeline
from workflows.errors import NotAllowed, NotYet
from workflows.lifecycle import act

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


def sampled(cast: Cast, prefix: str, reserves: int = 3) -> Audit:
    audit = with_pool(cast, prefix)
    services.confirm_draw(draw=drawn(cast, audit, reserves=reserves), by=cast["coordinator"])
    return audit


def row_ids(picks: list[dict[str, str]]) -> list[str]:
    return [pick["row_id"] for pick in picks]


# --- the reserve ---------------------------------------------------------------------------------


def dropped(cast: Cast, case: Case) -> Case:
    """The next reserve takes the place of a case, as the act of replacing does it."""
    with act(case, by=cast["coordinator"], within=case.draw) as (doing, case):
        fresh = services.take_reserve(case=case, by=cast["coordinator"])
        doing.change(replaced_by=fresh, replaced_because="Moved away")
        doing.move("replace", facts={"by_case": fresh.label})
    return fresh


def test_reserves_of_the_stratum_are_taken_in_order_until_none_is_left(cast: Cast) -> None:
    audit = with_pool(cast, "NEG")
    draw = drawn(cast, audit, reserves=6)
    services.confirm_draw(draw=draw, by=cast["coordinator"])
    waiting = [pick["row_id"] for pick in draw.held_in_reserve if pick["stratum"] == "CP"]
    assert len(waiting) == 2
    case = audit.cases.get(number=6)
    for number, row_id in enumerate(waiting, 7):
        case = dropped(cast, case)
        assert (case.row_id, case.stratum, case.label) == (row_id, "CP", f"NEG-0{number}")
        assert case.identity.pool_row.row_id == row_id
        assert Case.objects.visible_to(cast["coordinator"]).filter(pk=case.pk).exists()
    with pytest.raises(NotYet, match=r"No reserve is left in the stratum of NEG-08 \(CP\)"):
        dropped(cast, case)
    assert audit.cases.counted().count() == 6
    assert audit.cases.filter(state=CaseState.REPLACED).count() == 2


def test_a_colleague_of_an_agency_takes_no_reserve(cast: Cast) -> None:
    case = sampled(cast, "NEG").cases.first()
    assert case is not None
    for person in (cast["lead.csc"], assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.take_reserve(case=case, by=person)


@pytest.mark.django_db(transaction=True)
def test_two_cases_replaced_at_once_do_not_take_the_same_reserve() -> None:
    cast = assemble()
    audit = sampled(cast, "NEG", reserves=6)

    def replaced(case: Case) -> tuple[str, str]:
        try:
            fresh = dropped(cast, case)
            return fresh.label, fresh.row_id
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        taken = list(people.map(replaced, audit.cases.filter(stratum="CP")))
    assert sorted(label for label, _ in taken) == ["NEG-07", "NEG-08"]
    assert len({row_id for _, row_id in taken}) == 2


# --- children in more than one audit -------------------------------------------------------------


def elsewhere(audit: Audit, *ids: str) -> list[str]:
    found = Case.objects.elsewhere(audit, ids).order_by("label")
    return [case.label for case in found]


def test_a_row_that_is_a_case_of_another_live_audit_is_found(cast: Cast) -> None:
    earlier, later = sampled(cast, "NEG"), with_pool(cast, "DAC")
    taken = earlier.cases.get(number=3)
    assert elsewhere(later, taken.row_id, "not a row") == ["NEG-03"]
    assert elsewhere(earlier, taken.row_id) == []


def test_rows_that_are_only_counted_are_not_compared(cast: Cast) -> None:
    earlier = sampled(cast, "NEG")
    row_id = earlier.cases.get(number=1).row_id
    Pool.objects.filter(audit=earlier).update(row_id_column="")
    assert elsewhere(with_pool(cast, "DAC"), row_id) == []


def test_audits_of_another_partnership_are_never_compared(cast: Cast) -> None:
    other = sampled(assemble("elsewhere"), "NEG")
    assert elsewhere(with_pool(cast, "DAC"), other.cases.get(number=1).row_id) == []


@pytest.mark.django_db
def test_an_audit_that_ended_counts_for_a_year_and_a_live_one_for_ever() -> None:
    with clock.playing(clock.now() - timedelta(days=730)):
        cast = assemble()
        earlier = sampled(cast, "NEG")
    later = with_pool(cast, "DAC")
    row_id = earlier.cases.get(number=1).row_id
    assert elsewhere(later, row_id) == ["NEG-01"]
    withdraw(cast, earlier)
    assert elsewhere(later, row_id) == []


def test_a_recent_audit_counts_after_its_end_and_a_replaced_case_never(cast: Cast) -> None:
    earlier, later = sampled(cast, "NEG"), with_pool(cast, "DAC")
    first, last = earlier.cases.get(number=1), earlier.cases.get(number=6)
    dropped(cast, last)
    withdraw(cast, earlier)
    assert elsewhere(later, first.row_id, last.row_id) == ["NEG-01"]


def withdraw(cast: Cast, audit: Audit) -> None:
    with act(audit, by=cast["coordinator"]) as (doing, _audit):
        doing.move("withdraw")


# --- profile and access  -------------------------------------------------------------------------


def test_the_coordinator_describes_a_case_and_nobody_else(cast: Cast) -> None:
    case = audit_drawn(cast).cases.get(number=1)
    for person in (cast["lead.pol"], assemble("elsewhere")["coordinator"]):
        with pytest.raises(NotAllowed):
            services.describe_case(case=case, profile="F 5 to 7", by=person)
    case = services.describe_case(case=case, profile="F 5 to 7", by=cast["coordinator"])
    assert Case.objects.get(pk=case.pk).profile == "F 5 to 7"
    assert timeline.of_record(case)[0].verb == "described"


def test_access_of_the_coordinators_is_kept_as_evidence(cast: Cast) -> None:
    case = sampled(cast, "NEG").cases.get(number=1)
    access = CaseAccess.objects.get(case=case)
    assert access.capacity == CaseAccess.Capacity.COORDINATES
    assert access.team is not None
    assert access.until is None
