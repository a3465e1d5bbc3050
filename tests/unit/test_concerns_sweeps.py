"""A concern that nobody acknowledges in time is told again, and then to the scrutineer too."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from macfa.concerns import services
from macfa.concerns.models import Concern
from macfa.concerns.sweeps import faults, realert
from notifications.models import Notification
from tests import factories
from tests.cast import Cast, assemble
from tests.records import at_once
from workflows import clock

pytestmark = pytest.mark.django_db


def later(concern: Concern, hours: float) -> int:
    """The sweep, so many hours after the concern was raised."""
    with clock.playing(concern.raised_at + timedelta(hours=hours)):
        return realert()


def told_again() -> Counter[str]:
    rows = Notification.objects.filter(event__in=("concern.realert", "concern.escalated"))
    return Counter(rows.values_list("recipient__name", flat=True))


def test_the_worker_calls_the_sweep() -> None:
    assert realert in [import_string(path) for path in settings.SWEEPS]


def test_within_the_time_nobody_is_told_again(cast: Cast) -> None:
    assert later(factories.a_concern(cast), 1.9) == 0
    assert told_again() == {}


def test_after_the_time_coordinators_and_leads_are_told_once(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    assert [later(concern, 2), later(concern, 2), later(concern, 3.9)] == [1, 0, 0]
    assert told_again() == {"Coordinator": 1, "Lead Pol": 1}


def test_at_the_next_interval_the_scrutineer_is_told_too_and_sees_it(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    assert [later(concern, 2), later(concern, 4), later(concern, 4)] == [1, 1, 0]
    assert told_again() == {"Coordinator": 2, "Lead Pol": 2, "Chair": 1}
    assert Concern.objects.visible_to(cast["chair"]).exists()
    services.acknowledge(concern=concern, by=cast["chair"])


def test_a_worker_that_was_away_tells_once_and_the_scrutineer_at_once(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    assert [later(concern, 11), later(concern, 11)] == [1, 0]
    assert told_again()["Coordinator"] == 1
    assert "Chair" in told_again()


def test_what_is_acknowledged_is_not_told_again(cast: Cast) -> None:
    concern = services.acknowledge(concern=factories.a_concern(cast), by=cast["lead.pol"])
    assert later(concern, 50) == 0


def test_the_partnership_says_how_soon(cast: Cast) -> None:
    cast.partnership.acknowledge_within_hours = 5
    cast.partnership.save()
    concern = factories.a_concern(cast)
    assert [later(concern, 4.9), later(concern, 5)] == [0, 1]


def test_it_is_a_fault_that_nobody_was_told_again_in_time(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    assert list(faults()) == []
    with clock.playing(concern.raised_at + timedelta(hours=2, minutes=16)):
        assert [concern.public_id in each for each in faults()] == [True]
        realert()
        assert list(faults()) == []


def test_every_message_is_the_same_few_words(cast: Cast) -> None:
    concern = factories.a_concern(cast)
    later(concern, 2)
    later(concern, 4)
    rows = Notification.objects.filter(event__startswith="concern.")
    assert set(rows.values_list("text", flat=True)) == {"An immediate concern needs you"}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once() -> None:
    concern = factories.a_concern(assemble())
    Concern.objects.update(raised_at=concern.raised_at - timedelta(hours=2))
    assert at_once([realert, realert]) == [None, None]
    assert told_again() == {"Coordinator": 1, "Lead Pol": 1}
