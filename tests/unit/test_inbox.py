"""Telling people: numbered without gaps, each thing once, at a cost by the batch."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from notifications import inbox, push
from notifications.models import Counter, Notification
from tests.realtime.people import news, person, tell

pytestmark = pytest.mark.django_db


def seqs_of(recipient_id: int) -> list[int]:
    return [told.seq for told in inbox.after(recipient_id, 0, limit=10_000)]


def test_a_persons_messages_are_numbered_from_one_without_gaps() -> None:
    ann, bob = person("Ann"), person("Bob")
    told = tell(news(ann, 1), news(bob, 1), news(ann, 2))
    assert [(one.recipient_id, one.seq) for one in told] == [(ann.pk, 1), (bob.pk, 1), (ann.pk, 2)]
    assert tell(news(ann, 3))[0].seq == 3
    assert seqs_of(ann.pk) == [1, 2, 3]


def test_telling_one_person_one_thing_costs_two_statements() -> None:
    ann = person()
    for number in (1, 2):
        with transaction.atomic(), CaptureQueriesContext(connection) as statements:
            inbox.tell(ann.pk, event="test", event_key=str(number), text="New", url="/")
        assert len(statements) == 2


def test_telling_the_same_thing_twice_is_refused_and_leaves_no_gap() -> None:
    ann = person()
    tell(news(ann, 1))
    with pytest.raises(IntegrityError):
        tell(news(ann, 2), news(ann, 1))
    tell(news(ann, 3))
    assert [told.event_key for told in inbox.after(ann.pk, 0)] == ["assignment:1", "assignment:3"]
    assert seqs_of(ann.pk) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match=r"transaction\.atomic"):
        inbox.tell_many([news(person())])


def test_telling_nobody_costs_nothing() -> None:
    with CaptureQueriesContext(connection) as statements:
        assert inbox.tell_many([]) == []
    assert len(statements) == 0


def test_an_address_of_another_site_cannot_be_stored() -> None:
    ann = person()
    for url in ("https://elsewhere.example/", "//elsewhere.example/", "tasks/"):
        with pytest.raises(IntegrityError):
            tell(news(ann, url=url))


@pytest.mark.parametrize(("messages", "most"), [(10, 2), (1000, 11)])
def test_bulk_telling_costs_statements_by_the_batch(messages: int, most: int) -> None:
    people = [person(f"P{number}") for number in range(8)]
    bulk = [news(people[number % 8], number) for number in range(messages)]
    with transaction.atomic(), CaptureQueriesContext(connection) as statements:
        inbox.tell_many(bulk)
    assert len(statements) <= most
    assert Notification.objects.count() == messages
    assert inbox.faults() == []


@pytest.mark.django_db(transaction=True)
def test_bulk_acts_in_opposite_orders_wait_for_each_other_and_lose_nothing() -> None:
    people = [person(f"P{number}") for number in range(4)]
    failures: list[Exception] = []

    def bulk(worker: int) -> None:
        mine = people if worker % 2 else people[::-1]
        try:
            for batch in range(5):
                tell(*(news(each, worker * 100 + batch) for each in mine))
        except Exception as problem:  # noqa: BLE001 - handed to the test below
            failures.append(problem)
        finally:
            connection.close()

    workers = [Thread(target=bulk, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert all(seqs_of(each.pk) == list(range(1, 31)) for each in people)
    assert inbox.faults() == []


@given(st.lists(st.tuples(st.lists(st.integers(0, 2), min_size=1), st.booleans()), max_size=6))
def test_whatever_is_told_or_undone_the_numbers_run_from_one(
    acts: list[tuple[list[int], bool]],
) -> None:
    with transaction.atomic():
        people = [person(f"P{number}") for number in range(3)]
        kept = [0, 0, 0]
        for number, (recipients, undone) in enumerate(acts):
            with transaction.atomic():
                keys = enumerate(recipients, start=number * 1000)
                inbox.tell_many([news(people[who], key) for key, who in keys])
                transaction.set_rollback(undone)
            for who in () if undone else recipients:
                kept[who] += 1
        found = [seqs_of(each.pk) for each in people]
        assert found == [list(range(1, count + 1)) for count in kept]
        assert inbox.faults() == []
        transaction.set_rollback(True)


# --- hints ------------------------------------------------------------------------------------


Hinted = Callable[[], list[dict[int, int]]]


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Hinted]:
    """What the open pages of the process have been told since the test began, one after another."""
    settings.CHANNEL_LAYERS = {}
    told: list[dict[int, int]] = []
    box, loop, running = push.Outbox(), asyncio.new_event_loop(), Event()

    async def tell(newest: Mapping[int, int]) -> None:
        told.append(dict(newest))

    def so_far() -> list[dict[int, int]]:
        assert box.settle()
        return told

    box.live_at(loop, tell)
    monkeypatch.setattr(push, "outbox", box)
    serving = Thread(target=loop.run_forever)
    serving.start()
    loop.call_soon_threadsafe(running.set)
    assert running.wait(10)
    yield so_far
    loop.call_soon_threadsafe(loop.stop)
    serving.join()
    loop.close()


@pytest.mark.django_db(transaction=True)
def test_one_hint_a_person_goes_out_and_only_after_commit(hinted: Hinted) -> None:
    ann, bob = person("Ann"), person("Bob")
    with transaction.atomic():
        inbox.tell_many([news(ann, 1), news(bob, 1)])
        inbox.tell_many([news(ann, 2)])
        with transaction.atomic():
            inbox.tell_many([news(ann, 3)])
        assert hinted() == []
    assert hinted() == [{ann.pk: 3, bob.pk: 1}]


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_undone_sends_no_hint(hinted: Hinted) -> None:
    with transaction.atomic():
        inbox.tell_many([news(person())])
        transaction.set_rollback(True)
    assert hinted() == []


@pytest.mark.django_db(transaction=True)
def test_a_part_that_is_undone_takes_no_hint_of_the_rest_with_it(
    hinted: Hinted,
) -> None:
    ann = person()
    with transaction.atomic():
        with transaction.atomic():
            inbox.tell_many([news(ann, 1)])
            transaction.set_rollback(True)
        inbox.tell_many([news(ann, 2)])
        with transaction.atomic():
            inbox.tell_many([news(ann, 3)])
            transaction.set_rollback(True)
    assert [list(hint) for hint in hinted()] == [[ann.pk]]
    assert seqs_of(ann.pk) == [1]


# --- reading ----------------------------------------------------------------------------------


def test_what_is_new_comes_oldest_first_and_only_so_much_at_once() -> None:
    ann = person()
    tell(*(news(ann, number) for number in range(1, 8)))
    assert [told.seq for told in inbox.after(ann.pk, 2, limit=3)] == [3, 4, 5]
    assert inbox.last_seq(ann.pk) == 7
    assert inbox.last_seq(person("Bob").pk) == 0


def test_reading_up_to_a_number_leaves_what_came_later() -> None:
    ann = person()
    tell(*(news(ann, number) for number in range(1, 6)))
    assert inbox.mark_read(ann.pk, upto=3) == 3
    assert inbox.mark_read(ann.pk, seqs=[2, 5]) == 1
    assert inbox.unread_count(ann.pk) == 1


def test_reading_marks_nothing_of_anybody_else() -> None:
    ann, bob = person("Ann"), person("Bob")
    tell(news(ann), news(bob))
    assert inbox.mark_read(ann.pk, upto=100) == 1
    assert inbox.unread_count(bob.pk) == 1


def test_the_count_of_unread_stops_at_a_hundred_and_says_so() -> None:
    ann = person()
    tell(*(news(ann, number) for number in range(150)))
    assert inbox.unread_count(ann.pk) == 100
    assert [inbox.shown(count) for count in (0, 99, 100)] == ["0", "99", "99+"]


# --- what check_invariants finds --------------------------------------------------------------


def test_sound_numbering_has_no_faults() -> None:
    tell(news(person("Ann"), 1), news(person("Bob"), 1))
    assert inbox.faults() == []


def test_a_gap_is_found() -> None:
    ann = person()
    told = tell(*(news(ann, number) for number in range(3)))
    told[1].delete()
    assert inbox.faults() == [f"Person {ann.pk} has 2 notifications numbered 1 to 3, counted to 3."]


def test_a_missing_first_or_last_message_is_found() -> None:
    ann, bob = person("Ann"), person("Bob")
    told = tell(news(ann, 1), news(ann, 2), news(bob, 1), news(bob, 2))
    told[0].delete()
    told[3].delete()
    assert len(inbox.faults()) == 2


def test_a_lost_counter_is_found() -> None:
    ann = person()
    tell(news(ann))
    Counter.objects.all().delete()
    assert inbox.faults() == [f"Person {ann.pk} has 1 notifications numbered 1 to 1, counted to 0."]


def test_a_counter_without_messages_is_found() -> None:
    ann = person()
    tell(news(ann))
    Notification.objects.all().delete()
    assert inbox.faults() == [f"Person {ann.pk} is counted to 1 and has no notifications."]
