"""A session ends when nobody uses it, when it is old, and when it is ended from elsewhere; nothing
that was typed is lost by it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from macfa.people import sessions
from macfa.people.models import Membership
from tests.cast import PASSWORD, Cast
from tests.integration.browsing import posted, text
from tests.integration.signing_in import SIGN_IN, is_in, signed_in

SESSIONS, END = "/accounts/sessions/", "/accounts/sessions/end/"
LEFT, STAY = f"{SESSIONS}left/", f"{SESSIONS}stay/"
HALF_AN_HOUR = 30 * 60
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"


@pytest.fixture(autouse=True)
def nobody_has_tried_often(db: None) -> None:
    cache.clear()


def key(client: Client) -> str:
    return str(client.cookies[site.SESSION_COOKIE_NAME].value)


def ends_in(client: Client) -> float:
    """In how many seconds the row of a browser's session says that it ends."""
    end = Session.objects.get(session_key=key(client)).expire_date
    return (end - timezone.now()).total_seconds()


def let_pass(client: Client, minutes: float) -> None:
    """As if these minutes had gone by since: everything the session knows is that much older."""
    session = client.session
    for name in (sessions.SIGNED_IN_AT,):
        session[name] -= minutes * 60
    session.set_expiry(session.get_expiry_date() - timedelta(minutes=minutes))
    session.save()


# --- how long ------------------------------------------------------------------------------------


