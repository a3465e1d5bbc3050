"""A socket is for whoever is signed in by all the steps that they need, and as long as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.utils import timezone

from macfa.people import second_factor, sessions
from macfa.people.models import User
from tests.realtime.people import person
from tests.realtime.server import HEARTBEAT, Site, closing_code, running_site, sign_in


@pytest.fixture(scope="module")
def strict_site(database_url: str) -> Iterator[Site]:
    environment = {"DATABASE_URL": database_url, "REDIS_URL": "", "MFA_REQUIRED": "true"}
    with running_site(environment) as site:
        yield site


@pytest.fixture
def strict(strict_site: Site, transactional_db: None) -> Site:
    """A site on which everybody needs a second step."""
    return strict_site


def session_of(user: User, *, passed: bool = True, minutes_left: float = 30) -> str:
    """A cookie for a session that has so long to go, with a second step or without."""
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session[sessions.SIGNED_IN_AT] = timezone.now().timestamp()
    session.set_expiry(timezone.now() + timedelta(minutes=minutes_left))
    if passed:
        second_factor.passed(session)
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def test_without_the_second_step_a_socket_is_closed_and_nothing_is_told(strict: Site) -> None:
    ann = person()
    halfway = session_of(ann, passed=False)
    with strict.open(halfway) as socket:
        assert closing_code(socket) == 4401
    assert strict.get("/notifications/after/0", halfway)[0] == 403
    assert strict.get("/", halfway)[0] == 302
    whole = session_of(ann)
    with strict.tab(whole) as tab:
        assert tab.next()["type"] == "heartbeat"
    assert strict.get("/notifications/after/0", whole)[0] == 200


def test_whoever_came_by_an_e_mailed_link_is_told_nothing_live(strict: Site) -> None:
    ann = person()
    browser = Client()
    browser.force_login(ann)
    session = browser.session
    session[sessions.BY_LINK] = True
    session.save()
    with strict.open(f"{settings.SESSION_COOKIE_NAME}={session.session_key}") as socket:
        assert closing_code(socket) == 4401


def test_a_socket_is_closed_when_its_session_has_been_idle_for_too_long(strict: Site) -> None:
    cookie = session_of(person(), minutes_left=1.5 * HEARTBEAT / 60)
    with strict.tab(cookie) as tab:
        assert closing_code(tab.socket) == 4401
    with strict.open(cookie) as socket:
        assert closing_code(socket) == 4401


def test_a_socket_is_closed_when_an_administrator_takes_the_second_step_away(
    strict: Site,
) -> None:
    ann, bob = person("Ann"), person("Bob")
    cookie = session_of(ann)
    key = cookie.partition("=")[2]
    UserSession.objects.create(user=ann, session_key=key, ip="127.0.0.1", user_agent="x")
    with strict.tab(cookie) as tab, strict.tab(session_of(bob)) as other:
        sessions.end_all(ann)
        assert closing_code(tab.socket) == 4401
        assert other.next()["type"] == "heartbeat"


def test_where_it_is_not_required_one_step_will_do(alone: Site) -> None:
    with alone.tab(sign_in(person())) as tab:
        assert tab.next()["type"] == "heartbeat"
