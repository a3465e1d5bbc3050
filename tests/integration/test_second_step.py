"""The second step: nobody gets by without it, no code counts twice, and nobody is locked out for
good."""

from __future__ import annotations

import time
from threading import Barrier, Thread

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from macfa.people import second_factor
from macfa.people.models import Change
from tests.cast import PASSWORD, Cast, assemble
from tests.integration.browsing import posted, text
from tests.integration.signing_in import (
    APP,
    CHECK,
    CODES,
    SIGN_IN,
    STEP,
    after_password,
    code_of,
    is_in,
    secret_of,
    set_up_app,
    signed_in,
    typed,
    with_app,
)
from workflows import timeline

WRONG = "This is not the right code"
TOO_OFTEN = "You have tried too often"


@pytest.fixture(autouse=True)
def nobody_has_tried_often(db: None) -> None:
    cache.clear()


@pytest.fixture
def required(settings: Settings) -> None:
    """As in production."""
    settings.MFA_REQUIRED = True


# --- required ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("required")
def test_whoever_has_no_second_step_is_led_to_one_and_sees_nothing_else(cast: Cast) -> None:
    client = signed_in(cast["coordinator"])
    for address in ("/", "/audits/", "/people/", "/account/", "/notifications/", SIGN_IN):
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(STEP)
    assert client.get("/notifications/after/0").status_code == 403
    page = text(client, STEP)
    assert "Set up a second step" in page
    assert "data-signed-in" not in page
    assert "My work" not in page
    assert cast.partnership.name not in page
    assert "My work" not in text(client, "/urgent/")


@pytest.mark.usefixtures("required")
def test_what_somebody_typed_before_they_had_one_is_shown_and_not_saved(cast: Cast) -> None:
    client = signed_in(cast["coordinator"])
    page = posted(client, "/urgent/numbers/", {"front_door": "0123 456"}, status=403)
    assert "Set up a second step first" in page
    assert "0123 456</textarea>" in page


@pytest.mark.usefixtures("required")
def test_after_setting_an_app_up_one_goes_on_to_where_one_wanted_to_go(cast: Cast) -> None:
    client = signed_in(cast["coordinator"])
    client.get(client.get("/audits/?show=mine")["Location"])
    codes = set_up_app(client)
    assert len(set(codes)) == 10
    assert client.post(CODES)["Location"] == "/audits/?show=mine"
    assert is_in(client)


@pytest.mark.usefixtures("required")
def test_the_way_on_leads_to_no_other_site(cast: Cast) -> None:
    for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        Authenticator.objects.all().delete()
        client = signed_in(cast["coordinator"])
        client.get(STEP, {"next": foreign})
        set_up_app(client)
        assert client.post(CODES)["Location"] == "/"


@pytest.mark.usefixtures("required")
def test_another_browser_signed_in_before_has_to_sign_in_anew(cast: Cast) -> None:
    other = signed_in(cast["coordinator"])
    with_app(cast["coordinator"])
    assert not is_in(other)
    assert "Sign out and in again" in text(other, STEP)


@pytest.mark.usefixtures("required")
def test_a_browser_signed_in_by_the_password_alone_adds_nothing_once_there_is_a_second_step(
    cast: Cast,
) -> None:
    """Whoever stole the password waits until its owner has set a second step up."""
    thief = signed_in(cast["coordinator"])
    assert thief.get(f"{STEP}passkey/").status_code == 200
    owner, codes = with_app(cast["coordinator"])
    for page in ("passkey/", "app/", "app/remove/", "codes/", "codes/new/", "codes/download/"):
        for ask in (thief.get, thief.post):
            assert ask(f"{STEP}{page}")["Location"].startswith(STEP)
    confirm = "/accounts/confirm/code/"
    assert thief.post(confirm, {"code": codes[0]}).status_code == 403
    assert not is_in(thief)
    assert is_in(owner)


@pytest.mark.usefixtures("required")
def test_the_last_second_step_cannot_be_removed(cast: Cast) -> None:
    client, _ = with_app(cast["coordinator"])
    page = posted(client, f"{APP}remove/", {})
    assert "This is your only second step" in page
    assert Authenticator.objects.filter(user=cast["coordinator"], type="totp").exists()


def test_where_it_is_not_required_it_can_be_removed_with_its_codes(cast: Cast) -> None:
    client, _ = with_app(cast["coordinator"])
    assert client.post(f"{APP}remove/").status_code == 302
    assert not Authenticator.objects.exists()


# --- signing in ----------------------------------------------------------------------------------


