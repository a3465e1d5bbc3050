"""The page behind the link of an invitation, for whoever has an account and whoever has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from macfa.forms import ActForm
from macfa.forms.checking import refused_beside
from macfa.people import services
from macfa.people.people_forms import AcceptForm
from macfa.people.roles import GUIDE
from macfa.people.services.invitations import account_of, found

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Invitation


@login_not_required
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation, with the account one has or with a new one."""
    known = found(secret)
    if known is None or not known.is_open:
        return render(request, "people/invitation_gone.html", {"secret": secret}, status=404)
    if request.user.is_authenticated:
        return _signed_in(request, known)
    if account_of(known) is not None:
        back = urlencode({"next": request.path})
        context = _said(known) | {"sign_in": f"{reverse('account_login')}?{back}"}
        return render(request, "people/invitation.html", context)
    return _new_here(request, known)


def _said(known: Invitation) -> dict[str, object]:
    return {"invitation": known, "guide": GUIDE[known.team.role]}


def _signed_in(request: HttpRequest, known: Invitation) -> HttpResponse:
    user = request.user
    assert user.is_authenticated
    form = ActForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refused_beside(form):
            services.accept(invitation=known, by=user)
            messages.success(request, f"You have the role: {known.team.name}.")
            return redirect("/")
    other = user.email.lower() != known.email
    context = _said(known) | {"form": form, "other": other}
    return render(request, "people/invitation.html", context)


def _new_here(request: HttpRequest, known: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=known.email)
    if form.is_valid():
        with refused_beside(form):
            services.accept_with_new_account(
                invitation=known,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
            )
            messages.success(request, "Your account is ready. Sign in with your email address.")
            return redirect("account_login")
    return render(request, "people/invitation.html", _said(known) | {"form": form, "new": True})


@login_not_required
@require_POST
def ask_again(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for a new link. The answer is the same whatever the link is."""
    known = found(secret)
    if known is not None and not known.is_open:
        services.ask_again(invitation=known)
    context = {"secret": secret, "asked": True}
    return render(request, "people/invitation_gone.html", context)
