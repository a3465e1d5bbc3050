"""A heartbeat reads where everybody stands, at the same cost for one page as for a hundred."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from macfa.people.models import User
from notifications import inbox
from notifications.standing import SignIn, read
from tests.realtime.people import news, person, tell

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> SignIn:
    browser = Client()
    browser.force_login(user)
    key = browser.session.session_key
    assert key
    return SignIn(user.pk, key, user.get_session_auth_hash())


def test_a_heartbeat_costs_four_statements_for_one_page_and_for_a_hundred() -> None:
    for count in (1, 20):
        people = [person(f"P{count}-{number}") for number in range(count)]
        sign_ins = [sign_in(each) for each in people for _ in range(5)]
        with CaptureQueriesContext(connection) as statements:
            standing = read(sign_ins)
        assert len(statements) == 4
        assert all(standing.admits(each) for each in sign_ins)


def test_everybody_stands_at_their_own_last_number() -> None:
    ann, bob = person("Ann"), person("Bob")
    tell(news(ann, 1), news(ann, 2))
    standing = read([sign_in(ann), sign_in(bob)])
    assert (standing.last_seq(ann.pk), standing.last_seq(bob.pk)) == (2, 0)


def test_a_heartbeat_knows_how_much_everybody_has_not_read_as_the_badge_does() -> None:
    ann, bob, cat = person("Ann"), person("Bob"), person("Cat")
    tell(*(news(ann, number) for number in range(1, 4)), *(news(bob, each) for each in range(150)))
    inbox.mark_read(ann.pk, seqs=[2])
    standing = read([sign_in(each) for each in (ann, bob, cat)])
    assert [standing.unread(each.pk) for each in (ann, bob, cat)] == [2, 100, 0]
    assert standing.unread(bob.pk) == inbox.unread_count(bob.pk)


def test_one_ended_session_of_a_person_leaves_the_others() -> None:
    ann = person()
    ended, other = sign_in(ann), sign_in(ann)
    Session.objects.filter(session_key=ended.session).delete()
    standing = read([ended, other])
    assert not standing.admits(ended)
    assert standing.admits(other)
