"""Answering by an e-mailed link: for auditors who come twice a year and keep no password.

The e-mail that tells them of a task carries a link, good once and for some days. Using it has a
code sent to the same address; the code signs in the browser that asked for it, to their own
returns and no further (docs/adr/0023).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from macfa.people.models import SignInLink, User
from macfa.people.roles import Role
from macfa.people.services.invitations import hashed
from workflows import clock
from workflows.errors import NotYet

if TYPE_CHECKING:
    from datetime import datetime

#: How long a code counts, how often one may be mistyped, and how many are sent for one link.
COUNTS, MISTAKES, MOST_CODES = timedelta(minutes=10), 5, 3
#: How long after a link was used one may ask for another code.
ASKS_AGAIN = timedelta(minutes=30)
SALT = "macfa.people.links"
GONE = "That link no longer works. Ask for a new one."
AGAIN = "Ask for a new link."
WRONG = "This is not the code that we sent. Check it, or ask for another one"
AWAY = "We could not send the code. Try again in a few minutes."


def answers_by_link(person: User) -> bool:
    """Whether somebody signs in by link: they are said to, and are an auditor and nothing else.

    Any other role sees more than an own return, so whoever has one signs in with a password.
    """
    return person.by_link and person.is_active and person.reach.roles == {Role.AUDITOR}


# --- the link -------------------------------------------------------------------------------------


def new_link(person: User) -> tuple[str, datetime]:
    """A link to this person's address, and until when it works. It names nothing and nobody."""
    secret = secrets.token_urlsafe(32)
    until = clock.now() + timedelta(days=settings.SIGN_IN_LINK_DAYS)
    SignInLink.objects.create(
        person=person, token_hash=hashed(secret), email=person.email, expires_at=until
    )
    return f"{settings.SITE_URL}{reverse('sign_in_link', args=[secret])}", until


def for_email(person: User) -> dict[str, Any]:
    """What an e-mail about notifications says besides: a link, where its reader signs in by one."""
    if not answers_by_link(person):
        return {}
    link, until = new_link(person)
    return {"link": link, "until": until}


def send_link(email: str) -> None:
    """Send a new link to whoever answers by link at this address; to nobody else anything."""
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is not None and (context := for_email(person)):
        _send(person.email, "link", context)


def found(secret: str) -> SignInLink | None:
    """The link with this secret, if it still works."""
    link = _links().filter(token_hash=hashed(secret)).first()
    return link if link is not None and _may_use(link) else None


def _links() -> Any:
    return SignInLink.objects.select_related("person")


def _may_use(link: SignInLink) -> bool:
    return link.is_open and _is_theirs(link)


def _is_theirs(link: SignInLink) -> bool:
    return link.person.email == link.email and answers_by_link(link.person)


# --- the code -------------------------------------------------------------------------------------


def use(*, number: int, browser: str) -> None:
    """Use the link up, and send the code. Sent again by the same browser, it changes nothing."""
    code = _new_code()
    with transaction.atomic():
        link = _locked(number)
        if _is_in(link, browser):
            return
        if link is None or not _may_use(link):
            raise NotYet(GONE)
        link.used_at, link.browser = clock.now(), hashed(browser)
        _keep(link, code)
    try:
        _send(link.email, "link_code", {"code": code})
    except OSError:
        SignInLink.objects.filter(pk=number).update(used_at=None, browser="", code_hash="", codes=0)
        raise NotYet(AWAY) from None


def send_another_code(*, number: int, browser: str) -> None:
    """The code has not come, or is too old: another one, which counts instead."""
    code = _new_code()
    with transaction.atomic():
        link = _locked(number)
        if link is None or not _asks_again(link, browser):
            raise NotYet(AGAIN)
        _keep(link, code)
    try:
        _send(link.email, "link_code", {"code": code})
    except OSError:
        raise NotYet(AWAY) from None


def _asks_again(link: SignInLink, browser: str) -> bool:
    if not _is_in(link, browser) or not _is_theirs(link) or link.used_at is None:
        return False
    lately = clock.now() < link.used_at + ASKS_AGAIN
    return lately and link.codes < MOST_CODES and link.mistakes < MISTAKES


def check_code(*, number: int, browser: str, code: str) -> User:
    """Whose link it is, where this is its code. A code counts once, and so does each mistake,
    however many are sent at a time."""
    with transaction.atomic():
        link = _locked(number)
        if link is None or not _counts(link, browser):
            raise NotYet(f"This code no longer counts. {AGAIN}")
        right = constant_time_compare(_mark(link, code.strip()), link.code_hash)
        link.code_hash = "" if right else link.code_hash
        link.mistakes += not right
        link.save(update_fields=["code_hash", "mistakes"])
    if not right:
        raise NotYet(WRONG)
    return link.person


def _counts(link: SignInLink, browser: str) -> bool:
    if not (_is_in(link, browser) and _is_theirs(link) and link.code_hash):
        return False
    in_time = link.code_until is not None and clock.now() < link.code_until
    return in_time and link.mistakes < MISTAKES


def sent_to(*, number: int, browser: str) -> str:
    """Where the code of this browser went; empty where it asked for none."""
    link = _links().filter(pk=number).first()
    return link.email if link is not None and _is_in(link, browser) else ""


def _is_in(link: SignInLink | None, browser: str) -> bool:
    """Whether this browser has used the link."""
    return bool(link and link.browser and constant_time_compare(link.browser, hashed(browser)))


def _locked(number: int) -> SignInLink | None:
    rows = _links().select_for_update(of=("self",), no_key=True)
    link: SignInLink | None = rows.filter(pk=number).first()
    return link


def _new_code() -> str:
    return f"{secrets.randbelow(10**6):06}"


def _keep(link: SignInLink, code: str) -> None:
    link.code_hash, link.code_until = _mark(link, code), clock.now() + COUNTS
    link.codes += 1
    link.save(update_fields=["used_at", "browser", "code_hash", "code_until", "codes"])


def _mark(link: SignInLink, code: str) -> str:
    """What is kept of a code: made with the key of the site, so that trying all of them against
    the database finds none."""
    return salted_hmac(SALT, f"{link.pk}-{code}", algorithm="sha256").hexdigest()


def _send(email: str, name: str, context: dict[str, Any]) -> None:
    mail.send_mail(
        render_to_string(f"email/{name}_subject.txt", context).strip(),
        render_to_string(f"email/{name}.txt", context),
        None,
        [email],
    )


def forget_old() -> int:
    """Take away links that are too old to be used: work of the worker."""
    gone, _ = SignInLink.objects.filter(expires_at__lt=clock.now() - ASKS_AGAIN).delete()
    return gone
