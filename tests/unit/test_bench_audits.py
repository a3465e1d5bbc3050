"""What the benchmark measures can be brought to where it begins, by the rules that hold now."""

import pytest

from macfa.returns import services as returns
from macfa.returns.lifecycle import ReturnState
from tests.bench.audits import audit_of, cast_of, written

pytestmark = pytest.mark.django_db


def test_a_return_that_is_written_is_submitted_by_the_act_that_is_timed() -> None:
    cast = cast_of(2, "bench")
    [row] = written(cast, audit_of(cast, "ACT", 1), "A00")
    row = returns.submit(return_=row, expects=row.version, by=cast["auditor.a00"])
    assert row.state == ReturnState.WITH_LEAD
