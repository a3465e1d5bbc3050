"""The second step of signing in: who needs one, who has passed it, how its secrets are sealed, and
what an administrator can do for somebody who has lost everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction

from macfa.people import rules, sessions
from macfa.people.models import Change, Membership, Partnership, User
from macfa.people.roles import Role
from macfa.people.sign_in_mail import tell_of_change
from workflows.errors import NotAllowed, NotYet
from workflows.lifecycle import begin, beginning

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

#: What signs in by itself or beside a password. Recovery codes stand in for one of them.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Under this a session remembers that its person has shown a second step.
PASSED = "second_step"
SECRETS = ("secret", "seed")
SAY_WHY = "Say in a few words how you know that it is they, and why they cannot sign in."
WORDS_IN_A_REASON = 3


# --- whoever is signing in ------------------------------------------------------------------------


def passed(session: MutableMapping[str, Any]) -> None:
    """Somebody has shown a second step, or set one up, in this session."""
    session[PASSED] = True


def is_halfway(user: AbstractBaseUser | AnonymousUser, session: MutableMapping[str, Any]) -> bool:
    """Whether somebody is signed in, but without the second step that everybody needs. The code
    that followed an e-mailed link is one, for what such a session reaches."""
    shown = session.get(PASSED) or session.get(sessions.BY_LINK)
    return bool(settings.MFA_REQUIRED and user.is_authenticated and not shown)


def has_one(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody has set up a second step."""
    return Authenticator.objects.filter(user=user.pk, type__in=STEPS).exists()


def may_remove(authenticator: Authenticator) -> bool:
    """Whether somebody may do without this one: not where all need one, and it is the last."""
    others = Authenticator.objects.filter(user=authenticator.user_id, type__in=STEPS)
    return not settings.MFA_REQUIRED or others.exclude(pk=authenticator.pk).exists()


# --- sealed secrets -------------------------------------------------------------------------------


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def seal(text: str) -> str:
    """A secret as nobody can read it who has the database alone."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret."""
    return _box().decrypt(sealed.encode()).decode()


def reseal() -> int:
    """Seal every secret anew with the first of the keys; how many there are."""
    box, count = _box(), 0
    for number in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            for each in Authenticator.objects.filter(pk=number).select_for_update():
                sealed = [name for name in SECRETS if name in each.data]
                each.data |= {
                    name: box.rotate(each.data[name].encode()).decode() for name in sealed
                }
                each.save(update_fields=["data"])
                count += bool(sealed)
    return count


# --- somebody who has lost everything -------------------------------------------------------------


def check_resets(person: User, by: User) -> Partnership:
    """The administrator of a partnership in which somebody works helps them, never themselves."""
    theirs = Membership.objects.current().filter(person=person).values("team__partnership")
    mine = Membership.objects.current().filter(
        person=by, team__role=Role.ADMIN, team__partnership__in=theirs
    )
    found = (
        Partnership.objects.filter(pk__in=mine.values("team__partnership")).order_by("pk").first()
    )
    if found is None:
        raise NotAllowed("This is for the system administrator.")
    if person.pk == by.pk:
        raise NotAllowed("Ask another administrator to do this for you.")
    return found


def reset(*, person: User, why: str, by: User, token: str | None = None) -> Change:
    """Take every second step of somebody's away and sign them out everywhere.

    They are told by e-mail, sign in with their password, and are led to set up a new one. Why, and
    who did it, stays in the ledger.
    """
    partnership = check_resets(person, by)
    if len(why.split()) < WORDS_IN_A_REASON:
        raise NotYet(SAY_WHY)
    with beginning(token):
        change = begin(
            Change(partnership=partnership, by=by),
            "second_step_reset",
            by=by,
            token=token,
            text=why.strip(),
            facts={"to_person": person.public_id},
        )
        Authenticator.objects.filter(user=person).delete()
        sessions.end_all(person)
        transaction.on_commit(lambda: tell_of_change("second_step_reset", person.email))
    return change


def may_reset(person: User, by: User) -> bool:
    """Whether somebody may take away the second step of this person."""
    try:
        check_resets(person, by)
    except NotAllowed:
        return False
    return True


def administrates(person: User) -> bool:
    """Whether somebody may help others who have lost their second step."""
    home = person.reach.home
    return home is not None and rules.holds(person, Role.ADMIN, home.id)
