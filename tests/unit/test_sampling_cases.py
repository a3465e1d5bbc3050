"""Cases: replaced from the reserve in order, known in other audits, described in bands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from macfa.audits.models import Audit
from macfa.sampling import services
from macfa.sampling.draw import parse_strata
from macfa.sampling.lifecycle import CaseState
from macfa.sampling.models import Case, CaseAccess, Draw
from tests.cast import Cast, assemble
from tests.factories import LAYOUT, audit_drawn, audit_scoped, pool_csv
from workflows import timeline
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
