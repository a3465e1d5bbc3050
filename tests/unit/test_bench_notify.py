"""The benchmark of live notices runs, and says what it measured, with a handful of pages."""

import pytest

from tests.bench import notify


@pytest.mark.postgres
@pytest.mark.realtime
@pytest.mark.django_db(transaction=True)
def test_each_layer_is_measured_beside_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "SIZES", (1, 12))
    monkeypatch.setattr(notify, "ROUNDS", 3)
    monkeypatch.setattr(notify, "BURSTS", 2)
    figures = notify.measure("a database")
    assert [each.what for each in figures if each.unit == "ms" and "p50" in each.what] == [
        f"commit to {what}, {layer}, p50"
        for layer in ("in memory", "over Redis")
        for what in ("one page of 1", "one page of 12", "all 12 pages at once")
    ]
    assert all(each.value > 0 and each.ratio for each in figures if each.unit == "ms")
    assert figures[-1].value <= 4
