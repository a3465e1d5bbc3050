"""What the log says of an outage of the channel layer: one line."""

import logging

import pytest
from redis.exceptions import ConnectionError as NoConnection

from notifications import outages
from notifications.outages import OnceAnOutage

logger = logging.getLogger("channels_redis.pubsub")


def fail(problem: Exception) -> None:
    """What channels_redis writes when it cannot receive."""
    try:
        raise problem
    except type(problem):
        logger.exception("Unexpected exception in receive task")


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter as it is when a process has just started."""
    monkeypatch.setattr(logger, "filters", [OnceAnOutage()])


def test_the_site_has_the_filter() -> None:
    assert any(isinstance(one, OnceAnOutage) for one in logger.filters)


@pytest.mark.usefixtures("once")
def test_an_outage_is_one_warning_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        fail(NoConnection("Connection refused"))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "Redis is away (Connection refused). Heartbeats go on without it."
    assert record.exc_info is None


@pytest.mark.usefixtures("once")
def test_every_other_error_is_written_in_full(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        fail(ValueError("a fault in a program"))
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert all(record.exc_info for record in caplog.records)


@pytest.mark.usefixtures("once")
def test_the_next_outage_is_told_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outages, "OVER_AFTER", 0.0)
    fail(NoConnection("Connection refused"))
    fail(TimeoutError("no answer"))
    assert len(caplog.records) == 2
