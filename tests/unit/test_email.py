"""E-mail about notifications: to whom, when, how many, and never a word of what it is about."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from macfa.people.models import User
from notifications import email, inbox, posting
from notifications.inbox import Message as News
from notifications.kinds import Kind, is_of, kind_of
from notifications.models import Counter, Email, Hours, HowEmail, Notification
from notifications.preferences import CHOSEN, USUAL, Wishes, choose
from tests.mail import LONDON, MORNING, told
from tests.realtime.people import person, tell
from tests.unit.test_queue_seeks import forget_statistics

pytestmark = pytest.mark.django_db

SOON = MORNING + timedelta(minutes=2)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=LONDON)


def sent_at(now: datetime) -> list[EmailMessage]:
    """What leaves in one round of a worker at that moment."""
    mail.outbox = []
    email.sweep(lambda: now)
    return list(mail.outbox)


def wants(user: User, how: HowEmail, **hours: int | None) -> None:
    choose(
        user.pk,
        live=CHOSEN,
        email=dict.fromkeys(CHOSEN, how),
        hours=Hours(**{"quiet_from": None, "quiet_until": None, **hours}),
    )


def test_a_new_task_comes_by_e_mail_once_and_says_nothing_of_it() -> None:
    ann = person()
    told(ann)
    [message] = sent_at(SOON)
    assert message.to == [ann.email]
    assert message.subject == "You have 1 new audit task"
    for secret in ("NEG", "Police", "Ann", "Audit NEG-02"):
        assert secret not in message.subject + str(message.body)
    assert "http://127.0.0.1:8000/notifications/" in message.body
    assert sent_at(SOON) == []


def test_a_flurry_becomes_one_e_mail_after_a_moment() -> None:
    ann = person()
    for seconds in (0, 10, 50):
        told(ann, at=MORNING + timedelta(seconds=seconds))
    told(ann, "return.reminder")
    assert sent_at(MORNING + timedelta(seconds=59)) == []
    [message] = sent_at(MORNING + timedelta(seconds=60))
    assert message.subject == "You have 3 new audit tasks and 1 other notification"


def test_what_is_read_first_is_not_sent() -> None:
    ann = person()
    told(ann)
    inbox.mark_read(ann.pk, upto=1)
    assert sent_at(SOON) == []
    assert not Email.objects.exists()


def test_what_is_read_while_the_e_mail_waits_is_not_sent() -> None:
    ann = person()
    told(ann)
    email.gather(SOON)
    inbox.mark_read(ann.pk, upto=1)
    assert sent_at(SOON) == []
    assert Email.objects.get().state == Email.State.NOT_NEEDED


def test_a_daily_e_mail_comes_at_its_hour() -> None:
    ann = person()
    wants(ann, HowEmail.DIGEST, daily_at=16)
    told(ann)
    told(ann, "report.signed_off")
    assert sent_at(MORNING.replace(hour=15, minute=59)) == []
    [message] = sent_at(MORNING.replace(hour=16))
    assert message.subject == "You have 1 new audit task and 1 other notification"


def test_what_comes_after_the_hour_waits_for_the_next_day() -> None:
    ann = person()
    wants(ann, HowEmail.DIGEST, daily_at=8)
    told(ann)
    assert sent_at(MORNING.replace(hour=23)) == []
    assert len(sent_at(MORNING.replace(day=25, hour=8))) == 1


def test_in_quiet_hours_nothing_is_sent_and_afterwards_it_is() -> None:
    ann = person()
    told(ann, at=NIGHT)
    told(ann, at=NIGHT + timedelta(hours=2))
    for hours in (1, 4, 7.9):
        assert sent_at(NIGHT + timedelta(hours=hours)) == []
    [message] = sent_at(NIGHT + timedelta(hours=8))
    assert message.subject == "You have 2 new audit tasks"


def test_a_failed_e_mail_is_not_tried_again_in_quiet_hours() -> None:
    ann = person()
    told(ann)
    email.gather(SOON)
    assert sent_at(NIGHT) == []
    assert len(sent_at(NIGHT + timedelta(hours=9))) == 1


def test_a_concern_waits_for_nothing_and_cannot_be_turned_off() -> None:
    ann = person()
    wants(ann, HowEmail.NONE, quiet_from=0, quiet_until=23)
    told(ann, "concern.raised", at=NIGHT)
    [message] = sent_at(NIGHT)
    assert message.subject == "Something needs you now"
    assert message.body.strip() == "Something needs you now at http://127.0.0.1:8000/. Sign in."


def test_a_concern_goes_before_and_apart_from_all_else() -> None:
    ann = person()
    told(ann, at=MORNING)
    told(ann, "concern.raised", at=SOON)
    assert [each.subject for each in sent_at(SOON)] == [
        "Something needs you now",
        "You have 1 new audit task",
    ]


def test_whoever_wants_no_e_mail_gets_none() -> None:
    ann = person()
    wants(ann, HowEmail.NONE)
    told(ann)
    assert sent_at(SOON) == []
    assert not Notification.objects.unsettled().exists()


@pytest.mark.parametrize("why", ["inactive", "refused"])
def test_whoever_left_or_cannot_be_reached_gets_none(why: str) -> None:
    ann = person()
    told(ann)
    email.gather(SOON)
    told(ann)
    if why == "inactive":
        User.objects.filter(pk=ann.pk).update(is_active=False)
    else:
        Counter.objects.filter(recipient=ann.pk).update(refused_at=SOON)
    assert sent_at(SOON) == []
    assert Email.objects.get().state == Email.State.NOT_NEEDED


def test_each_person_gets_their_own_and_nobody_elses() -> None:
    ann, bob = person("Ann"), person("Bob")
    told(ann)
    told(bob)
    told(bob)
    subjects = {message.to[0]: message.subject for message in sent_at(SOON)}
    assert subjects == {
        ann.email: "You have 1 new audit task",
        bob.email: "You have 2 new audit tasks",
    }


def test_what_waits_for_its_hour_is_not_read_until_then(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    people = [person(name) for name in ("Ann", "Bob", "Cat")]
    for each in people:
        told(each, "report.signed_off")
    email.gather(SOON)
    with django_assert_num_queries(1):  # type: ignore[operator]
        email.gather(SOON + timedelta(hours=3))
    told(people[0], "report.signed_off")
    assert set(email._to_settle(SOON)) == {people[0].pk}
    assert len(sent_at(MORNING + timedelta(days=1))) == 3


def test_whoever_chooses_anew_waits_no_longer_than_they_chose() -> None:
    ann = person()
    told(ann, "report.signed_off")
    assert sent_at(SOON) == []
    wants(ann, HowEmail.NOW)
    assert len(sent_at(SOON)) == 1


def test_what_a_worker_missed_by_day_is_not_read_all_night(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    told(person())
    email.gather(NIGHT)
    with django_assert_num_queries(1):  # type: ignore[operator]
        email.gather(NIGHT + timedelta(hours=1))
    assert len(sent_at(NIGHT + timedelta(hours=8))) == 1


def test_what_is_due_is_found_by_an_index_alone() -> None:
    people = [person(f"P{number}") for number in range(20)]
    rows = [
        News(each.pk, "report.signed_off", f"key-{number}", "News", "/", MORNING)
        for each in people
        for number in range(100)
    ]
    tell(*rows)
    email.gather(SOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if connection.vendor == "sqlite":
        forget_statistics()
    due = Notification.objects.to_settle(SOON).values("recipient")
    assert "notification_email_due" in due.explain()
    assert not due.exists()


def test_many_people_cost_no_more_statements_while_nothing_is_due() -> None:
    costs = []
    for names in (("Ann",), ("Bob", "Cat", "Dan")):
        for name in names:
            told(person(name))
        with CaptureQueriesContext(connection) as statements:
            email.gather(MORNING)
        costs.append(len(statements))
    assert costs[0] == costs[1]


@given(
    hour=st.integers(0, 23),
    begins=st.integers(0, 23),
    ends=st.integers(0, 23),
    kind=st.sampled_from(list(Kind)),
)
def test_what_is_due_is_due_from_then_on_but_for_quiet_hours(
    hour: int, begins: int, ends: int, kind: Kind
) -> None:
    wishes = Wishes(Hours(daily_at=9, quiet_from=begins, quiet_until=ends))
    at = MORNING.replace(hour=hour)
    due = wishes.due_at(kind, at)
    assert at <= due <= at + timedelta(days=2)
    assert wishes.is_due(kind, at, due)
    assert kind == Kind.CONCERNS or not wishes.is_due(kind, at, due - timedelta(seconds=1))


def test_an_e_mail_left_lying_after_its_lease_is_a_fault_that_names_nobody() -> None:
    ann = person()
    told(ann)
    email.gather(SOON)
    assert posting.lease(SOON)
    assert list(email.faults()) == [] or datetime.now(LONDON) > SOON
    Email.objects.update(leased_until=datetime(2026, 1, 1, 12, 0, tzinfo=LONDON))
    [fault] = email.faults()
    assert fault.startswith("I11 e-mail ")
    assert ann.email not in fault


EVENTS = ("concern.raised", "task.done", "return.reminder", "returns.in", "reminder.due")


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_is_of_one_kind_in_python_and_in_the_database(event: str) -> None:
    row = told(person(), event)
    found = [kind for kind in Kind if Notification.objects.filter(is_of(kind), pk=row.pk).exists()]
    assert found == [kind_of(event)]


@given(hour=st.integers(0, 23), begins=st.integers(0, 23), ends=st.integers(0, 23))
def test_quiet_hours_run_over_midnight(hour: int, begins: int, ends: int) -> None:
    wishes = Wishes(Hours(quiet_from=begins, quiet_until=ends))
    expected = {(begins + step) % 24 for step in range((ends - begins) % 24)}
    assert wishes.is_quiet(MORNING.replace(hour=hour)) == (hour in expected)


def test_every_kind_has_a_usual_way() -> None:
    assert set(USUAL) == set(Kind)
