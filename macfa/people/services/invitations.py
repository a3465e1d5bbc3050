"""Inviting somebody by e-mail: sent, sent again, withdrawn, accepted, grown too old."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import IntegrityError
from django.template.loader import render_to_string
from django.urls import reverse

from macfa.people import giving_roles as rules
from macfa.people.models import Invitation, Membership, User
from macfa.people.roles import Role
from macfa.people.rules import holders_of, serving
from macfa.people.services.roles import in_words, tell_coordinators
from macfa.people.services.settings import note_change
from workflows import clock
from workflows.errors import NotYet, WrongState
from workflows.lifecycle import act, begin, beginning

if TYPE_CHECKING:
    from datetime import date, datetime

    from macfa.people.models import Team

OVER = "This invitation no longer works."


def invite(
    *,
    email: str,
    team: Team,
    since: date,
    until: date | None = None,
    by: User,
    token: str | None = None,
) -> Invitation:
    """Ask somebody by e-mail to take a role. Whether they have an account makes no difference."""
    email, secret = email.strip().lower(), secrets.token_urlsafe(32)
    with beginning(token):
        rules.check_invites(email, team, since, until, by)
        invitation = Invitation(
            team=team,
            email=email,
            since=since,
            until=until,
            token_hash=hashed(secret),
            invited_by=by,
            expires_at=_expiry(),
        )
        facts = {"role": team.name, **in_words(since, until)}
        begin(invitation, "invited", by=by, token=token, facts=facts)
        tell_coordinators(
            team, f"{by} invited somebody as {team.name}", invitation.get_absolute_url(), by
        )
    return _send(invitation, secret)


def hashed(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _expiry() -> datetime:
    return clock.now() + timedelta(days=settings.INVITATION_DAYS)


def _send(invitation: Invitation, secret: str) -> Invitation:
    """Send the link, after everything is stored; without a mail server the list says so."""
    context = {
        "partnership": invitation.team.partnership.name,
        "role": invitation.team.name,
        "link": settings.SITE_URL.rstrip("/") + reverse("invitation", args=[secret]),
        "expires_at": invitation.expires_at,
    }
    try:
        mail.send_mail(
            render_to_string("email/invitation_subject.txt", context).strip(),
            render_to_string("email/invitation.txt", context),
            None,
            [invitation.email],
        )
    except OSError:
        return invitation
    invitation.sent_at = clock.now()
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=invitation.sent_at)
    return invitation


def send_again(*, invitation: Invitation, by: User, token: str | None = None) -> Invitation:
    """A new link, which counts from now on; the old one works no more."""
    secret = secrets.token_urlsafe(32)
    with act(invitation, by=by, token=token) as (doing, invitation):
        rules.check_gives_role(invitation.team, by)
        if invitation.ended not in {"", Invitation.End.EXPIRED}:
            raise WrongState("This invitation was accepted or withdrawn. Invite them anew.")
        _check_no_other(invitation)
        doing.change(
            token_hash=hashed(secret),
            expires_at=_expiry(),
            since=max(invitation.since, clock.today()),
            ended="",
            sent_at=None,
        )
        doing.note("sent_again")
    return _send(invitation, secret)


def _check_no_other(invitation: Invitation) -> None:
    same = Invitation.objects.waiting().filter(team=invitation.team, email=invitation.email)
    if same.exclude(pk=invitation.pk).exists():
        raise NotYet("This address is invited to this role already.")
    if invitation.until and invitation.until < clock.today():
        raise NotYet("The days of this role are over. Invite them anew.")


def withdraw(*, invitation: Invitation, by: User, token: str | None = None) -> Invitation:
    """The link works no more."""
    with act(invitation, by=by, token=token) as (doing, invitation):
        rules.check_gives_role(invitation.team, by)
        if invitation.ended:
            raise WrongState("This invitation has ended already.")
        doing.change(ended=Invitation.End.WITHDRAWN)
        doing.note("withdrawn")
    return invitation


def found(secret: str) -> Invitation | None:
    """The invitation of a link, whatever has become of it."""
    rows = Invitation.objects.select_related("team__partnership", "team__agency", "invited_by")
    return rows.filter(token_hash=hashed(secret)).first()


def account_of(invitation: Invitation) -> User | None:
    """The account that accepts by signing in: an open one at this address."""
    return User.objects.filter(email__iexact=invitation.email, is_active=True).first()


def accept(*, invitation: Invitation, by: User) -> Membership:
    """Somebody with an account at this address takes the role."""
    with act(invitation, by=by) as (doing, invitation):
        check_open(invitation)
        if by.email.lower() != invitation.email:
            raise NotYet("This invitation went to another address than that of your account.")
        doing.change(ended=Invitation.End.ACCEPTED, accepted_by=by)
        doing.note("accepted")
        return _take(invitation, by)


def check_open(invitation: Invitation) -> None:
    """Neither used, nor withdrawn, nor too old."""
    if not invitation.is_open:
        raise WrongState(OVER)


def _take(invitation: Invitation, person: User) -> Membership:
    team, until = invitation.team, invitation.until
    since = max(invitation.since, clock.today())
    held = rules.overlapping(person, team, since, until).first()
    if held is not None:
        return held
    facts = {"role": team.name, **in_words(since, until)}
    note_change(team.partnership, "joined", person, about=person, **facts)
    return Membership.objects.create(person=person, team=team, since=since, until=until)


def accept_with_new_account(*, invitation: Invitation, name: str, password: str) -> User:
    """Whoever has the link has the mailbox: they get an account at this address, and the role.

    An account that was closed when its person left is opened again.
    """
    try:
        with beginning():
            person = _open_account(invitation.email, name.strip(), password)
            # The account is new, or nobody could use it: nothing waits for this lock.
            with act(invitation, by=person) as (doing, invitation):
                check_open(invitation)
                doing.change(ended=Invitation.End.ACCEPTED, accepted_by=person)
                doing.note("accepted")
                if person.changes.exists():
                    note_change(invitation.team.partnership, "account_opened", person, about=person)
                _take(invitation, person)
    except IntegrityError:  # somebody opened an account at this address at the same moment
        raise NotYet("There is an account at this address by now. Sign in to accept.") from None
    return person


def _open_account(email: str, name: str, password: str) -> User:
    closed = User.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if closed is None:
        return User.objects.create_user(email, password, name=name)
    if closed.is_active:
        raise NotYet("There is an account at this address by now. Sign in to accept.")
    closed.is_active, closed.name = True, name
    closed.set_password(password)
    closed.save(update_fields=["is_active", "name", "password"])
    EmailAddress.objects.filter(user_id=closed.pk).delete()
    return closed


def ask_again(*, invitation: Invitation) -> None:
    """Whoever has an old link asks for a new one: whoever invited them is told, once a day."""
    if invitation.ended not in {"", Invitation.End.EXPIRED}:
        return
    told = [invitation.invited_by]
    if not serving([invitation.invited_by_id]):
        told = list(holders_of(invitation.team.partnership_id, Role.COORDINATOR))
    with act(invitation, by=None) as (doing, invitation):
        for person in told:
            doing.tell(
                person.pk,
                event="account.invitation",
                event_key=f"ask-{invitation.public_id}-{clock.today()}",
                text="Somebody asks for a new invitation",
                url=invitation.get_absolute_url(),
            )
        doing.note("asked_again")


def expire() -> int:
    """Invitations that nobody accepted in time have grown too old. Says how many."""
    waiting = Invitation.objects.waiting().filter(expires_at__lte=clock.now())
    late = list(waiting.order_by("pk"))
    for invitation in late:
        with act(invitation, by=None) as (doing, fresh):
            if not fresh.ended and fresh.expires_at <= clock.now():
                doing.change(ended=Invitation.End.EXPIRED)
                doing.note("expired")
    return len(late)
