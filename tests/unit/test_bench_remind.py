"""What the benchmark of the sweep measures: that the returns beside it are open and not due."""

import pytest

from macfa.returns import services as returns
from macfa.returns.models import AgencyReturn
from tests.bench.audits import audit_of, cast_of
from tests.bench.remind import CASES, Others, _sweep

pytestmark = pytest.mark.django_db


def test_many_others_are_open_and_none_of_them_is_reminded_of() -> None:
    cast = cast_of(2, "bench")
    audit = audit_of(cast, "REM", CASES)
    returns.issue(audit=audit, by=cast["coordinator"])
    others = Others(audit)
    for size in (3 * CASES, 5 * CASES):
        others.grow(size)
        assert AgencyReturn.objects.outstanding().count() == size + 2 * CASES
    assert [_sweep(others.due), _sweep(others.due)] == [2 * CASES, 2 * CASES]
