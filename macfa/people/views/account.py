"""One's own account: the address that e-mail goes to and one signs in with, and what to change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from allauth.account.views import PasswordResetView
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from macfa.forms.checking import refused_beside
from macfa.pages import person
from macfa.people import addresses
from macfa.people.account_forms import AddressCodeForm, NewAddressForm, PartnershipForm
from macfa.people.addresses import Pending
from macfa.people.choosing import CHOSEN
from macfa.people.giving_roles import looks_after_people
from macfa.people.rules import sees_people
from macfa.people.sign_in_mail import send_quietly, when_answered

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import User

#: Where the session keeps an address that waits for its code.
PENDING = "new_address"


def your_account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, where their e-mail goes, and what they can change."""
    user = person(request)
    context = {"sees_people": sees_people(user), "looks_after": looks_after_people(user)}
    return render(request, "people/your_account.html", context)


def choose_partnership(request: HttpRequest) -> HttpResponse:
    """Say in which of one's partnerships one is now."""
    user = person(request)
    form = PartnershipForm(request.POST or None, homes=user.reach.homes, initial=user.reach.here)
    if form.is_valid():
        request.session[CHOSEN] = form.chosen.id
        messages.success(request, f"You are in {form.chosen.name} now.")
        return redirect("/")
    return render(request, "people/choose_partnership.html", {"form": form})


@require_POST
def confirm_address(request: HttpRequest) -> HttpResponse:
    """The address is right, although e-mails to it were refused."""
    addresses.confirm_address(person=person(request))
    messages.success(request, "We send e-mails to your address again.")
    return redirect("your_account")


def new_address(request: HttpRequest) -> HttpResponse:
    """Ask for a code that goes to the new address."""
    user = person(request)
    form = NewAddressForm(request.POST or None)
    if form.is_valid() and _may_go_on(request, form, user):
        with refused_beside(form, "email"):
            pending = addresses.offer_address(email=form.cleaned_data["email"], by=user)
            request.session[PENDING] = pending.kept()
            return redirect("address_code")
    return render(request, "people/new_address.html", {"form": form})


def _may_go_on(request: HttpRequest, form: NewAddressForm, user: User) -> bool:
    """Whether the password is right, and this is not tried too often."""
    right = user.check_password(form.cleaned_data["password"])
    if _not_too_often(request, form, "manage_email") and not right:
        form.add_error("password", "This is not your password")
    return form.is_valid()


def _not_too_often(request: HttpRequest, form: Form, action: str) -> bool:
    if not ratelimit.consume(request, action=action, user=person(request)):
        form.add_error(None, "You have tried too often. Wait a minute.")
    return form.is_valid()


class ForgottenPassword(PasswordResetView):
    """Asks for a link to choose a new password. Answers the same, and as soon, for any address."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Answer first; what is to be sent is sent after that."""
        response = super().form_valid(form)
        if message := getattr(self.request, "mail_to_send", None):
            when_answered(
                response, partial(send_quietly, message.send, "A link for a new password")
            )
        return response


forgotten_password = login_not_required(ForgottenPassword.as_view())


def address_code(request: HttpRequest) -> HttpResponse:
    """Type the code that has come."""
    pending = Pending.of(request.session.get(PENDING))
    form = AddressCodeForm(request.POST or None)
    if form.is_valid() and _not_too_often(request, form, "address_code"):
        with refused_beside(form, "code"):
            addresses.change_address(
                pending=pending,
                code=form.cleaned_data["code"],
                by=person(request),
                session=request.session.session_key,
            )
            del request.session[PENDING]
            messages.success(request, "This is your address from now on. Sign in with it.")
            return redirect("your_account")
    if pending is not None and form.is_bound:
        request.session[PENDING] = pending.kept()
    return render(request, "people/address_code.html", {"form": form, "pending": pending})
