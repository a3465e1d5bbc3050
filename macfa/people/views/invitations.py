"""Inviting somebody by e-mail, and what waits for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from macfa.forms import ActForm
from macfa.forms.checking import refused_beside
from macfa.pages import person
from macfa.people import giving_roles, services
from macfa.people.models import Invitation
from macfa.people.people_forms import InviteForm
from workflows import timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import InvitationQuerySet, User


def _mine(user: User) -> InvitationQuerySet:
    """The invitations to roles of the people somebody looks after."""
    return Invitation.objects.to_teams(giving_roles.looked_after(user))


def invitations(request: HttpRequest) -> HttpResponse:
    """The invitations that wait or grew too old, with whoever may send them again."""
    user = person(request)
    giving_roles.check_looks_after(user)
    open_ones = _mine(user).exclude(ended__in=(Invitation.End.ACCEPTED, Invitation.End.WITHDRAWN))
    rows = [
        (each, giving_roles.can_give_role(each.team, user))
        for each in open_ones.select_related("team__agency", "invited_by")
    ]
    context = {"rows": rows, "form": None, "act": ActForm()}
    return render(request, "people/invitations.html", context)


def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a role."""
    user = person(request)
    giving_roles.check_looks_after(user)
    form = InviteForm(request.POST or None, by=user)
    if form.is_valid():
        with refused_beside(form):
            invitation = _invite(form, user)
            _say_sent(request, invitation)
            return redirect("invitations")
    return render(request, "people/invite.html", {"form": form})


def _invite(form: InviteForm, user: User) -> Invitation:
    typed = form.cleaned_data
    partnership = giving_roles.home_of(user)
    team = giving_roles.team_to_give(partnership, form.chosen, typed["agency"], user)
    return services.invite(
        email=typed["email"],
        team=team,
        since=typed["since"],
        until=typed["until"],
        by=user,
        token=form.token,
    )


def _say_sent(request: HttpRequest, invitation: Invitation) -> None:
    if invitation.sent_at:
        messages.success(request, f"The invitation to {invitation.email} is sent.")
    else:
        messages.warning(
            request, f"We could not send to {invitation.email}. Check the address, or try again."
        )


def _pressed(
    request: HttpRequest, public_id: str, service: Callable[..., Invitation]
) -> Invitation:
    rows = _mine(person(request)).select_related("team__partnership", "team__agency")
    form = ActForm(request.POST)
    token = form.token if form.is_valid() else None
    return service(
        invitation=get_object_or_404(rows, public_id=public_id), by=person(request), token=token
    )


@require_POST
def send_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a new link; the old one works no more."""
    _say_sent(request, _pressed(request, public_id, services.send_again))
    return redirect("invitations")


@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = _pressed(request, public_id, services.withdraw)
    messages.success(request, f"The invitation to {invitation.email} is withdrawn.")
    return redirect("invitations")


def history(request: HttpRequest, public_id: str) -> HttpResponse:
    """What happened to one invitation."""
    invitation = get_object_or_404(
        _mine(person(request)).select_related("team"), public_id=public_id
    )
    context = {"invitation": invitation, "lines": timeline.lines(timeline.of_record(invitation))}
    return render(request, "people/invitation_history.html", context)
