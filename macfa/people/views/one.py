"""One person of the partnership: their roles, and giving, ending and moving them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from macfa.forms.checking import refused_beside
from macfa.pages import person
from macfa.people import giving_roles, services, standing
from macfa.people.models import User
from macfa.people.people_forms import EndForm, MoveForm, RoleForm, WhenForm
from macfa.people.roles import OFFICE, Role
from macfa.people.rules import check_holds, holds
from macfa.people.services.by_link import check_may_answer_by_link
from workflows.rules import allows

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from macfa.people.models import Membership, Team


def fetch(request: HttpRequest, public_id: str) -> tuple[User, User, QuerySet[Team]]:
    """The reader, the person, and the teams in which the one looks after the other.

    Somebody who never held a role there does not exist (404), nor anybody for whoever looks
    after nobody.
    """
    reader = person(request)
    teams = giving_roles.looked_after(reader)
    people = User.objects.filter(memberships__team__in=teams).distinct()
    return reader, get_object_or_404(people, public_id=public_id), teams


def one_person(request: HttpRequest, public_id: str) -> HttpResponse:
    """What somebody holds from when to when, when they signed in last, and what was changed."""
    reader, one, teams = fetch(request, public_id)
    roles = standing.roles(one, teams, reader)
    ending = [each for each in roles if each.ends]
    context = {
        "one": one,
        "roles": roles,
        "ends": bool(ending),
        "moves": _moves(reader) and any(each.membership.team.agency_id for each in ending),
        "lets_go": allows(giving_roles.check_lets_go, one, reader),
        "gives": one.pk != reader.pk,
        "says_how": _says_how(one, reader),
        "work": standing.open_work(one, reader),
        "lines": standing.history(one, reader),
    }
    return render(request, "people/one_person.html", context)


def _says_how(one: User, reader: User) -> bool:
    """Whether somebody may say that this person answers by e-mailed links, or no more."""
    here = reader.reach.here
    office = here is not None and holds(reader, Role.COORDINATOR, here)
    return office and (one.by_link or allows(check_may_answer_by_link, one))


def _moves(reader: User) -> bool:
    """Whether somebody may take people from one agency to another."""
    here = reader.reach.here
    return here is not None and holds(reader, OFFICE, here)


def new_role(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give somebody one more role."""
    reader, one, _teams = fetch(request, public_id)
    form = RoleForm(request.POST or None, by=reader)
    if form.is_valid():
        typed = form.cleaned_data
        partnership = giving_roles.home_of(reader)
        with refused_beside(form):
            team = giving_roles.team_to_give(partnership, form.chosen, typed["agency"], reader)
            services.give_role(
                person=one,
                team=team,
                since=typed["since"],
                until=typed["until"],
                by=reader,
                token=form.token,
            )
            messages.success(request, f"{one} has the role: {team.name}.")
            return redirect("one_person", one.public_id)
    return render(request, "people/new_role.html", {"form": form, "one": one})


def end_roles(request: HttpRequest, public_id: str) -> HttpResponse:
    """End one or more of somebody's roles."""
    reader, one, teams = fetch(request, public_id)
    held = standing.held_now(one, teams)
    form = EndForm(request.POST or None, held=held)
    if form.is_valid():
        with refused_beside(form):
            services.end_roles(
                person=one,
                memberships=form.cleaned_data["roles"],
                last=form.last_day,
                by=reader,
                token=form.token,
            )
            messages.success(request, f"Ended: {_named(form.cleaned_data['roles'])}.")
            return redirect("one_person", one.public_id)
    context = _before_ending(one, reader, held) | {"form": form}
    return render(request, "people/end_roles.html", context)


def _named(memberships: QuerySet[Membership]) -> str:
    return "; ".join(each.team.name for each in memberships)


def _before_ending(one: User, reader: User, held: QuerySet[Membership]) -> dict[str, object]:
    """What somebody should know before a role ends: open work, and an agency without a lead."""
    return {
        "one": one,
        "work": standing.open_work(one, reader),
        "leaderless": [each.team.agency for each in held if giving_roles.is_last_lead(each)],
    }


def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody goes to another agency."""
    reader, one, teams = fetch(request, public_id)
    check_holds(reader, OFFICE, reader.reach.here or 0)
    held = standing.held_now(one, teams)
    agencies = [each.team.agency_id for each in held if each.team.agency_id]
    form = MoveForm(request.POST or None, held=agencies, by=reader)
    if form.is_valid():
        with refused_beside(form):
            services.move_agency(
                person=one,
                leaving=form.cleaned_data["leaving"],
                joining=form.cleaned_data["joining"],
                on=form.cleaned_data["on"],
                by=reader,
                token=form.token,
            )
            messages.success(request, f"{one} moves to {form.cleaned_data['joining']}.")
            return redirect("one_person", one.public_id)
    context = _before_ending(one, reader, held) | {"form": form}
    return render(request, "people/move.html", context)


def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody leaves the partnership altogether."""
    reader, one, teams = fetch(request, public_id)
    giving_roles.check_lets_go(one, reader)
    form = WhenForm(request.POST or None)
    if form.is_valid():
        with refused_beside(form):
            services.leave_partnership(
                person=one,
                partnership=giving_roles.home_of(reader),
                last=form.last_day,
                by=reader,
                token=form.token,
            )
            messages.success(request, f"Every role of {one} here ends.")
            return redirect("one_person", one.public_id)
    context = _before_ending(one, reader, standing.held_now(one, teams)) | {"form": form}
    return render(request, "people/leave.html", context)
