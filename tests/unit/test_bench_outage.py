"""The benchmark of pages without Redis runs, with a handful of pages."""

import pytest

from tests.bench import outage


@pytest.mark.postgres
@pytest.mark.realtime
@pytest.mark.django_db(transaction=True)
def test_pages_are_measured_with_redis_frozen_and_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "PAGES", 4)
    figures = outage.measure("a database")
    assert [each.what for each in figures] == [
        "pages and acts while Redis is frozen, p95",
        "pages and acts while Redis is dead, p95",
    ]
    assert all(each.value > 0 and each.ratio for each in figures)
