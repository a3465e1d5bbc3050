"""A wrong environment is told in one sentence, which names the setting and says what to do."""

import os
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from macfa import environment
from tests.servers import ROOT, free_port

GOOD = urlsafe_b64encode(b"thirty-two bytes, not the sample").decode()
LONG = "a-key-that-is-long-enough-for-anyone-0123456789-xyz"


def test_outside_production_the_samples_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
    assert environment.secret_key(production=False) == environment.SAMPLE_SECRET_KEY
    assert environment.encryption_keys(production=False) == [environment.SAMPLE_ENCRYPTION_KEY]


def test_a_secret_can_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{LONG}\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert environment.secret_key(production=True) == LONG
    secret.write_text("x")
    with pytest.raises(ImproperlyConfigured, match="too easy to guess"):
        environment.secret_key(production=True)
    secret.unlink()
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FILE is '.*': no file to be read"):
        environment.secret_key(production=True)


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "SECRET_KEY is not set."),
        (environment.SAMPLE_SECRET_KEY, "SECRET_KEY is the sample"),
        ("x", "SECRET_KEY is too easy to guess: it needs 50 characters"),
        ("abcd" * 20, "SECRET_KEY is too easy to guess: .* 5 of them different"),
    ],
)
def test_production_refuses_a_secret_key_that_can_be_guessed(
    monkeypatch: pytest.MonkeyPatch, key: str, fault: str
) -> None:
    monkeypatch.setenv("SECRET_KEY", key)
    with pytest.raises(ImproperlyConfigured, match=f"^{fault}.*secrets.token_urlsafe"):
        environment.secret_key(production=True)
    monkeypatch.setenv("SECRET_KEY", LONG)
    assert environment.secret_key(production=True) == LONG


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("", "FIELD_ENCRYPTION_KEYS is not set."),
        ("junk", "FIELD_ENCRYPTION_KEYS is not a key: it needs 32 bytes"),
        (LONG, "FIELD_ENCRYPTION_KEYS is not a key"),
        (environment.SAMPLE_ENCRYPTION_KEY, "FIELD_ENCRYPTION_KEYS is the sample"),
        (f"{GOOD},{environment.SAMPLE_ENCRYPTION_KEY}", ".*KEYS, key 2 of 2, is the sample"),
        (f"{GOOD},", ".*KEYS, key 2 of 2, is not set"),
        (f"junk,{GOOD}", ".*KEYS, key 1 of 2, is not a key"),
    ],
)
def test_production_refuses_what_is_no_encryption_key_and_the_sample_in_any_place(
    monkeypatch: pytest.MonkeyPatch, keys: str, fault: str
) -> None:
    monkeypatch.setenv("FIELD_ENCRYPTION_KEYS", keys)
    with pytest.raises(ImproperlyConfigured, match=f"^{fault}.*Fernet.generate_key") as refused:
        environment.encryption_keys(production=True)
    assert GOOD not in str(refused.value)


def test_several_encryption_keys_stand_with_commas_and_perhaps_spaces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Fernet.generate_key().decode()
    monkeypatch.setenv("FIELD_ENCRYPTION_KEYS", f"{GOOD}, {other}")
    assert environment.encryption_keys(production=True) == [GOOD, other]


@pytest.mark.parametrize("url", ["nonsense", "postgres://a:secret@h:x/n", "mysql://a:secret@h/n"])
def test_what_is_no_address_of_a_database_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not") as refused:
        environment.database(default=Path("unused"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not the address of a database"),
        ("DATABASE_URL", "sqlite:////nowhere/x.sqlite3", "The folder /nowhere"),
        ("DATABASE_URL", "sqlite:////proc/x.sqlite3", "The database cannot be used: unable to"),
        ("NOTIFICATIONS_HEARTBEAT_SECONDS", "x", "NOTIFICATIONS_HEARTBEAT_SECONDS is 'x'"),
        ("NOTIFICATIONS_HEARTBEAT_SECONDS", "0", "NOTIFICATIONS_HEARTBEAT_SECONDS is '0'"),
        ("NOTIFICATIONS_HEARTBEAT_SECONDS", "nan", "NOTIFICATIONS_HEARTBEAT_SECONDS is 'nan'"),
        ("SESSION_IDLE_MINUTES", "0", "SESSION_IDLE_MINUTES is '0'"),
        ("BREACHED_PASSWORDS", "/nowhere/list", "BREACHED_PASSWORDS names /nowhere/list"),
        ("OIDC_PROVIDERS", "council", "OIDC_COUNCIL_NAME is not set"),
        ("PROFILE", "nope", "PROFILE is 'nope': use demo, test or production."),
        ("REDIS_URL", "nonsense", "REDIS_URL is not the address of a Redis"),
        ("EMAIL_URL", "nonsense", "EMAIL_URL is not the address of a mail server"),
        ("EMAIL_URL", "smtp://a:b@host:port", "EMAIL_URL is not the address of a mail server"),
    ],
)
def test_a_command_in_a_wrong_environment_says_one_sentence_and_leaves_with_1(
    name: str, value: str, said: str
) -> None:
    assert_says(said, **{name: value})


@pytest.mark.slow
def test_a_command_without_its_postgresql_says_one_sentence_and_leaves_with_1() -> None:
    address = f"postgres://somebody:secret@127.0.0.1:{free_port()}/nothing"
    assert_says("The database cannot be used", DATABASE_URL=address)


@pytest.mark.parametrize("production", [True, False])
def test_a_second_step_is_required_in_production_whatever_is_said(
    monkeypatch: pytest.MonkeyPatch, production: bool
) -> None:
    monkeypatch.delenv("MFA_REQUIRED", raising=False)
    assert environment.second_factor_required(production=production) == production
    monkeypatch.setenv("MFA_REQUIRED", "true")
    assert environment.second_factor_required(production=production)
    monkeypatch.setenv("MFA_REQUIRED", "false")
    if production:
        with pytest.raises(ImproperlyConfigured, match=r"^MFA_REQUIRED cannot be off"):
            environment.second_factor_required(production=True)
    else:
        assert not environment.second_factor_required(production=False)


def assert_says(said: str, **environment: str) -> None:
    ran = manage("migrate", "--verbosity", "0", **environment)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith(said)
    assert ran.stderr.count("\n") == 1
    assert "secret" not in ran.stderr


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The project's command line with these settings and no others."""
    usual = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**usual, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_busy_port_is_named_before_anything_is_done(tmp_path: Path) -> None:
    database = tmp_path / "untouched.sqlite3"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = subprocess.run(
            ["make", "run", f"PORT={port}"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": f"sqlite:///{database}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert ran.returncode != 0
    assert f"Port {port} is in use." in ran.stderr
    assert "Serving" not in ran.stdout
    assert not database.exists()