def test_a_session_ends_half_an_hour_after_the_last_page(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    client.get("/")
    assert ends_in(client) == pytest.approx(HALF_AN_HOUR, abs=30)
    let_pass(client, 29)
    assert is_in(client)
    assert ends_in(client) == pytest.approx(HALF_AN_HOUR, abs=30)
    let_pass(client, 31)
    assert not is_in(client)


def test_polls_and_the_question_how_long_is_left_put_nothing_off(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    client.get("/")
    let_pass(client, 20)
    assert client.get("/notifications/after/0").status_code == 200
    assert client.get(LEFT).json()["seconds"] == pytest.approx(600, abs=30)
    assert ends_in(client) == pytest.approx(600, abs=30)
    assert client.post(STAY).json()["seconds"] == pytest.approx(HALF_AN_HOUR, abs=30)
    assert ends_in(client) == pytest.approx(HALF_AN_HOUR, abs=30)


def test_whoever_never_stops_is_signed_out_after_twelve_hours(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    for _ in range(28):
        let_pass(client, 25)
        assert is_in(client)
    assert ends_in(client) == pytest.approx(20 * 60, abs=60)
    assert client.post(STAY).json()["seconds"] == pytest.approx(20 * 60, abs=60)
    let_pass(client, 21)
    assert not is_in(client)


def test_signing_in_again_begins_the_twelve_hours_anew(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    let_pass(client, 25)
    client.post("/accounts/logout/")
    client.post(SIGN_IN, {"login": cast["auditor.pol"].email, "password": PASSWORD})
    began = client.session[sessions.SIGNED_IN_AT]
    assert timezone.now().timestamp() - began == pytest.approx(0, abs=30)


def test_a_page_costs_no_statement_for_it_within_a_minute(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    client.get("/account/")
    with CaptureQueriesContext(connection) as soon:
        client.get("/account/")
    let_pass(client, 5)
    with CaptureQueriesContext(connection) as later:
        client.get("/account/")
    assert not [each for each in soon.captured_queries if "UPDATE" in each["sql"]]
    assert len([each for each in later.captured_queries if "UPDATE" in each["sql"]]) == 2


def test_every_page_says_when_one_is_signed_out(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    page = text(client, "/account/address/")
    said = re.findall(r"data-session-time>(\d{1,2}:\d\d[ap]m)<", page)
    expected = timezone.localtime(timezone.now() + timedelta(seconds=HALF_AN_HOUR))
    near = {
        (expected + timedelta(minutes=each)).strftime("%I:%M%p").lstrip("0").lower()
        for each in (-1, 0, 1)
    }
    assert set(said) <= near
    assert "data-session-time" not in text(Client(), SIGN_IN)


def test_a_form_sent_after_the_end_shows_what_was_typed(cast: Cast) -> None:
    client = signed_in(cast["coordinator"])
    client.get("/")
    let_pass(client, 31)
    page = posted(client, "/urgent/numbers/", {"front_door": "0123 456"}, status=403)
    assert "You are signed out" in page
    assert "0123 456</textarea>" in page
    cast.partnership.refresh_from_db()
    assert cast.partnership.front_door == ""


def test_the_cookie_goes_with_the_browser_and_no_script_reads_it(cast: Cast) -> None:
    cookie = signed_in(cast["auditor.pol"]).cookies[site.SESSION_COOKIE_NAME]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_the_worker_takes_ended_sessions_away(cast: Cast) -> None:
    ended, other = signed_in(cast["auditor.pol"]), signed_in(cast["auditor.pol"])
    other.get("/")
    let_pass(ended, 31)
    assert sessions.forget_ended() == 1
    assert sessions.forget_ended() == 0
    assert [row.session_key for row in UserSession.objects.all()] == [key(other)]
    assert is_in(other)


# --- where ---------------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_signs_out_there(cast: Cast) -> None:
    here = signed_in(cast["auditor.pol"], user_agent=FIREFOX)
    there = signed_in(cast["auditor.pol"], user_agent=IPHONE)
    page = text(here, SESSIONS)
    assert page.index("Firefox on Windows") < page.index("Safari on iPhone")
    assert "127.0.0.x" in page
    assert "127.0.0.1" not in page
    row = UserSession.objects.get(session_key=key(there))
    said = here.post(END, {"session": row.pk}, follow=True).content.decode()
    assert "You are signed out in 1 place." in said
    assert not is_in(there)
    assert is_in(here)


def test_signing_out_everywhere_else_leaves_this_browser(cast: Cast) -> None:
    here, *others = [signed_in(cast["auditor.pol"]) for _ in range(4)]
    assert "You are signed out in 3 places." in here.post(END, follow=True).content.decode()
    assert is_in(here)
    assert not any(is_in(other) for other in others)


def test_nobody_signs_somebody_else_out(cast: Cast) -> None:
    victim = signed_in(cast["lead.pol"])
    row = UserSession.objects.get(session_key=key(victim))
    for name in ("auditor.pol", "lead.csc", "admin"):
        client = signed_in(cast[name])
        client.post(END, {"session": row.pk})
        client.post(END)
        assert f'value="{row.pk}"' not in text(client, SESSIONS)
    assert is_in(victim)
    assert Client().post(END, {"session": row.pk}).status_code in {302, 403}
    assert is_in(victim)


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40, "1 OR 1=1"])
def test_a_place_that_is_none_ends_nothing(cast: Cast, nonsense: str) -> None:
    here, there = signed_in(cast["auditor.pol"]), signed_in(cast["auditor.pol"])
    assert here.post(END, {"session": nonsense}).status_code == 302
    assert is_in(there)


# --- what ends them ------------------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions(cast: Cast) -> None:
    here, there = signed_in(cast["auditor.pol"]), signed_in(cast["auditor.pol"])
    new = "a-new-password-of-the-tests"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", sent).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_a_new_address_ends_the_other_sessions(cast: Cast) -> None:
    here, there = signed_in(cast["auditor.pol"]), signed_in(cast["auditor.pol"])
    here.post("/account/address/", {"email": "new@oakvale.example", "password": PASSWORD})
    [code] = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert here.post("/account/address/code/", {"code": code}).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(cast: Cast) -> None:
    """Session fixation: the key changes as somebody signs in."""
    attacker = Client()
    attacker.get(SIGN_IN)
    planted = attacker.session
    planted["x"] = 1
    planted.save()
    victim = Client()
    victim.cookies[site.SESSION_COOKIE_NAME] = str(planted.session_key)
    victim.post(SIGN_IN, {"login": cast["auditor.pol"].email, "password": PASSWORD})
    assert key(victim) != planted.session_key
    attacker.cookies[site.SESSION_COOKIE_NAME] = str(planted.session_key)
    assert not is_in(attacker)


def test_a_session_key_of_ones_own_making_is_not_taken(cast: Cast) -> None:
    client = Client()
    client.cookies[site.SESSION_COOKIE_NAME] = "a" * 32
    client.post(SIGN_IN, {"login": cast["auditor.pol"].email, "password": PASSWORD})
    assert is_in(client)
    assert key(client) != "a" * 32


def test_a_copied_cookie_is_worthless_after_signing_out(cast: Cast) -> None:
    client = signed_in(cast["auditor.pol"])
    copied = Client()
    copied.cookies[site.SESSION_COOKIE_NAME] = key(client)
    assert is_in(copied)
    client.post("/accounts/logout/")
    assert not is_in(copied)


def test_whoever_is_deactivated_or_loses_a_role_meanwhile_sees_no_more_at_once(cast: Cast) -> None:
    coordinator, lead = signed_in(cast["coordinator"]), signed_in(cast["lead.pol"])
    assert coordinator.get("/people/").status_code == 200
    Membership.objects.filter(person=cast["coordinator"]).update(
        until=timezone.localdate() - timedelta(days=1)
    )
    assert coordinator.get("/people/").status_code == 403
    cast["lead.pol"].is_active = False
    cast["lead.pol"].save()
    assert not is_in(lead)
    assert lead.get("/notifications/after/0").status_code == 403


def test_signing_in_twice_with_the_same_form_signs_in_once(cast: Cast) -> None:
    client = Client()
    sent = {"login": cast["auditor.pol"].email, "password": PASSWORD}
    assert [client.post(SIGN_IN, sent).status_code for _ in range(2)] == [302, 302]
    assert is_in(client)
    assert UserSession.objects.filter(user=cast["auditor.pol"]).count() == 1
