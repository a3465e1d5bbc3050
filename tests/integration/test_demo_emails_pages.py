"""The e-mails of the demo: shown there, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from notifications import email
from tests.cast import Cast
from tests.integration.browsing import Browsers, text
from tests.mail import told

PAGE = "/demo/emails/"
FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Path:
    """A demo, whose e-mails lie in a folder."""
    settings.PROFILE = "demo"
    settings.EMAIL_BACKEND = FILES
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_whoever_tries_the_demo_reads_what_it_sent_newest_first(
    demo: Path, cast: Cast, as_: Browsers
) -> None:
    for who in ("auditor.pol", "lead.csc"):
        told(cast[who], "concern.raised")
    assert email.sweep() == 2
    mail.send_mail("Later", "A line\nand <b>another</b>", None, ["panel.pol@oakvale.example"])
    page = text(as_("qppa"), PAGE)
    assert "Something needs you now" in page
    assert "To auditor.pol@oakvale.example" in page
    assert "and &lt;b&gt;another&lt;/b&gt;" in page
    assert page.index("Later") < page.index("Something needs you now")
    assert PAGE in text(as_("qppa"), "/")


def test_an_empty_or_half_written_folder_shows_no_e_mail(demo: Path, as_: Browsers) -> None:
    assert "No e-mail was sent yet" in text(as_("qppa"), PAGE)
    demo.mkdir(exist_ok=True)
    (demo / "20261124-100000-1.log").write_bytes(b"To: a@b.example\nSubject: Half\n\nTex")
    assert "No e-mail was sent yet" in text(as_("qppa"), PAGE)


def test_many_come_in_pages(demo: Path, as_: Browsers) -> None:
    for number in range(27):
        mail.send_mail(f"Number {number}", "Text", None, ["a@b.example"])
    page = text(as_("qppa"), PAGE)
    assert page.count("<h2 class") == 25
    assert "?page=2" in page
    assert text(as_("qppa"), f"{PAGE}?page=2").count("<h2 class") == 2


def test_nobody_reads_them_without_signing_in(demo: Path, cast: Cast) -> None:
    assert Client().get(PAGE).status_code == 302
    assert PAGE not in text(Client(), "/accounts/login/")


@pytest.mark.parametrize(
    ("profile", "backend"),
    [
        ("production", FILES),
        ("test", FILES),
        ("demo", "django.core.mail.backends.smtp.EmailBackend"),
    ],
)
def test_there_is_no_such_page_on_any_other_site(
    demo: Path, as_: Browsers, settings: Settings, profile: str, backend: str
) -> None:
    settings.PROFILE, settings.EMAIL_BACKEND = profile, backend
    for who in ("coordinator", "admin"):
        assert as_(who).get(PAGE).status_code == 404
        assert PAGE not in text(as_(who), "/")