def test_with_an_app_the_password_alone_signs_nobody_in(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    client = after_password(cast["lead.pol"])
    assert not is_in(client)
    assert client.post(CHECK, typed(code_of(secret_of(cast["lead.pol"])))).status_code == 302
    assert is_in(client)


def test_the_code_of_one_person_does_not_serve_another(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    with_app(cast["lead.csc"])
    client = after_password(cast["lead.pol"])
    assert WRONG in posted(client, CHECK, typed(code_of(secret_of(cast["lead.csc"]))))
    assert not is_in(client)


def test_the_second_step_without_the_password_leads_to_the_sign_in_page(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    client = Client()
    answer = client.post(CHECK, typed(code_of(secret_of(cast["lead.pol"]))))
    assert answer["Location"] == SIGN_IN
    assert not is_in(client)


def test_a_code_of_the_app_counts_once_also_in_another_browser(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    code = code_of(secret_of(cast["lead.pol"]))
    first, second = after_password(cast["lead.pol"]), after_password(cast["lead.pol"])
    first.post(CHECK, typed(code))
    assert is_in(first)
    cache.clear()
    assert WRONG in posted(second, CHECK, typed(code))
    assert WRONG in posted(second, CHECK, typed(code_of(secret_of(cast["lead.pol"]), -1)))
    assert not is_in(second)


def test_the_code_that_set_an_app_up_does_not_sign_in(cast: Cast) -> None:
    client = signed_in(cast["lead.pol"])
    page = client.get(APP).content.decode()
    secret = page.split('app-key">')[1].split("<")[0]
    code = code_of(secret)
    client.post(APP, typed(code))
    assert WRONG in posted(after_password(cast["lead.pol"]), CHECK, typed(code))


def test_a_recovery_code_counts_once(cast: Cast) -> None:
    _, codes = with_app(cast["lead.pol"])
    first, second = after_password(cast["lead.pol"]), after_password(cast["lead.pol"])
    first.post(CHECK, typed(codes[0]))
    assert is_in(first)
    assert WRONG in posted(second, CHECK, typed(codes[0]))
    second.post(CHECK, typed(codes[1]))
    assert is_in(second)
    assert "8 left" in text(first, STEP)


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_sent_twice_at_the_same_moment_counts_once() -> None:
    lead = assemble()["lead.pol"]
    _, codes = with_app(lead)
    browsers = [after_password(lead) for _ in range(4)]
    start = Barrier(len(browsers))

    def send(browser: Client) -> None:
        start.wait()
        browser.post(CHECK, typed(codes[0]))
        connection.close()

    threads = [Thread(target=send, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [is_in(browser) for browser in browsers].count(True) == 1


def test_codes_cannot_be_tried_one_after_the_other(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    client = after_password(cast["lead.pol"])
    for number in range(5):
        assert WRONG in posted(client, CHECK, typed(f"00000{number}"))
    right = typed(code_of(secret_of(cast["lead.pol"])))
    assert TOO_OFTEN in posted(client, CHECK, right)
    # A new password step, or another browser, opens no new round.
    assert TOO_OFTEN in posted(after_password(cast["lead.pol"]), CHECK, right)


def test_thirty_wrong_codes_a_day_are_the_most(cast: Cast, settings: Settings) -> None:
    with_app(cast["lead.pol"])
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "999/m/ip"}
    client = after_password(cast["lead.pol"])
    for number in range(30):
        assert WRONG in posted(client, CHECK, typed(f"{number:06}"))
    assert TOO_OFTEN in posted(client, CHECK, typed(code_of(secret_of(cast["lead.pol"]))))


@pytest.mark.parametrize("nonsense", ["", "ééé", "1" * 5000, "\0", "' OR 1=1", "123 456 789"])
def test_a_code_that_is_none_is_refused_in_words(cast: Cast, nonsense: str) -> None:
    with_app(cast["lead.pol"])
    page = posted(after_password(cast["lead.pol"]), CHECK, typed(nonsense))
    assert WRONG in page or "Enter the code" in page or "Null characters" in page


# --- recovery codes ------------------------------------------------------------------------------


def test_recovery_codes_are_shown_once_and_can_be_downloaded_meanwhile(cast: Cast) -> None:
    client, codes = with_app(cast["lead.pol"])
    file = client.get(f"{CODES}download/")
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code in file.content.decode() for code in codes)
    client.post(CODES)
    assert client.get(CODES)["Location"] == STEP
    assert client.get(f"{CODES}download/").status_code == 404


def test_recovery_codes_are_shown_to_nobody_elses_browser(cast: Cast) -> None:
    _, codes = with_app(cast["lead.pol"])
    other = after_password(cast["lead.pol"])
    other.post(CHECK, typed(codes[0]))
    assert other.get(CODES)["Location"] == STEP
    assert not any(code in text(other, STEP) for code in codes)
    assert Client().get(CODES)["Location"].startswith(SIGN_IN)


def test_new_recovery_codes_make_the_old_ones_worthless(cast: Cast) -> None:
    client, old = with_app(cast["lead.pol"])
    page = client.post(f"{CODES}new/", follow=True).content.decode()
    assert "Keep your recovery codes" in page
    assert not any(code in page for code in old)
    assert WRONG in posted(after_password(cast["lead.pol"]), CHECK, typed(old[0]))


def test_after_a_while_one_shows_again_who_one_is_before_changing_how_one_signs_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = with_app(cast["lead.pol"])
    later = time.time() + 16 * 60
    monkeypatch.setattr(time, "time", lambda: later)
    for address in (f"{CODES}new/", f"{APP}remove/", f"{STEP}passkey/"):
        assert client.get(address)["Location"].startswith("/accounts/confirm/password/")
    confirm = f"/accounts/confirm/password/?next={CODES}new/"
    assert "This is not your password" in posted(client, confirm, {"password": "wrong"})
    assert client.post(confirm, {"password": PASSWORD})["Location"] == f"{CODES}new/"
    assert client.get(f"{CODES}new/").status_code == 200


def test_secrets_are_sealed_and_sealed_anew_with_a_new_key(cast: Cast, settings: Settings) -> None:
    _, codes = with_app(cast["lead.pol"])
    secret = secret_of(cast["lead.pol"])
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    new = "bmV3LWtleS1vZi10aGUtdGVzdHMtMDAwMDAwMDAwMDA="
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]
    assert second_factor.reseal() == 2
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert secret_of(cast["lead.pol"]) == secret
    client = after_password(cast["lead.pol"])
    client.post(CHECK, typed(codes[0]))
    assert is_in(client)


def test_a_key_that_was_lost_lets_nobody_in_and_breaks_no_page(
    cast: Cast, settings: Settings
) -> None:
    _, codes = with_app(cast["lead.pol"])
    settings.FIELD_ENCRYPTION_KEYS = ["bmV3LWtleS1vZi10aGUtdGVzdHMtMDAwMDAwMDAwMDA="]
    assert WRONG in posted(after_password(cast["lead.pol"]), CHECK, typed(codes[0]))


# --- somebody who has lost everything ------------------------------------------------------------

WHY = "Rang me from the number in our list."


def reset_page(cast: Cast, name: str = "lead.pol") -> str:
    return f"/people/{cast[name].public_id}/second-step/"


def test_an_administrator_takes_a_lost_second_step_away(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client, _ = with_app(cast["lead.pol"])
    admin = signed_in(cast["admin"])
    assert f'href="{reset_page(cast)}"' in text(admin, "/people/")
    mail.outbox = []
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(reset_page(cast), {"why": WHY})
    assert answer["Location"] == "/people/"
    assert not Authenticator.objects.filter(user=cast["lead.pol"]).exists()
    assert not is_in(client)
    assert is_in(signed_in(cast["lead.pol"]))
    assert [message.to for message in mail.outbox] == [[cast["lead.pol"].email]]
    assert "took away the second step" in mail.outbox[0].body
    [change] = Change.objects.all()
    line = timeline.lines(timeline.of_record(change))[0]
    assert line.sentence == "Admin took away the second step with which Lead Pol signed in"
    assert WHY in str(line)


def test_without_a_reason_nothing_is_taken_away(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    for why in ("", "lost"):
        assert "Say" in posted(signed_in(cast["admin"]), reset_page(cast), {"why": why})
    assert Authenticator.objects.filter(user=cast["lead.pol"]).count() == 2


@pytest.mark.parametrize("name", ["coordinator", "lead.csc", "board", "auditor.pol", "lead.pol"])
def test_nobody_but_an_administrator_takes_one_away(cast: Cast, name: str) -> None:
    with_app(cast["lead.pol"])
    client = Client()
    client.force_login(cast[name])
    assert client.get(reset_page(cast)).status_code == 404
    assert client.post(reset_page(cast), {"why": WHY}).status_code == 404
    assert Authenticator.objects.filter(user=cast["lead.pol"]).count() == 2


def test_an_administrator_of_another_partnership_or_for_themselves_cannot(cast: Cast) -> None:
    with_app(cast["lead.pol"])
    stranger = signed_in(assemble("elsewhere")["admin"])
    assert stranger.get(reset_page(cast)).status_code == 404
    assert signed_in(cast["admin"]).get(reset_page(cast, "admin")).status_code == 404
    assert Authenticator.objects.filter(user=cast["lead.pol"]).count() == 2
    assert "Lost their second step" not in text(signed_in(cast["coordinator"]), "/people/")


# --- passkeys: what needs no authenticator -------------------------------------------------------


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        "1",
        '{"id": "x", "rawId": 3, "response": {}}',
        '{"response": []}',
        '{"id":"AA","rawId":"AA","type":"public-key","response":{"userHandle":"OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk","authenticatorData":"AA","clientDataJSON":"AA","signature":"AA"}}',
    ],
)
def test_a_passkey_that_is_none_is_refused_in_the_same_words(cast: Cast, credential: str) -> None:
    client = Client()
    assert client.get("/accounts/passkey/", headers={"Accept": "application/json"}).json()
    page = client.post("/accounts/passkey/", {"credential": credential}, follow=True)
    assert page.redirect_chain == [(SIGN_IN, 302)]
    assert page.status_code == 200
    for address in (CHECK, f"{STEP}passkey/"):
        if address == CHECK:
            with_app(cast["lead.pol"]) if not Authenticator.objects.exists() else None
            browser = after_password(cast["lead.pol"])
        else:
            browser = signed_in(cast["lead.csc"])
        browser.get(address)
        assert browser.post(address, {"credential": credential, "name": "x"}).status_code == 200
    assert Authenticator.objects.filter(type="webauthn").count() == 0
