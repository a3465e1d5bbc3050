"""A list of stolen passwords is searched where it lies, and agrees with reading all of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from macfa import environment
from macfa.people.breached import is_listed

VALIDATORS = [{"NAME": "macfa.people.breached.NotBreached"}]


def hash_of(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def a_list(path: Path, passwords: list[str], *, signs: int = 40, end: str = "\r\n") -> Path:
    """As it is published: sorted, with how often each was seen."""
    hashes = sorted({hash_of(each)[:signs] for each in passwords})
    counted = "".join(f"{each}:{len(each) * 7}{end}" for each in hashes)
    path.write_bytes(counted.encode())
    return path


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    listed=st.lists(st.text(max_size=8), max_size=40),
    others=st.lists(st.text(max_size=8), max_size=10),
    signs=st.sampled_from([40, 12]),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_the_search_agrees_with_reading_all_of_it(
    tmp_path: Path, listed: list[str], others: list[str], signs: int, end: str
) -> None:
    path = a_list(tmp_path / "list", listed, signs=signs, end=end)
    beginnings = {hash_of(each)[:signs] for each in listed}
    for each in (*listed, *others):
        assert is_listed(each, path) == (hash_of(each)[:signs] in beginnings)


def test_a_password_of_the_list_is_refused_in_a_sentence(
    tmp_path: Path, settings: Settings
) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = VALIDATORS
    stolen = "correct horse battery staple"
    settings.BREACHED_PASSWORDS = a_list(tmp_path / "list", [stolen, *map(str, range(500))])
    with pytest.raises(ValidationError, match="in a list of stolen ones"):
        validate_password(stolen)
    validate_password("correct horse battery staples")


def test_lines_too_short_to_tell_passwords_apart_refuse_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text(hash_of("password")[:5] + "\n")
    assert not is_listed("password", path)


@pytest.mark.parametrize(
    "content", [b"", b"password\n", b"5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n"]
)
def test_what_is_no_such_list_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    monkeypatch.setenv("BREACHED_PASSWORDS", str(path))
    with pytest.raises(ImproperlyConfigured, match="is not a list of SHA-1 hashes"):
        environment.breached_passwords()
    monkeypatch.setenv("BREACHED_PASSWORDS", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        environment.breached_passwords()
    monkeypatch.setenv("BREACHED_PASSWORDS", str(a_list(path, ["x"])))
    assert environment.breached_passwords() == path
