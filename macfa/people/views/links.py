"""Signing in by an e-mailed link and its code; and the coordinator's page that lets somebody."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from macfa.forms import ActForm
from macfa.forms.checking import refused_beside
from macfa.people import links, services, sessions
from macfa.people.account_forms import AddressCodeForm, LinkForm
from macfa.people.giving_roles import home_of
from macfa.people.organisations import CAME_BY_LINK
from macfa.people.people_forms import HowForm
from macfa.people.roles import Role
from macfa.people.rules import check_holds
from macfa.people.services.by_link import note_signed_in
from macfa.people.sign_in_mail import send_quietly, when_answered
from macfa.people.views.one import fetch
from workflows.errors import NotYet
from workflows.models import WorkItem

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Partnership, User

#: Where a session keeps which link was opened in it, and the mark by which it is known again.
OPENED = "opened_link"


@login_not_required
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Ask for a new link. The answer is the same, and as soon, for any address."""
    form = LinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "account/link_ask.html", {"form": form})
    if not ratelimit.consume(request, action="link_page"):
        return _too_often(request)
    email = form.cleaned_data["email"].strip().lower()
    response = render(request, "account/link_sent.html")
    if ratelimit.consume(request, action="link_asked", key=email):
        send = partial(links.send_link, email)
        when_answered(response, partial(send_quietly, send, "A link to sign in"))
    return response


def _too_often(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = ratelimit.respond_429(request)
    return response


@login_not_required
@require_safe
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of an e-mail. It goes on at an address without the secret, and is not used up."""
    link = links.found(secret)
    if request.user.is_authenticated and (link is None or link.person == request.user):
        return redirect("my_work")
    if link is None:
        messages.error(request, links.GONE)
        return redirect("ask_for_link")
    request.session[OPENED] = {"number": link.pk, "browser": secrets.token_urlsafe(16)}
    return redirect("use_link")


@login_not_required
def use_link(request: HttpRequest) -> HttpResponse:
    """Say that one wants to go on: the link is used up, and the code is sent."""
    opened = request.session.get(OPENED)
    if opened is None:
        return redirect("ask_for_link")
    form = ActForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refused_beside(form):
            links.use(**opened)
            return redirect("link_code")
    return render(request, "account/link_use.html", {"form": form})


@login_not_required
def link_code(request: HttpRequest) -> HttpResponse:
    """Type the code, or have another one sent."""
    opened = request.session.get(OPENED)
    email = links.sent_to(**opened) if opened else ""
    if opened is None or not email:
        return redirect("ask_for_link")
    if "again" in request.POST:
        return _another_code(request, opened)
    form = AddressCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refused_beside(form, "code"):
            person = links.check_code(**opened, code=form.cleaned_data["code"])
            return _sign_in(request, person)
    return render(request, "account/link_code.html", {"form": form, "email": email})


def _another_code(request: HttpRequest, opened: dict[str, Any]) -> HttpResponse:
    try:
        links.send_another_code(**opened)
        messages.success(request, "Another code is on its way. It counts instead of the first.")
    except NotYet as refused:
        messages.error(request, refused.sentence)
    return redirect("link_code")


def _sign_in(request: HttpRequest, person: User) -> HttpResponse:
    """Begin a new session, which reaches this person's own returns and no further."""
    logout(request)  # whoever was signed in here before, and all that their session held
    setattr(request, CAME_BY_LINK, True)
    login = Login(user=person, email=person.email, redirect_url=_first_page(person))
    response: HttpResponse = perform_login(request, login)
    if request.user.is_authenticated:
        sessions.mark_by_link(request)
        note_signed_in(person)
    return response


def _first_page(person: User) -> str:
    """Where there is one task alone, its page; else the list of them."""
    items = list(WorkItem.objects.open().filter(owner=person)[:2])
    return items[0].page if len(items) == 1 else reverse("my_work")


# --- who answers so -------------------------------------------------------------------------------


def let_answer_by_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """The coordinator lets an auditor answer by e-mailed links, or ends that."""
    reader, one, _teams = fetch(request, public_id)
    home = home_of(reader)
    check_holds(reader, Role.COORDINATOR, home)
    form = HowForm(request.POST or None, one=one)
    if form.is_valid():
        with refused_beside(form, "how"):
            _decide(one, by_link=form.is_by_link, home=home, by=reader, token=form.token)
            by = "by e-mailed link" if form.is_by_link else "with a password"
            messages.success(request, f"{one} answers {by}.")
            return redirect("one_person", one.public_id)
    return render(request, "people/answers_by_link.html", {"form": form, "one": one})


def _decide(one: User, *, by_link: bool, home: Partnership, by: User, token: str) -> None:
    if one.by_link != by_link:
        act = services.let_answer_by_link if by_link else services.end_answering_by_link
        act(person=one, partnership=home, by=by, token=token)
