"""The mail server fails, refuses and goes away, and workers are killed: no e-mail is ever lost."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from notifications import email, posting
from notifications.models import Counter, Email, Notification
from tests.mail import MORNING, MailServer, mail_server, told
from tests.realtime.people import person
from tests.servers import child

pytestmark = pytest.mark.django_db(transaction=True)
SOON = MORNING + timedelta(minutes=2)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that is down until somebody starts it."""
    posting.outage.lasts = False
    with mail_server() as server:
        yield server


def rounds(minutes: range) -> None:
    """A worker's rounds, so many minutes after the morning."""
    for minute in minutes:
        now = MORNING + timedelta(minutes=minute)
        email.sweep(partial(lambda at: at, now))


def test_an_e_mail_arrives(server: MailServer) -> None:
    ann = person()
    told(ann)
    with server.up():
        assert email.sweep(lambda: SOON) == 1
    [message] = server.accepted
    assert message["To"] == ann.email
    assert message["Subject"] == "You have 1 new audit task"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_server_that_is_down_for_an_hour_delays_each_e_mail_and_loses_and_doubles_none(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    people = [person(f"P{number}") for number in range(5)]
    for each in people:
        told(each)
    rounds(range(2, 60))
    assert not server.accepted
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    with server.up():
        rounds(range(60, 65))
    assert sorted(message["To"] for message in server.accepted) == [each.email for each in people]
    assert set(Email.objects.values_list("state", "tries")) == {("sent", 1)}


def test_a_message_that_fails_again_and_again_is_parked_and_stops_no_other(
    server: MailServer,
) -> None:
    ann, bob = person("Ann"), person("Bob")
    told(ann)
    server.rejects[ann.email] = "554 No"
    with server.up():
        rounds(range(2, 5))
        told(bob, at=MORNING + timedelta(minutes=4))
        rounds(range(5, 300))
        parked = Email.objects.parked().get()
        assert (parked.recipient_id, parked.tries) == (ann.pk, settings.EMAIL_TRIES)
        assert parked.fault == "The mail server refused the message (554)"
        assert len(server.to(bob)) == 1
        server.rejects.clear()
        posting.try_again(Email.objects.filter(pk=parked.pk))
        email.sweep(lambda: parked.due_at.replace(year=2100, hour=12))
    assert len(server.to(ann)) == 1


def test_a_refused_address_is_marked_and_nothing_more_is_sent_to_it(server: MailServer) -> None:
    ann, bob = person("Ann"), person("Bob")
    server.refuses[ann.email] = "550 No such user"
    told(ann)
    told(bob)
    with server.up():
        rounds(range(2, 4))
        told(ann)
        server.refuses.clear()
        rounds(range(4, 10))
    assert not server.to(ann)
    assert len(server.to(bob)) == 1
    assert Email.objects.get(recipient=ann.pk).state == Email.State.REFUSED
    assert Counter.objects.get(recipient=ann.pk).refused_at


@pytest.mark.parametrize("reply", ["451 Come back later", "550 5.7.1 Relaying denied"])
def test_an_address_refused_for_the_moment_or_with_all_others_is_tried_again(
    server: MailServer, reply: str
) -> None:
    ann = person()
    server.refuses[ann.email] = reply
    told(ann)
    with server.up():
        rounds(range(2, 3))
        server.refuses.clear()
        rounds(range(3, 6))
    assert len(server.to(ann)) == 1
    assert Counter.objects.get(recipient=ann.pk).refused_at is None


def test_a_lease_that_runs_out_is_taken_up_by_the_next_worker(server: MailServer) -> None:
    ann = person()
    told(ann)
    email.gather(SOON)
    assert posting.lease(SOON)
    assert posting.lease(SOON) is None
    with server.up():
        assert email.sweep(lambda: SOON + posting.LEASE) == 1
    assert len(server.to(ann)) == 1


def test_a_worker_that_is_too_slow_does_not_undo_what_another_did(server: MailServer) -> None:
    told(person())
    email.gather(SOON)
    late = posting.lease(SOON)
    assert late
    with server.up():
        email.sweep(lambda: SOON + posting.LEASE)
    posting._failed(late, OSError(), SOON)
    assert Email.objects.get().state == Email.State.SENT


def test_a_message_that_kills_its_worker_is_parked_too(server: MailServer) -> None:
    told(person())
    email.gather(SOON)
    now = SOON
    for _ in range(settings.EMAIL_TRIES):
        assert posting.lease(now)
        now += posting.LEASE
    with server.up():
        assert email.sweep(lambda: now) == 0
    assert Email.objects.parked().get().fault == "The worker was stopped"


KILLED_AFTER_SENDING = """
import os, signal, django
django.setup()
from notifications import posting
posting._write = lambda *_args, **_what: os.kill(os.getpid(), signal.SIGKILL)
from django.core.management import call_command
call_command("worker", once=True)
"""


def test_a_worker_killed_after_the_server_accepted_sends_again_and_loses_nothing(
    server: MailServer, database_url: str, tmp_path: Path
) -> None:
    ann = person()
    told(ann, "concern.raised")
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "PROFILE": "test",
        "DJANGO_SETTINGS_MODULE": "macfa.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
    }
    with server.up():
        command = [sys.executable, "-c", KILLED_AFTER_SENDING]
        with child(command, tmp_path, environment=environment) as worker:
            assert worker.wait(60) == -signal.SIGKILL, (tmp_path / "log").read_text()
        assert len(server.to(ann)) == 1
        left = Email.objects.get()
        assert (left.state, left.tries) == (Email.State.WAITING, 1)
        assert left.leased_until
        later = left.leased_until
        email.sweep(lambda: later)
    first, second = server.to(ann)
    assert first["Message-ID"] == second["Message-ID"]
    assert Email.objects.get().state == Email.State.SENT


@pytest.mark.postgres
def test_workers_side_by_side_send_each_e_mail_once(server: MailServer) -> None:
    people = [person(f"P{number}") for number in range(20)]
    for each in people:
        for _ in range(3):
            told(each)
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                email.sweep(lambda: SOON)
        except BaseException as problem:  # noqa: BLE001 - told by the assertion below
            problems.append(problem)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    with server.up():
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert not problems
    assert sorted(message["To"] for message in server.accepted) == sorted(
        each.email for each in people
    )
    assert {message["Subject"] for message in server.accepted} == {"You have 3 new audit tasks"}
    assert not Notification.objects.unsettled().exists()
